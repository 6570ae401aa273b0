package dev.hairpin.lb;

import dev.hairpin.lb.aws.AvailabilityZone;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.Certificate;
import dev.hairpin.lb.aws.Instance;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.aws.Vpc;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.lb.options.FeatureGate;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An account, a cluster's name and the controller's flags, as {@code aws.yaml} says them.
 *
 * <p>The file is a tree with {@code region}, {@code account}, {@code cluster}, {@code vpc},
 * {@code availabilityZones}, {@code subnets}, {@code securityGroups}, {@code instances},
 * {@code certificates}, {@code trustStores}, {@code targetHealth}, {@code loadBalancers},
 * {@code targetGroups} and {@code controller}; names match without regard to case.
 *
 * @param aws the account
 * @param options the cluster's name and the controller's flags
 */
public record AwsManifest(Aws aws, ControllerOptions options) {

  /**
   * Reads the tree of a file.
   *
   * @param tree maps, lists, strings, numbers and booleans, as a YAML reader gives them
   * @return the account and the flags
   * @throws IllegalArgumentException if something is missing or wrong, with its place
   */
  public static AwsManifest read(Map<?, ?> tree) {
    Section root = new Section("", tree);
    Section vpcSection = root.section("vpc");
    Vpc vpc = new Vpc(
        vpcSection.required("id"),
        vpcSection.blocks("cidrs", "cidr"),
        vpcSection.blocks("ipv6Cidrs", "ipv6Cidr"));
    Aws aws = new Aws(root.required("region"), root.required("account"), vpc);
    for (Section zone : root.sections("availabilityZones")) {
      aws.ec2()
          .add(new AvailabilityZone(
              zone.required("name"), zone.text("id", ""), zone.text("type", "availability-zone")));
    }
    root.sections("subnets").forEach(s -> aws.ec2().add(subnet(s, vpc)));
    root.sections("securityGroups").forEach(s -> aws.ec2().add(securityGroup(s, vpc)));
    root.sections("instances").forEach(s -> aws.ec2().add(instance(s)));
    root.sections("certificates").forEach(s -> aws.add(certificate(s)));
    trustStores(root, aws);
    readHealth(root.section("targetHealth"), aws);
    aws.protection().shieldSubscribed(root.flag("shieldSubscribed", false));
    root.sections("targetGroups").forEach(s -> targetGroup(s, aws));
    root.sections("loadBalancers").forEach(s -> loadBalancer(s, aws));
    return new AwsManifest(aws, options(root.required("cluster"), root.section("controller")));
  }

  /**
   * Takes over what a later file says of the health of targets.
   *
   * @param tree the tree of the file
   * @param aws the account
   */
  public static void readHealth(Map<?, ?> tree, Aws aws) {
    readHealth(new Section("", tree).section("targetHealth"), aws);
  }

  private static void readHealth(Section section, Aws aws) {
    section.tree.forEach(
        (id, state) -> aws.elbv2().fixHealth(String.valueOf(id), String.valueOf(state)));
  }

  private static Subnet subnet(Section s, Vpc vpc) {
    String ipv6 = s.text("ipv6Cidr", "");
    return new Subnet(
        s.required("id"),
        s.text("vpc", s.text("vpcId", vpc.id())),
        s.text("az", s.text("availabilityZone", "")),
        s.block("cidr", s.required("cidr")),
        ipv6.isEmpty() ? null : s.block("ipv6Cidr", ipv6),
        s.number("freeIPs", s.number("availableIpAddressCount", 4000)),
        s.flag("public", false),
        s.text("outpost", s.text("outpostArn", "")),
        s.strings("tags"));
  }

  private static SecurityGroup securityGroup(Section s, Vpc vpc) {
    Set<IpPermission> ingress = new TreeSet<>();
    for (Section rule : s.sections("ingress")) {
      String protocol = rule.text("protocol", "-1");
      boolean all = protocol.equals("-1");
      int port = rule.number("port", -1);
      int from = all ? -1 : rule.number("fromPort", rule.number("from", port));
      int to = all ? -1 : rule.number("toPort", rule.number("to", port));
      ingress.add(new IpPermission(
          protocol,
          from,
          to,
          rule.text("group", rule.text("cidr", rule.text("prefixList", "0.0.0.0/0"))),
          rule.text("description", "")));
    }
    return new SecurityGroup(
        s.required("id"),
        s.text("name", s.required("id")),
        s.text("description", ""),
        s.text("vpc", s.text("vpcId", vpc.id())),
        s.strings("tags"),
        new TreeSet<>(ingress));
  }

  private static Instance instance(Section s) {
    List<NetworkInterface> interfaces = new ArrayList<>();
    for (Section eni : s.sections("enis")) {
      List<String> addresses = new ArrayList<>(eni.list("ips"));
      addresses.addAll(eni.list("prefixes"));
      interfaces.add(new NetworkInterface(
          eni.required("id"),
          eni.text("subnet", ""),
          addresses,
          eni.list("securityGroups"),
          eni.flag("primary", false)));
    }
    return new Instance(s.required("id"), s.text("az", ""), interfaces);
  }

  private static Certificate certificate(Section s) {
    return new Certificate(
        s.required("arn"),
        s.list("domains"),
        s.text("status", "ISSUED"),
        s.text("type", "AMAZON_ISSUED"),
        s.text("certificateAuthorityArn", s.text("caArn", s.text("ca", ""))));
  }

  private static void trustStores(Section root, Aws aws) {
    Object value = root.value("trustStores");
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (name, arn) -> aws.elbv2().addTrustStore(String.valueOf(name), String.valueOf(arn)));
    } else {
      root.sections("trustStores")
          .forEach(s -> aws.elbv2().addTrustStore(s.required("name"), s.required("arn")));
    }
  }

  private static void targetGroup(Section s, Aws aws) {
    String arn = s.required("arn");
    String type = s.text("ipAddressType", "ipv4");
    aws.elbv2()
        .add(new TargetGroup(
            arn,
            s.required("name"),
            s.text("protocol", "TCP"),
            s.number("port", 80),
            s.optional("protocolVersion"),
            s.text("targetType", "instance"),
            type,
            s.text("vpcId", s.text("vpc", aws.vpc().id())),
            null,
            s.strings("attributes"),
            s.strings("tags")));
    List<Target> targets = new ArrayList<>();
    for (String target : s.list("targets")) {
      int colon = target.lastIndexOf(':');
      if (colon < 0) {
        throw s.wrong("targets", "\"" + target + "\" is not id:port");
      }
      try {
        targets.add(new Target(
            target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)), ""));
      } catch (NumberFormatException e) {
        throw s.wrong("targets", "\"" + target + "\" is not id:port");
      }
    }
    aws.elbv2().registerTargets(arn, targets);
  }

  private static void loadBalancer(Section s, Aws aws) {
    List<LoadBalancer.Zone> zones = new ArrayList<>();
    List<String> subnets = s.list("subnets");
    for (Section zone : s.sections("availabilityZones")) {
      subnets.add(zone.text("subnetId", zone.text("subnet", "")));
    }
    for (String id : subnets) {
      Optional<Subnet> subnet = aws.ec2().subnet(id);
      zones.add(new LoadBalancer.Zone(subnet.map(Subnet::zone).orElse(""), id, null, null, null));
    }
    String arn = s.required("arn");
    boolean network =
        s.text("type", arn.contains("/net/") ? "network" : "application").equals("network");
    String name = s.text("name", s.text("loadBalancerName", ""));
    aws.elbv2()
        .add(new LoadBalancer(
            arn,
            name,
            s.text("dnsName", name),
            network,
            s.text("scheme", "internal"),
            s.text("ipAddressType", "ipv4"),
            aws.vpc().id(),
            zones,
            s.list("securityGroups"),
            null,
            null,
            s.strings("attributes"),
            s.strings("tags"),
            VirtualClock.EPOCH));
  }

  private static ControllerOptions options(String cluster, Section s) {
    ControllerOptions.Builder options = ControllerOptions.builder(cluster);
    s.ifText("ingressClass", options::ingressClass);
    s.ifText("loadBalancerClass", options::loadBalancerClass);
    s.ifText("defaultTargetType", options::defaultTargetType);
    s.ifText("defaultSslPolicy", options::defaultSslPolicy);
    s.ifText("backendSecurityGroup", options::backendSecurityGroup);
    s.ifFlag("enableBackendSecurityGroup", options::enableBackendSecurityGroup);
    s.ifFlag("enableBackendSg", options::enableBackendSecurityGroup);
    s.ifFlag("disableRestrictedSecurityGroupRules", options::disableRestrictedSecurityGroupRules);
    s.ifFlag("disableRestrictedSgRules", options::disableRestrictedSecurityGroupRules);
    s.ifFlag("tolerateNonExistentBackendService", options::tolerateNonExistentBackendService);
    s.ifFlag("tolerateNonExistentBackendAction", options::tolerateNonExistentBackendAction);
    s.ifFlag("disableIngressClassAnnotation", options::disableIngressClassAnnotation);
    s.ifFlag("disableIngressGroupNameAnnotation", options::disableIngressGroupNameAnnotation);
    s.ifFlag("disableIngressGroupAnnotation", options::disableIngressGroupNameAnnotation);
    s.ifFlag("serviceMutatorWebhook", options::serviceMutatorWebhook);
    s.ifFlag("enableServiceMutatorWebhook", options::serviceMutatorWebhook);
    s.ifFlag("iamRole", options::iamRole);
    s.strings("defaultTags").forEach(options::defaultTag);
    s.list("externalManagedTags").forEach(options::externalManagedTag);
    s.list("allowedCertificateAuthorityArns").forEach(options::allowedCertificateAuthority);
    s.section("featureGates")
        .tree
        .forEach((name, open) -> options.featureGate(
            FeatureGate.named(String.valueOf(name))
                .orElseThrow(() -> s.wrong("featureGates", "there is no feature gate " + name)),
            Boolean.parseBoolean(String.valueOf(open))));
    return options.build();
  }

  /** A part of the tree, with its place for errors. */
  private static final class Section {
    private final String place;
    private final Map<?, ?> tree;
    private final Map<String, Object> byName = new LinkedHashMap<>();

    Section(String place, Map<?, ?> tree) {
      this.place = place;
      this.tree = tree;
      tree.forEach((name, value) -> {
        if (value != null) {
          byName.put(plain(String.valueOf(name)), value);
        }
      });
    }

    private static String plain(String name) {
      return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    IllegalArgumentException wrong(String name, String problem) {
      return new IllegalArgumentException(path(name) + ": " + problem);
    }

    private String path(String name) {
      return place.isEmpty() ? name : place + "." + name;
    }

    @Nullable
    Object value(String name) {
      return byName.get(plain(name));
    }

    @Nullable
    String optional(String name) {
      Object value = value(name);
      return value == null ? null : String.valueOf(value);
    }

    String text(String name, String otherwise) {
      String value = optional(name);
      return value == null ? otherwise : value;
    }

    String required(String name) {
      String value = optional(name);
      if (value == null || value.isEmpty()) {
        throw wrong(name, "Required value");
      }
      return value;
    }

    int number(String name, int otherwise) {
      Object value = value(name);
      if (value == null) {
        return otherwise;
      }
      try {
        return Integer.parseInt(String.valueOf(value));
      } catch (NumberFormatException e) {
        throw wrong(name, "\"" + value + "\" is not a number");
      }
    }

    boolean flag(String name, boolean otherwise) {
      String value = optional(name);
      if (value == null) {
        return otherwise;
      }
      if (!value.equals("true") && !value.equals("false")) {
        throw wrong(name, "\"" + value + "\" is neither true nor false");
      }
      return value.equals("true");
    }

    void ifText(String name, Consumer<String> set) {
      String value = optional(name);
      if (value != null) {
        set.accept(value);
      }
    }

    void ifFlag(String name, Consumer<Boolean> set) {
      if (value(name) != null) {
        set.accept(flag(name, false));
      }
    }

    List<String> list(String name) {
      Object value = value(name);
      List<String> result = new ArrayList<>();
      if (value instanceof List<?> list) {
        list.forEach(item -> result.add(String.valueOf(item)));
      } else if (value != null) {
        result.add(String.valueOf(value));
      }
      return result;
    }

    Map<String, String> strings(String name) {
      Map<String, String> result = new LinkedHashMap<>();
      if (value(name) instanceof Map<?, ?> map) {
        map.forEach((k, v) -> result.put(String.valueOf(k), v == null ? "" : String.valueOf(v)));
      }
      return result;
    }

    Section section(String name) {
      return new Section(path(name), value(name) instanceof Map<?, ?> map ? map : Map.of());
    }

    List<Section> sections(String name) {
      List<Section> result = new ArrayList<>();
      if (value(name) instanceof List<?> list) {
        for (int i = 0; i < list.size(); i++) {
          if (!(list.get(i) instanceof Map<?, ?> map)) {
            throw wrong(name + "[" + i + "]", "a mapping is expected");
          }
          result.add(new Section(path(name) + "[" + i + "]", map));
        }
      }
      return result;
    }

    Cidr block(String name, String text) {
      try {
        return Cidr.parse(text);
      } catch (IllegalArgumentException e) {
        throw wrong(name, String.valueOf(e.getMessage()));
      }
    }

    List<Cidr> blocks(String plural, String singular) {
      List<String> texts = list(plural);
      if (texts.isEmpty()) {
        texts = list(singular);
      }
      return texts.stream().map(t -> block(plural, t)).toList();
    }
  }
}
