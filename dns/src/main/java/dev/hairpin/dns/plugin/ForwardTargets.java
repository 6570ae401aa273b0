package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.net.SocketAddress;
import java.util.List;

/**
 * Where a server block forwards questions to.
 *
 * @param targets what each stanza says, in the order of the file
 */
public record ForwardTargets(List<Target> targets) {

  /** Copies the list. */
  public ForwardTargets {
    targets = List.copyOf(targets);
  }

  /**
   * A stanza of the plugin forward.
   *
   * @param from the zone whose names are forwarded
   * @param to the addresses of the upstreams
   */
  public record Target(DnsName from, List<SocketAddress> to) {

    /** Copies the list. */
    public Target {
      to = List.copyOf(to);
    }
  }
}
