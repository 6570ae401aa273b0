package dev.hairpin.lb.elb;

import com.google.common.hash.Hashing;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The names that AWS makes up: ARNs, DNS names and hosted zones.
 *
 * <p>The forms are AWS' (user guides; General Reference, "Elastic Load Balancing endpoints"). The
 * random parts are SHA-256 of the resource's own name, so that the same configuration has the same
 * names on every run.
 */
final class Arns {
  /** Hosted zones by region: network, then application. General Reference, 2023. */
  private static final Map<String, String> HOSTED_ZONES = Map.ofEntries(
      Map.entry("us-east-1", "Z26RNL4JYFTOTI Z35SXDOTRQ7X7K"),
      Map.entry("us-east-2", "ZLMOA37VPKANP Z3AADJGX6KTTL2"),
      Map.entry("us-west-1", "Z24FKFUX50B4VW Z368ELLRRE2KJ0"),
      Map.entry("us-west-2", "Z18D5FSROUN65G Z1H1FL5HABSF5"),
      Map.entry("eu-west-1", "Z2IFOLAFXWLO4F Z32O12XQLNTSW2"),
      Map.entry("eu-central-1", "Z3F0SRJ5LGBH90 Z215JYRZR1TBD5"),
      Map.entry("ap-northeast-1", "Z31USIVHYNEOWT Z14GRHDCWA56QT"),
      Map.entry("ap-northeast-2", "ZIBE1TIR4HY56 ZWKZPGTI48KDX"));

  private final Vpc vpc;

  Arns(Vpc vpc) {
    this.vpc = vpc;
  }

  private static String hex(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }

  private String prefix() {
    String partition = vpc.region().startsWith("cn-") ? "aws-cn" : "aws";
    return "arn:" + partition + ":elasticloadbalancing:" + vpc.region() + ":" + vpc.account() + ":";
  }

  String loadBalancer(LoadBalancer lb) {
    return prefix()
        + "loadbalancer/"
        + lb.type().arnPart()
        + "/"
        + lb.name()
        + "/"
        + hex("lb|" + lb.name()).substring(0, 16);
  }

  String targetGroup(String name) {
    return prefix() + "targetgroup/" + name + "/" + hex("tg|" + name).substring(0, 16);
  }

  static String listener(String loadBalancerArn, int port) {
    String arn = loadBalancerArn.replace(":loadbalancer/", ":listener/");
    String path = arn.substring(arn.indexOf(":listener/") + ":listener/".length());
    return arn + "/" + hex("ls|" + path + "|" + port).substring(0, 16);
  }

  /** A rule's ARN; {@code mark} tells apart the rules that a listener ever had. */
  static String rule(String listenerArn, String mark) {
    String arn = listenerArn.replace(":listener/", ":listener-rule/");
    String path = listenerArn.substring(listenerArn.indexOf(":listener/") + ":listener/".length());
    return arn + "/" + hex("rule|" + path + "|" + mark).substring(0, 16);
  }

  String dnsName(LoadBalancer lb) {
    String tld = vpc.region().startsWith("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    String hex = hex("lb|" + lb.name());
    if (lb.type() == LoadBalancerType.NETWORK) {
      return lb.name() + "-" + hex.substring(0, 16) + ".elb." + vpc.region() + tld;
    }
    String digits = new BigInteger(hex, 16).toString().substring(0, 10);
    String internal = lb.scheme() == Scheme.INTERNAL ? "internal-" : "";
    return internal + lb.name() + "-" + digits + "." + vpc.region() + ".elb" + tld;
  }

  String hostedZone(LoadBalancerType type) {
    String zones = HOSTED_ZONES.get(vpc.region());
    if (zones == null) {
      return "Z"
          + hex("zone|" + vpc.region() + type).substring(0, 13).toUpperCase(java.util.Locale.ROOT);
    }
    int space = zones.indexOf(' ');
    return type == LoadBalancerType.NETWORK
        ? zones.substring(0, space)
        : zones.substring(space + 1);
  }
}
