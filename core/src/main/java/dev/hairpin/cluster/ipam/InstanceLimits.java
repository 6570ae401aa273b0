package dev.hairpin.cluster.ipam;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How many network interfaces and addresses an EC2 instance may have.
 *
 * <p>Source: the limits that the AWS VPC CNI v1.19 is built with; of types with several network
 * cards those of the first card, which is the one for pods.
 *
 * @param interfaces how many interfaces
 * @param addressesPerInterface how many IPv4 addresses an interface has, its own counted in
 * @param maxPods how many pods EKS lets a node of the type run: each secondary address, and two
 *     with host network
 */
public record InstanceLimits(int interfaces, int addressesPerInterface, int maxPods) {
  private static final Map<String, InstanceLimits> BY_TYPE = read();

  /**
   * The limits of a type.
   *
   * @param instanceType such as {@code m5.large}
   * @return its limits, or nothing if the type is unknown
   */
  public static Optional<InstanceLimits> of(String instanceType) {
    return Optional.ofNullable(BY_TYPE.get(instanceType));
  }

  /**
   * How many addresses a node of the type has for pods.
   *
   * @param prefixDelegation whether each slot holds a block of 16 addresses
   * @param customNetworking whether the first interface has no pods
   * @return addresses
   */
  public int assignable(boolean prefixDelegation, boolean customNetworking) {
    int used = interfaces - (customNetworking ? 1 : 0);
    return used * (addressesPerInterface - 1) * (prefixDelegation ? 16 : 1);
  }

  /**
   * How many pods a node of the type can run: one for each address, and two that use the node's.
   *
   * <p>AWS advises at most 110 pods on nodes with fewer than 30 cores and 250 on others, whatever
   * the addresses.
   *
   * @param prefixDelegation whether each slot holds a block of 16 addresses
   * @param customNetworking whether the first interface has no pods
   * @return pods
   */
  public int maxPods(boolean prefixDelegation, boolean customNetworking) {
    return assignable(prefixDelegation, customNetworking) + 2;
  }

  private static Map<String, InstanceLimits> read() {
    Map<String, InstanceLimits> limits = new HashMap<>();
    try (InputStream csv =
        Objects.requireNonNull(InstanceLimits.class.getResourceAsStream("instance-limits.csv"))) {
      String text = new String(csv.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().skip(1).toList()) {
        List<String> cells = Splitter.on(',').splitToList(line);
        limits.put(
            cells.get(0),
            new InstanceLimits(
                Integer.parseInt(cells.get(1)),
                Integer.parseInt(cells.get(2)),
                Integer.parseInt(cells.get(3))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("instance-limits.csv is part of this library", e);
    }
    return limits;
  }
}
