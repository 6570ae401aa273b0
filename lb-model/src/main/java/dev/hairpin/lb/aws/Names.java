package dev.hairpin.lb.aws;

import com.google.common.hash.Hashing;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * The parts of ARNs and DNS names that AWS draws at random.
 *
 * <p>Ours follow from the names, so that a run is the same every time.
 */
final class Names {
  private Names() {}

  static String securityGroupId(String name) {
    return "sg-" + sha256("sg|" + name).substring(0, 17);
  }

  static String hex(String kind, String name) {
    return sha256(kind + "|" + name).substring(0, 16);
  }

  /** The ten digits in the DNS name of an ALB. */
  static String digits(String loadBalancerName) {
    return new BigInteger(sha256("lb|" + loadBalancerName), 16).toString().substring(0, 10);
  }

  private static String sha256(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }
}
