package dev.hairpin.lb.controller;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The names that the controller makes up: readable parts and ten digits of a SHA-256.
 *
 * <p>Source: {@code buildLoadBalancerName}, {@code buildTargetGroupName} and
 * {@code buildManagedSecurityGroupName} of {@code pkg/service} and {@code pkg/ingress}.
 */
final class Naming {
  private Naming() {}

  /** {@code k8s-<8 of namespace>-<8 of name>-<10 of hash>}. */
  static String ofObject(String namespace, String name, String... hashed) {
    return "k8s-" + cut(alphanumeric(namespace), 8) + "-" + cut(alphanumeric(name), 8) + "-"
        + hash(hashed);
  }

  /** {@code k8s-<17 of group>-<10 of hash>}. */
  static String ofGroup(String group, String... hashed) {
    return "k8s-" + cut(alphanumeric(group), 17) + "-" + hash(hashed);
  }

  /** The security group that all load balancers of a cluster share. */
  static String ofBackendSecurityGroup(String cluster) {
    return "k8s-traffic-" + cut(alphanumeric(cluster), 232) + "-" + hash(cluster);
  }

  private static String hash(String... parts) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (String part : parts) {
      hasher.putString(part, StandardCharsets.UTF_8);
    }
    return hasher.hash().toString().substring(0, 10);
  }

  private static String alphanumeric(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
