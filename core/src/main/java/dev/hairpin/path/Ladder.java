package dev.hairpin.path;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rules of which a packet takes exactly one: each but the last tosses its dice, and what comes
 * through all of them takes the last. One rule without dice that leads to one place is a ladder
 * too.
 *
 * <p>So kube-proxy spreads a Service over its endpoints. A filter that finds such rules hands them
 * to {@link Chooser#climb} together, with what it knows of where each leads. Two ladders are equal
 * only if they are the same object, so that what is worked out about one can be kept.
 */
public final class Ladder {
  private final long[] parts;
  private final long total;
  private final List<Rung> rungs;
  private @Nullable Set<IpAddress> addresses;

  /**
   * Where a rung leads.
   *
   * @param destination where the packet is sent; null if that depends on more than the rung
   * @param shape what else the rung does, with the destination's own address left out; two rungs
   *     with equal shapes treat their destinations alike
   */
  public record Rung(@Nullable SocketAddress destination, Object shape) {}

  /**
   * A ladder.
   *
   * @param parts for each rung but the last, for how many numbers of {@code total} it is taken by a
   *     packet that reaches it; 0 to {@code total}
   * @param total how many numbers the dice have, such as 2^31; positive
   * @param rungs the rungs, one more than there are parts
   * @throws IllegalArgumentException if the sizes or the numbers do not fit
   */
  public Ladder(long[] parts, long total, List<Rung> rungs) {
    if (rungs.size() != parts.length + 1) {
      throw new IllegalArgumentException(
          rungs.size() + " rungs need one dice less, not " + parts.length);
    }
    for (long part : parts) {
      if (part < 0 || part > total) {
        throw new IllegalArgumentException("part " + part + " is not within 0-" + total);
      }
    }
    this.parts = parts.clone();
    this.total = total;
    this.rungs = List.copyOf(rungs);
  }

  /**
   * The number of rungs.
   *
   * @return at least 1
   */
  public int size() {
    return rungs.size();
  }

  /**
   * A rung.
   *
   * @param index its place, from 0
   * @return the rung
   */
  public Rung rung(int index) {
    return rungs.get(index);
  }

  /**
   * Whether a rung leads to an address.
   *
   * @param address the address
   * @return whether it is the destination of a rung, at any port
   */
  public boolean leadsTo(IpAddress address) {
    Set<IpAddress> known = addresses;
    if (known == null) {
      Set<IpAddress> all = new HashSet<>();
      for (Rung rung : rungs) {
        if (rung.destination() != null) {
          all.add(rung.destination().address());
        }
      }
      known = all;
      addresses = known;
    }
    return known.contains(address);
  }

  /**
   * For how many numbers a rung is taken by a packet that reaches it.
   *
   * @param index the rung's place, from 0
   * @return 0 to {@link #total}; {@link #total} for the last rung
   */
  public long part(int index) {
    return index < parts.length ? parts[index] : total;
  }

  /**
   * How many numbers the dice have.
   *
   * @return such as 2^31
   */
  public long total() {
    return total;
  }
}
