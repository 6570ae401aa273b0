package dev.hairpin.dns.kubernetes;

import dev.hairpin.net.IpAddress;
import java.util.Optional;

/**
 * One thing that a name stands for, from which records of several types can be made.
 *
 * @param host an address, or a name that the asked name is an alias of
 * @param address the address, if the host is one
 * @param port its port; -1 if it has none
 * @param target the name of the thing itself, which SRV and NS records point to
 */
record KubeRecord(String host, Optional<IpAddress> address, int port, String target) {

  static KubeRecord of(String host, int port, String target) {
    return new KubeRecord(host, IpAddress.tryParse(host), port, target);
  }

  boolean isAlias() {
    return address.isEmpty();
  }
}
