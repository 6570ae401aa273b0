package dev.hairpin.cluster.scheduling;

import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.PodSpec;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The ports of its node that a pod takes. */
final class HostPorts {

  /**
   * One port.
   *
   * @param ip the node's address that it is bound to; {@code 0.0.0.0} for all
   * @param protocol the protocol
   * @param port the port
   */
  record HostPort(String ip, Protocol protocol, int port) {

    boolean conflictsWith(HostPort other) {
      return port == other.port
          && protocol == other.protocol
          && (ip.equals(other.ip) || ip.equals("0.0.0.0") || other.ip.equals("0.0.0.0"));
    }
  }

  private HostPorts() {}

  /**
   * The ports of a pod's containers and sidecars. With host network every container port is a host
   * port, as the API server defaults it.
   */
  static Set<HostPort> of(PodSpec pod) {
    Set<HostPort> ports = new HashSet<>();
    List<Container> running = new ArrayList<>(pod.containers());
    pod.initContainers().stream()
        .filter(container -> "Always".equals(container.restartPolicy()))
        .forEach(running::add);
    for (Container container : running) {
      for (ContainerPort port : container.ports()) {
        int number =
            port.hostPort() != 0 ? port.hostPort() : pod.hostNetwork() ? port.containerPort() : 0;
        if (number != 0) {
          String ip = port.hostIp().isEmpty() ? "0.0.0.0" : port.hostIp();
          ports.add(new HostPort(ip, port.protocol(), number));
        }
      }
    }
    return ports;
  }
}
