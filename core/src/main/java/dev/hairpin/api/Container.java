package dev.hairpin.api;

import dev.hairpin.net.Protocol;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container of a pod.
 *
 * <p>Source: {@code v1.Container}
 *
 * @param name the name
 * @param image the image; nothing runs it
 * @param ports the ports it names
 * @param env its own variables, in order
 * @param envFrom sources of further variables, in order, as the manifest says them
 * @param readinessProbe the readiness probe as the manifest says it, or null
 * @param lifecycle the hooks as the manifest says them, or null
 * @param restartPolicy {@code Always} for a sidecar among the init containers, else null
 * @param requests {@code resources.requests}
 * @param others the fields that the network does not need, as the manifest says them
 */
public record Container(
    String name,
    String image,
    List<ContainerPort> ports,
    List<EnvVar> env,
    List<Map<String, Object>> envFrom,
    @Nullable Map<String, Object> readinessProbe,
    @Nullable Map<String, Object> lifecycle,
    @Nullable String restartPolicy,
    Map<String, String> requests,
    Map<String, Object> others) {

  /** Copies the collections. */
  public Container {
    ports = List.copyOf(ports);
    env = List.copyOf(env);
    envFrom = Values.copies(envFrom);
    readinessProbe = readinessProbe == null ? null : Values.copy(readinessProbe);
    lifecycle = lifecycle == null ? null : Values.copy(lifecycle);
    requests = Values.copy(requests);
    others = Values.copy(others);
  }

  /**
   * A container without other fields.
   *
   * @param name the name
   * @param image the image; nothing runs it
   * @param ports the ports it names
   * @param env its own variables, in order
   * @param envFrom sources of further variables, in order, as the manifest says them
   * @param readinessProbe the readiness probe as the manifest says it, or null
   * @param lifecycle the hooks as the manifest says them, or null
   * @param restartPolicy {@code Always} for a sidecar among the init containers, else null
   * @param requests {@code resources.requests}
   */
  public Container(
      String name,
      String image,
      List<ContainerPort> ports,
      List<EnvVar> env,
      List<Map<String, Object>> envFrom,
      @Nullable Map<String, Object> readinessProbe,
      @Nullable Map<String, Object> lifecycle,
      @Nullable String restartPolicy,
      Map<String, String> requests) {
    this(
        name,
        image,
        ports,
        env,
        envFrom,
        readinessProbe,
        lifecycle,
        restartPolicy,
        requests,
        Map.of());
  }

  /**
   * {@code resources.limits}.
   *
   * @return the limits by resource, as the manifest says them
   */
  public Map<String, String> limits() {
    Map<String, String> limits = new LinkedHashMap<>();
    if (others.get("resources") instanceof Map<?, ?> resources
        && resources.get("limits") instanceof Map<?, ?> map) {
      map.forEach((name, amount) -> limits.put(String.valueOf(name), String.valueOf(amount)));
    }
    return limits;
  }

  /**
   * The same container that asks for other resources.
   *
   * @param newRequests {@code resources.requests}
   * @return the container
   */
  public Container withRequests(Map<String, String> newRequests) {
    return new Container(
        name,
        image,
        ports,
        env,
        envFrom,
        readinessProbe,
        lifecycle,
        restartPolicy,
        newRequests,
        others);
  }

  /**
   * The same container with other fields that the network does not need.
   *
   * @param newOthers the fields, as the manifest says them
   * @return the container
   */
  public Container withOthers(Map<String, Object> newOthers) {
    return new Container(
        name,
        image,
        ports,
        env,
        envFrom,
        readinessProbe,
        lifecycle,
        restartPolicy,
        requests,
        newOthers);
  }

  /**
   * A container that listens on TCP ports.
   *
   * @param name the name
   * @param ports the ports, unnamed
   * @return the container
   */
  public static Container of(String name, int... ports) {
    List<ContainerPort> list = Arrays.stream(ports)
        .mapToObj(p -> new ContainerPort("", p, Protocol.TCP, 0, ""))
        .toList();
    return new Container(name, "", list, List.of(), List.of(), null, null, null, Map.of());
  }
}
