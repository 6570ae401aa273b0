package dev.hairpin.lb.aws;

import dev.hairpin.lb.model.HealthCheck;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A target group that exists.
 *
 * @param arn the ARN
 * @param name the name
 * @param protocol TCP, UDP, TLS, HTTP or HTTPS
 * @param port the port of targets that name none
 * @param protocolVersion HTTP1, HTTP2 or GRPC; null for the other protocols
 * @param targetType {@code instance} or {@code ip}
 * @param ipAddressType {@code ipv4} or {@code ipv6}; null counts as ipv4
 * @param vpcId its VPC
 * @param healthCheck how its targets are checked; null if not known
 * @param attributes the attributes that were set
 * @param tags its tags
 */
public record TargetGroup(
    String arn,
    String name,
    String protocol,
    int port,
    @Nullable String protocolVersion,
    String targetType,
    @Nullable String ipAddressType,
    String vpcId,
    @Nullable HealthCheck healthCheck,
    Map<String, String> attributes,
    Map<String, String> tags) {

  /** Copies the maps. */
  public TargetGroup {
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }

  /**
   * An attribute.
   *
   * @param key the key, such as {@code preserve_client_ip.enabled}
   * @return its value, if it was set
   */
  public Optional<String> attribute(String key) {
    return Optional.ofNullable(attributes.get(key));
  }

  TargetGroup with(
      HealthCheck newCheck, Map<String, String> newAttributes, Map<String, String> newTags) {
    return new TargetGroup(
        arn,
        name,
        protocol,
        port,
        protocolVersion,
        targetType,
        ipAddressType,
        vpcId,
        newCheck,
        newAttributes,
        newTags);
  }
}
