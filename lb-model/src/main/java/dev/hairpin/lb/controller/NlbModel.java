package dev.hairpin.lb.controller;

import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.model.StackResource.Permission;
import dev.hairpin.lb.model.StackResource.SourceKind;
import dev.hairpin.lb.model.Token;
import dev.hairpin.lb.options.FeatureGate;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a Service leads to: a Network Load Balancer with one listener and target group a port.
 *
 * <p>The order of evaluation is the controller's, since the first error is the one that is
 * reported. Source: {@code pkg/service} of v2.8.2.
 */
final class NlbModel {
  /** The id of the load balancer in a stack. */
  static final String LOAD_BALANCER = "LoadBalancer";

  /** The id of the group in front of a load balancer. */
  static final String MANAGED_GROUP = "ManagedLBSecurityGroup";

  /** The description of that group. */
  static final String MANAGED_DESCRIPTION = "[k8s] Managed SecurityGroup for LoadBalancer";

  private static final List<String> ROUTING_POLICIES = List.of(
      "any_availability_zone", "partial_availability_zone_affinity", "availability_zone_affinity");
  private static final Set<String> ALPN_POLICIES =
      Set.of("None", "HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred");

  private final Environment env;
  private final SecurityGroups groups;
  private final SubnetResolver subnetResolver;
  private final Service service;
  private final Annotations annotations;
  private final Stack stack;
  private boolean usesBackendGroup;

  private NlbModel(Environment env, SecurityGroups groups, Service service) {
    this.env = env;
    this.groups = groups;
    this.subnetResolver = new SubnetResolver(env);
    this.service = service;
    this.annotations = Annotations.ofService(service.metadata().annotations());
    this.stack = new Stack(Stack.Kind.SERVICE, service.key().namespacedName());
  }

  /** A stack, and whether its load balancer carries the shared backend group. */
  record Built(Stack stack, boolean usesBackendGroup) {}

  static Built build(Environment env, SecurityGroups groups, Service service) {
    NlbModel model = new NlbModel(env, groups, service);
    model.build();
    return new Built(model.stack, model.usesBackendGroup);
  }

  private void build() {
    String scheme = scheme();
    List<Subnet> subnets = subnets(scheme);
    String ipAddressType = ipAddressType();
    Map<String, String> attributes = attributes();
    Groups securityGroups = securityGroups(ipAddressType);
    Map<String, String> tags = tags();
    List<StackResource.SubnetMapping> mappings = mappings(scheme, ipAddressType, subnets);
    String name = name(scheme);
    String privateLink = privateLinkRules();
    StackResource.LoadBalancer lb = new StackResource.LoadBalancer(
        LOAD_BALANCER,
        name,
        true,
        scheme,
        ipAddressType,
        mappings,
        securityGroups.all(),
        null,
        privateLink,
        attributes,
        tags);
    stack.add(lb);
    listeners(lb, securityGroups.backend(), subnets);
  }

  private @Nullable LoadBalancer existing() {
    return env.loadBalancersOf(Stack.Kind.SERVICE, stack.id()).stream()
        .findFirst()
        .orElse(null);
  }

  private String scheme() {
    Optional<String> scheme = annotations.string("aws-load-balancer-scheme");
    if (scheme.isPresent()) {
      return switch (scheme.get()) {
        case "internal", "internet-facing" -> scheme.get();
        default -> throw new ReconcileException("unknown scheme: " + scheme.get());
      };
    }
    Optional<Boolean> internal = annotations.bool("aws-load-balancer-internal");
    if (internal.isPresent()) {
      return internal.get() ? "internal" : "internet-facing";
    }
    LoadBalancer existing = existing();
    return existing == null ? "internal" : existing.scheme();
  }

  private List<Subnet> subnets(String scheme) {
    Optional<List<String>> wished = annotations.list("aws-load-balancer-subnets");
    if (wished.isPresent()) {
      return subnetResolver.byNamesOrIds(false, wished.get());
    }
    LoadBalancer existing = existing();
    if (existing != null && existing.scheme().equals(scheme)) {
      return subnetResolver.byNamesOrIds(
          false, existing.zones().stream().map(LoadBalancer.Zone::subnetId).toList());
    }
    boolean addressesGiven = scheme.equals("internal")
        && annotations.string("aws-load-balancer-private-ipv4-addresses").isPresent();
    return subnetResolver.discover(
        false, scheme, addressesGiven ? 0 : SubnetResolver.MINIMAL_FREE_ADDRESSES);
  }

  private String ipAddressType() {
    String type = annotations.string("aws-load-balancer-ip-address-type", "ipv4");
    return switch (type) {
      case "ipv4", "dualstack" -> type;
      default -> throw new ReconcileException("unknown IPAddressType: " + type);
    };
  }

  /** The annotations for single attributes win over the map. */
  private Map<String, String> attributes() {
    Map<String, String> merged = new TreeMap<>(annotations.map("aws-load-balancer-attributes"));
    String policy = merged.get("dns_record.client_routing_policy");
    if (policy != null && !ROUTING_POLICIES.contains(policy)) {
      throw new ReconcileException(
          "invalid dns_record.client_routing_policy set in annotation aws-load-balancer-attributes:"
              + " got '"
              + policy
              + "' expected one of ['"
              + String.join("', '", ROUTING_POLICIES)
              + "']");
    }
    // Switched off, the annotation says nothing: what the map says of the log stands.
    if (annotations.bool("aws-load-balancer-access-log-enabled", false)) {
      merged.put("access_logs.s3.enabled", "true");
      annotations
          .string("aws-load-balancer-access-log-s3-bucket-name")
          .ifPresent(b -> merged.put("access_logs.s3.bucket", b));
      annotations
          .string("aws-load-balancer-access-log-s3-bucket-prefix")
          .ifPresent(p -> merged.put("access_logs.s3.prefix", p));
    }
    annotations
        .bool("aws-load-balancer-cross-zone-load-balancing-enabled")
        .ifPresent(on -> merged.put("load_balancing.cross_zone.enabled", Boolean.toString(on)));
    return merged;
  }

  /** The groups of the load balancer, and the one that the way to the targets is opened for. */
  private record Groups(List<Token> all, @Nullable Token backend) {}

  private Groups securityGroups(String ipAddressType) {
    LoadBalancer existing = existing();
    if (!env.enabled(FeatureGate.NLB_SECURITY_GROUP)) {
      if (existing != null && !existing.securityGroups().isEmpty()) {
        throw new ReconcileException("conflicting security groups configuration");
      }
      return new Groups(List.of(), null);
    }
    if (existing != null && existing.securityGroups().isEmpty()) {
      return new Groups(List.of(), null);
    }
    List<String> own = annotations.list("aws-load-balancer-security-groups").orElse(List.of());
    List<Token> all = new ArrayList<>();
    if (own.isEmpty()) {
      Token managed = managedGroup(ipAddressType);
      all.add(managed);
      if (!env.options().enableBackendSecurityGroup()) {
        return new Groups(all, managed);
      }
    } else {
      boolean manage =
          annotations.bool("aws-load-balancer-manage-backend-security-group-rules", false);
      groups.resolve(own).forEach(id -> all.add(Token.of(id)));
      if (!manage) {
        return new Groups(all, null);
      }
      if (!env.options().enableBackendSecurityGroup()) {
        throw new ReconcileException("backendSG feature is required to manage worker node SG rules"
            + " when frontendSG is manually specified");
      }
    }
    Token backend = Token.of(groups.acquireBackend(user(service)));
    usesBackendGroup = true;
    all.add(backend);
    return new Groups(all, backend);
  }

  static String user(Service service) {
    return "service " + service.key().namespacedName();
  }

  private Token managedGroup(String ipAddressType) {
    Map<String, String> tags = tags();
    boolean dualstack = ipAddressType.equals("dualstack");
    Optional<List<String>> listed =
        annotations.list("aws-load-balancer-security-group-prefix-lists");
    List<String> prefixLists = listed.orElse(List.of());
    List<String> cidrs = new ArrayList<>(sourceRanges());
    for (String cidr : cidrs) {
      if (cidr.indexOf(':') >= 0 && !dualstack) {
        throw new ReconcileException("unsupported v6 cidr " + cidr + " when lb is not dualstack");
      }
    }
    // An empty list of prefix lists is one too: then nobody may come in.
    if (cidrs.isEmpty() && listed.isEmpty()) {
      cidrs.add("0.0.0.0/0");
      if (dualstack) {
        cidrs.add("::/0");
      }
    }
    List<Permission> ingress = new ArrayList<>();
    for (ServicePort port : service.spec().ports()) {
      String protocol = port.protocol().toString().toLowerCase(Locale.ROOT);
      for (String cidr : cidrs) {
        SourceKind kind = cidr.indexOf(':') >= 0 ? SourceKind.IPV6 : SourceKind.IPV4;
        ingress.add(new Permission(protocol, port.port(), kind, cidr));
      }
      for (String list : prefixLists) {
        ingress.add(new Permission(protocol, port.port(), SourceKind.PREFIX_LIST, list));
      }
    }
    String name = Naming.ofObject(
        service.metadata().namespace(),
        service.metadata().name(),
        env.clusterName(),
        service.metadata().name(),
        service.metadata().namespace(),
        service.metadata().uid());
    stack.add(
        new StackResource.SecurityGroup(MANAGED_GROUP, name, MANAGED_DESCRIPTION, ingress, tags));
    return new Token.Reference(StackResource.SECURITY_GROUP, MANAGED_GROUP, "groupID");
  }

  /** Who may come in: the spec, or the annotation when the spec says nothing. */
  private List<String> sourceRanges() {
    List<String> ranges = service.spec().loadBalancerSourceRanges();
    return ranges.isEmpty()
        ? annotations.list("load-balancer-source-ranges").orElse(List.of())
        : ranges;
  }

  private Map<String, String> tags() {
    Map<String, String> tags =
        new TreeMap<>(annotations.map("aws-load-balancer-additional-resource-tags"));
    for (String key : tags.keySet()) {
      if (env.options().externalManagedTags().contains(key)) {
        throw new ReconcileException(
            "external managed tag key " + key + " cannot be specified on Service");
      }
    }
    tags.putAll(env.options().defaultTags());
    return tags;
  }

  private List<StackResource.SubnetMapping> mappings(
      String scheme, String ipAddressType, List<Subnet> subnets) {
    Optional<List<String>> eips = annotations.list("aws-load-balancer-eip-allocations");
    if (eips.isPresent()) {
      if (!scheme.equals("internet-facing")) {
        throw new ReconcileException(
            "EIP allocations can only be set for internet facing load balancers");
      }
      checkCount("EIP allocations", eips.get(), subnets);
    }
    Optional<List<String>> privateIpv4 =
        annotations.list("aws-load-balancer-private-ipv4-addresses");
    List<IpAddress> ipv4 = List.of();
    if (privateIpv4.isPresent()) {
      if (!scheme.equals("internal")) {
        throw new ReconcileException(
            "private IPv4 addresses can only be set for internal load balancers");
      }
      checkCount("private IPv4 addresses", privateIpv4.get(), subnets);
      ipv4 = addresses("private IPv4 addresses", "IPv4", privateIpv4.get(), IpAddress::isV4);
    }
    Optional<List<String>> ipv6Texts = annotations.list("aws-load-balancer-ipv6-addresses");
    List<IpAddress> ipv6 = List.of();
    if (ipv6Texts.isPresent()) {
      if (!ipAddressType.equals("dualstack")) {
        throw new ReconcileException("IPv6 addresses can only be set for dualstack load balancers");
      }
      checkCount("IPv6 addresses", ipv6Texts.get(), subnets);
      ipv6 = addresses("IPv6 addresses", "IPv6", ipv6Texts.get(), a -> !a.isV4());
    }
    List<StackResource.SubnetMapping> mappings = new ArrayList<>();
    for (int i = 0; i < subnets.size(); i++) {
      Subnet subnet = subnets.get(i);
      String v4 = null;
      if (privateIpv4.isPresent()) {
        v4 = theOne("private IPv4 address", subnet, ipv4, a -> subnet.cidr().contains(a));
      }
      String v6 = null;
      if (ipv6Texts.isPresent()) {
        v6 = theOne(
            "IPv6 address",
            subnet,
            ipv6,
            a -> subnet.ipv6Cidr() != null && subnet.ipv6Cidr().contains(a));
      }
      mappings.add(new StackResource.SubnetMapping(
          subnet.id(), eips.isPresent() ? eips.get().get(i) : null, v4, v6));
    }
    return mappings;
  }

  private static void checkCount(String what, List<String> given, List<Subnet> subnets) {
    if (given.size() != subnets.size()) {
      throw new ReconcileException("count of "
          + what
          + " ("
          + given.size()
          + ") and subnets ("
          + subnets.size()
          + ") must match");
    }
  }

  private static List<IpAddress> addresses(
      String what, String family, List<String> texts, Predicate<IpAddress> isOfFamily) {
    List<IpAddress> result = new ArrayList<>();
    for (String text : texts) {
      IpAddress address = IpAddress.tryParse(text)
          .orElseThrow(() -> new ReconcileException(what + " must be valid IP address: " + text));
      if (!isOfFamily.test(address)) {
        throw new ReconcileException(what + " must be valid " + family + " address: " + text);
      }
      result.add(address);
    }
    return result;
  }

  private static String theOne(
      String what, Subnet subnet, List<IpAddress> addresses, Predicate<IpAddress> inSubnet) {
    List<IpAddress> inside = addresses.stream().filter(inSubnet).toList();
    if (inside.size() != 1) {
      throw new ReconcileException("expect one " + what + " configured for subnet: " + subnet.id());
    }
    return inside.get(0).toString();
  }

  private String name(String scheme) {
    Optional<String> own = annotations.string("aws-load-balancer-name");
    if (own.isPresent()) {
      if (own.get().length() > 32) {
        throw new ReconcileException("load balancer name cannot be longer than 32 characters");
      }
      return own.get();
    }
    return Naming.ofObject(
        service.metadata().namespace(),
        service.metadata().name(),
        env.clusterName(),
        service.metadata().uid(),
        scheme);
  }

  /** Part of the model even where there are no groups whose rules it could switch. */
  private @Nullable String privateLinkRules() {
    Optional<String> rules =
        annotations.string("aws-load-balancer-inbound-sg-rules-on-private-link-traffic");
    if (rules.isEmpty()) {
      return null;
    }
    if (!rules.get().equals("on") && !rules.get().equals("off")) {
      throw new ReconcileException(
          "Invalid value for securityGroupsInboundRulesOnPrivateLink status: "
              + rules.get()
              + ", value must be one of [on, off]");
    }
    return rules.get();
  }

  private void listeners(
      StackResource.LoadBalancer lb, @Nullable Token backendGroup, List<Subnet> subnets) {
    List<String> certificates = annotations.list("aws-load-balancer-ssl-cert").orElse(List.of());
    List<String> tlsPorts = annotations.list("aws-load-balancer-ssl-ports").orElse(List.of());
    List<String> unused = tlsPorts.stream()
        .filter(wanted -> service.spec().ports().stream().noneMatch(p -> isCalled(p, wanted)))
        .toList();
    if (!unused.isEmpty()) {
      throw new ReconcileException("Unused port in ssl-ports annotation " + Go.list(unused));
    }
    NlbTargetGroups targetGroups =
        new NlbTargetGroups(env, service, annotations, stack, lb, backendGroup, subnets);
    for (ServicePort port : service.spec().ports()) {
      boolean tls = !port.protocol().toString().equals("UDP")
          && !certificates.isEmpty()
          && (tlsPorts.isEmpty() || tlsPorts.stream().anyMatch(t -> isCalled(port, t)));
      String protocol = port.protocol().toString();
      boolean tlsToTargets = tls
          && annotations.string("aws-load-balancer-backend-protocol").orElse("").equals("ssl");
      Map<String, String> tags = tags();
      StackResource.TargetGroup group =
          targetGroups.forPort(port, tlsToTargets ? "TLS" : protocol, tags, sourceRanges());
      stack.add(new StackResource.Listener(
          Integer.toString(port.port()),
          new Token.Reference(StackResource.LOAD_BALANCER, LOAD_BALANCER, "loadBalancerARN"),
          port.port(),
          tls ? "TLS" : protocol,
          List.of(new Action.Forward(List.of(new Action.WeightedGroup(group.arn(), null)), null)),
          tls ? certificates : List.of(),
          tls
              ? annotations.string(
                  "aws-load-balancer-ssl-negotiation-policy", env.options().defaultSslPolicy())
              : null,
          tls ? alpnPolicy() : List.of(),
          null,
          tags));
    }
  }

  private static boolean isCalled(ServicePort port, String nameOrNumber) {
    return port.name().equals(nameOrNumber) || Integer.toString(port.port()).equals(nameOrNumber);
  }

  private List<String> alpnPolicy() {
    Optional<String> policy = annotations.string("aws-load-balancer-alpn-policy");
    if (policy.isEmpty()) {
      return List.of();
    }
    if (!ALPN_POLICIES.contains(policy.get())) {
      throw new ReconcileException("invalid ALPN policy "
          + policy.get()
          + ", policy must be one of [None, HTTP1Only, HTTP2Only, HTTP2Optional, HTTP2Preferred]");
    }
    return List.of(policy.get());
  }
}
