package dev.hairpin.api;

import dev.hairpin.net.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * A port of a Service.
 *
 * <p>Source: {@code v1.ServicePort}
 *
 * @param name the name; empty if the Service has one unnamed port
 * @param protocol TCP, UDP or SCTP
 * @param port the port of the ClusterIP, 1 to 65535
 * @param targetPort the port of the pods, as a number or as the name of a container port
 * @param nodePort the port of every node; 0 if there is none
 * @param appProtocol the application protocol, or null
 */
public record ServicePort(
    String name,
    Protocol protocol,
    int port,
    IntOrString targetPort,
    int nodePort,
    @Nullable String appProtocol) {

  /**
   * A TCP port that leads to the pods' port of another number.
   *
   * @param name the name; may be empty
   * @param port the port of the ClusterIP
   * @param targetPort the port of the pods
   * @return the port
   */
  public static ServicePort tcp(String name, int port, int targetPort) {
    return new ServicePort(name, Protocol.TCP, port, IntOrString.of(targetPort), 0, null);
  }

  /**
   * The same port with another node port.
   *
   * @param newNodePort the node port; 0 for none
   * @return the copy
   */
  public ServicePort withNodePort(int newNodePort) {
    return new ServicePort(name, protocol, port, targetPort, newNodePort, appProtocol);
  }
}
