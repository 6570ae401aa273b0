package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.Protocol;
import java.util.Locale;

/**
 * What identifies a port of a Service.
 *
 * @param namespace the Service's namespace
 * @param name the Service's name
 * @param port the port's name; empty if it has none
 * @param protocol the port's protocol
 */
public record ServicePortName(String namespace, String name, String port, Protocol protocol)
    implements Comparable<ServicePortName> {

  /**
   * The Service.
   *
   * @return {@code namespace/name}
   */
  public String service() {
    return namespace + "/" + name;
  }

  /** The text that is hashed into the names of chains: the name, then the protocol. */
  String hashed() {
    return this + protocol.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public int compareTo(ServicePortName other) {
    int by = namespace.compareTo(other.namespace);
    if (by == 0) {
      by = name.compareTo(other.name);
    }
    if (by == 0) {
      by = port.compareTo(other.port);
    }
    return by != 0 ? by : protocol.name().compareTo(other.protocol.name());
  }

  /** {@code namespace/name:port} as comments show it, or {@code namespace/name}; no protocol. */
  @Override
  public String toString() {
    return port.isEmpty() ? namespace + "/" + name : namespace + "/" + name + ":" + port;
  }
}
