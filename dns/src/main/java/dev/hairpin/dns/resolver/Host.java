package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;

/**
 * What a resolver library sees of the pod or machine that it runs on.
 *
 * @param resolvConf the text of {@code /etc/resolv.conf}
 * @param hosts the text of {@code /etc/hosts}
 * @param hostName the kernel's host name
 * @param addresses the addresses of its interfaces, without loopback; they decide in which order
 *     addresses are returned, as those of a family that it has not are unreachable for it
 */
public record Host(String resolvConf, String hosts, String hostName, List<IpAddress> addresses) {

  /** Copies the list. */
  public Host {
    addresses = List.copyOf(addresses);
  }

  /**
   * Whether it can send to addresses of a family.
   *
   * @param family the family
   * @return true if it has an address of the family
   */
  boolean reaches(IpFamily family) {
    return addresses.stream().anyMatch(a -> a.family() == family);
  }
}
