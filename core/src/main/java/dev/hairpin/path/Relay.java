package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer of layer 4 does with a new connection to one of its addresses.
 *
 * <p>A host with a relay remembers each connection, rewrites its packets to the target, and
 * rewrites the answers back.
 */
@FunctionalInterface
public interface Relay {

  /** What becomes of a connection. */
  sealed interface Decision {

    /**
     * It goes to a target.
     *
     * @param target the target
     * @param source the address that the target is to see, or null to keep the caller's; then the
     *     network hands the answers to the load balancer, although they are addressed to the caller
     * @param notes lines for the trace, such as the target group and the flow hash
     */
    record Forward(SocketAddress target, @Nullable IpAddress source, List<String> notes)
        implements Decision {

      /** Takes a copy of the notes. */
      public Forward {
        notes = List.copyOf(notes);
      }
    }

    /**
     * It is refused with a RST.
     *
     * @param reason why
     */
    record Refuse(Reason reason) implements Decision {}

    /**
     * It is dropped.
     *
     * @param reason why
     */
    record Ignore(Reason reason) implements Decision {}
  }

  /**
   * Decides about a new connection.
   *
   * @param connection the caller and the address that it dialled
   * @param chooser makes what is left to chance
   * @return what becomes of it
   */
  Decision decide(FiveTuple connection, Chooser chooser);
}
