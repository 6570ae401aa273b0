package dev.hairpin.lb.controller;

import dev.hairpin.api.Ingress;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.controller.IngressGroups.Group;
import dev.hairpin.lb.controller.IngressGroups.Member;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.model.StackResource.Permission;
import dev.hairpin.lb.model.StackResource.SourceKind;
import dev.hairpin.lb.model.StackResource.SubnetMapping;
import dev.hairpin.lb.model.Token;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an IngressGroup leads to: one Application Load Balancer with the rules of all its members.
 *
 * <p>The order of evaluation is the controller's, since the first error is the one that is
 * reported. Source: {@code pkg/ingress/model_builder.go} and its neighbours, v2.8.2.
 */
final class AlbModel {
  private final Environment env;
  private final SecurityGroups groups;
  private final Group group;
  private final List<Member> members;
  private final Stack stack;
  private final IngressTags tags;
  private @Nullable Token backendGroup;
  private boolean usesBackendGroup;

  private AlbModel(Environment env, SecurityGroups groups, Group group) {
    this.env = env;
    this.groups = groups;
    this.group = group;
    this.members = group.members();
    this.stack = new Stack(Stack.Kind.INGRESS_GROUP, group.id().toString());
    this.tags = new IngressTags(env);
  }

  static NlbModel.Built build(Environment env, SecurityGroups groups, Group group) {
    AlbModel model = new AlbModel(env, groups, group);
    model.build();
    return new NlbModel.Built(model.stack, model.usesBackendGroup);
  }

  static String user(GroupId id) {
    return "ingressGroup " + id;
  }

  private void build() {
    for (Ingress ingress : group.leaving()) {
      if (ingress.metadata().deletionTimestamp() != null && isProtected(ingress)) {
        throw new ReconcileException("deletion_protection is enabled, cannot delete the ingress: "
            + ingress.metadata().name());
      }
    }
    if (members.isEmpty()) {
      return;
    }
    List<ListenPorts.Port> ports = new ListenPorts(env).of(members);
    StackResource.LoadBalancer lb = loadBalancer(ports);
    stack.add(lb);
    Integer sslPort = sslRedirect(ports);
    listeners(ports, lb, sslPort);
    addOns();
  }

  private static boolean isProtected(Ingress ingress) {
    String value = Annotations.ofIngress(ingress.metadata().annotations())
        .map("load-balancer-attributes")
        .get("deletion_protection.enabled");
    return value != null && Go.parseBool(value);
  }

  // The load balancer

  private StackResource.LoadBalancer loadBalancer(List<ListenPorts.Port> ports) {
    String scheme = scheme();
    String ipAddressType = ipAddressType();
    List<SubnetMapping> subnets = subnets(scheme);
    List<Token> securityGroups = securityGroups(ports, ipAddressType);
    String pool = customerOwnedPool();
    Map<String, String> attributes = attributes();
    Map<String, String> lbTags = tags.ofGroup(members);
    String name = name(scheme);
    return new StackResource.LoadBalancer(
        NlbModel.LOAD_BALANCER,
        name,
        false,
        scheme,
        ipAddressType,
        subnets,
        securityGroups,
        pool,
        null,
        attributes,
        lbTags);
  }

  /** The values that members give, from the class's parameters or their own annotation. */
  private Set<String> explicit(
      Function<IngressClassParams, @Nullable String> imposed, String suffix) {
    Set<String> values = new TreeSet<>();
    for (Member member : members) {
      IngressClassParams params = member.params();
      String value = params == null ? null : imposed.apply(params);
      if (value != null) {
        values.add(value);
      } else {
        member.annotations().string(suffix).ifPresent(values::add);
      }
    }
    return values;
  }

  private String scheme() {
    Set<String> schemes = explicit(IngressClassParams::scheme, "scheme");
    if (schemes.size() > 1) {
      throw new ReconcileException("conflicting scheme: " + Go.set(schemes));
    }
    String scheme = schemes.stream().findFirst().orElse("internal");
    return switch (scheme) {
      case "internal", "internet-facing" -> scheme;
      default -> throw new ReconcileException("unknown scheme: " + scheme);
    };
  }

  private String ipAddressType() {
    Set<String> types = explicit(IngressClassParams::ipAddressType, "ip-address-type");
    if (types.size() > 1) {
      throw new ReconcileException("conflicting IPAddressType: " + Go.list(types));
    }
    String type = types.stream().findFirst().orElse("ipv4");
    return switch (type) {
      case "ipv4", "dualstack", "dualstack-without-public-ipv4" -> type;
      default -> throw new ReconcileException("unknown IPAddressType: " + type);
    };
  }

  private List<SubnetMapping> subnets(String scheme) {
    List<IngressClassParams.Subnets> imposed = new ArrayList<>();
    List<List<String>> named = new ArrayList<>();
    for (Member member : members) {
      IngressClassParams params = member.params();
      IngressClassParams.Subnets subnets = params == null ? null : params.subnets();
      if (subnets != null) {
        imposed.add(subnets);
      } else {
        member.annotations().list("subnets").ifPresent(named::add);
      }
    }
    SubnetResolver resolver = new SubnetResolver(env);
    if (!imposed.isEmpty()) {
      if (!named.isEmpty()) {
        throw new ReconcileException(
            "conflicting subnet specifications: IngressClassParams versus annotation");
      }
      if (new HashSet<>(imposed).size() > 1) {
        throw new ReconcileException("conflicting IngressClassParams subnet specifications");
      }
      IngressClassParams.Subnets chosen = imposed.get(0);
      return mappings(
          chosen.ids().isEmpty()
              ? resolver.byTags(true, chosen.tags())
              : resolver.byNamesOrIds(true, chosen.ids()));
    }
    if (!named.isEmpty()) {
      List<String> chosen = named.get(0);
      for (List<String> other : named) {
        if (!chosen.stream().sorted().toList().equals(other.stream().sorted().toList())) {
          throw new ReconcileException(
              "conflicting subnets: " + Go.list(chosen) + " | " + Go.list(other));
        }
      }
      return mappings(resolver.byNamesOrIds(true, chosen));
    }
    Optional<LoadBalancer> existing =
        env.loadBalancersOf(Stack.Kind.INGRESS_GROUP, stack.id()).stream().findFirst();
    if (existing.isPresent() && existing.get().scheme().equals(scheme)) {
      return existing.get().zones().stream()
          .map(z -> new SubnetMapping(z.subnetId(), null, null, null))
          .toList();
    }
    try {
      return mappings(resolver.discover(true, scheme, SubnetResolver.MINIMAL_FREE_ADDRESSES));
    } catch (ReconcileException e) {
      throw new ReconcileException("couldn't auto-discover subnets: " + e.getMessage());
    }
  }

  private static List<SubnetMapping> mappings(List<Subnet> subnets) {
    return subnets.stream()
        .map(s -> new SubnetMapping(s.id(), null, null, null))
        .toList();
  }

  private List<Token> securityGroups(List<ListenPorts.Port> ports, String ipAddressType) {
    List<String> own = ownSecurityGroups();
    List<Token> all = new ArrayList<>();
    if (own.isEmpty()) {
      Token managed = managedGroup(ports, ipAddressType);
      all.add(managed);
      if (!env.options().enableBackendSecurityGroup()) {
        backendGroup = managed;
        return all;
      }
    } else {
      boolean manage = managesBackendRules();
      groups.resolve(own).forEach(id -> all.add(Token.of(id)));
      if (!manage) {
        return all;
      }
      if (!env.options().enableBackendSecurityGroup()) {
        throw new ReconcileException("backendSG feature is required to manage worker node SG rules"
            + " when frontendSG manually specified");
      }
    }
    Token backend = Token.of(groups.acquireBackend(user(group.id())));
    backendGroup = backend;
    usesBackendGroup = true;
    all.add(backend);
    return all;
  }

  private List<String> ownSecurityGroups() {
    List<String> chosen = null;
    for (Member member : members) {
      List<String> own = member.annotations().list("security-groups").orElse(null);
      if (own == null) {
        continue;
      }
      if (chosen != null && !chosen.equals(own)) {
        throw new ReconcileException(
            "conflicting securityGroups: " + Go.list(chosen) + " | " + Go.list(own));
      }
      chosen = own;
    }
    return chosen == null ? List.of() : chosen;
  }

  private boolean managesBackendRules() {
    Set<Boolean> values = new HashSet<>();
    for (Member member : members) {
      member.annotations().bool("manage-backend-security-group-rules").ifPresent(values::add);
    }
    if (values.size() > 1) {
      throw new ReconcileException("conflicting manage backend security group rules settings");
    }
    return values.contains(true);
  }

  private Token managedGroup(List<ListenPorts.Port> ports, String ipAddressType) {
    List<Permission> ingress = new ArrayList<>();
    for (ListenPorts.Port port : ports) {
      for (String cidr : port.config().ipv4Cidrs()) {
        ingress.add(new Permission("tcp", port.port(), SourceKind.IPV4, cidr));
      }
      if (!ipAddressType.equals("ipv4")) {
        for (String cidr : port.config().ipv6Cidrs()) {
          ingress.add(new Permission("tcp", port.port(), SourceKind.IPV6, cidr));
        }
      }
      for (String list : port.config().prefixLists()) {
        ingress.add(new Permission("tcp", port.port(), SourceKind.PREFIX_LIST, list));
      }
    }
    stack.add(new StackResource.SecurityGroup(
        NlbModel.MANAGED_GROUP,
        named(env.clusterName(), group.id().toString()),
        NlbModel.MANAGED_DESCRIPTION,
        ingress,
        tags.ofGroup(members)));
    return new Token.Reference(StackResource.SECURITY_GROUP, NlbModel.MANAGED_GROUP, "groupID");
  }

  private String named(String... hashed) {
    GroupId id = group.id();
    return id.isExplicit()
        ? Naming.ofGroup(id.name(), hashed)
        : Naming.ofObject(id.namespace(), id.name(), hashed);
  }

  private @Nullable String customerOwnedPool() {
    Set<String> pools = new TreeSet<>();
    for (Member member : members) {
      Optional<String> pool = member.annotations().string("customer-owned-ipv4-pool");
      if (pool.isPresent() && pool.get().isEmpty()) {
        throw new ReconcileException(
            "cannot use empty value for customer-owned-ipv4-pool annotation, ingress: "
                + member.key());
      }
      pool.ifPresent(pools::add);
    }
    if (pools.size() > 1) {
      throw new ReconcileException("conflicting CustomerOwnedIPv4Pool: " + Go.list(pools));
    }
    return pools.stream().findFirst().orElse(null);
  }

  /** Only the parameters of the first member's class are looked at. */
  private Map<String, String> attributes() {
    Map<String, String> merged = new TreeMap<>();
    for (Member member : members) {
      new TreeMap<>(member.annotations().map("load-balancer-attributes")).forEach((key, value) -> {
        String before = merged.putIfAbsent(key, value);
        if (before != null && !before.equals(value)) {
          throw new ReconcileException(
              "conflicting attributes " + key + ": " + before + " | " + value);
        }
      });
    }
    IngressClassParams params = members.get(0).params();
    if (params != null) {
      merged.putAll(params.loadBalancerAttributes());
    }
    return merged;
  }

  private String name(String scheme) {
    Set<String> names = new TreeSet<>();
    for (Member member : members) {
      member.annotations().string("load-balancer-name").ifPresent(names::add);
    }
    if (names.size() > 1) {
      throw new ReconcileException("conflicting load balancer name: " + Go.set(names));
    }
    if (!names.isEmpty()) {
      String name = names.iterator().next();
      if (name.length() > 32) {
        throw new ReconcileException("load balancer name cannot be longer than 32 characters");
      }
      return name;
    }
    return named(env.clusterName(), group.id().toString(), scheme);
  }

  // Listeners

  private @Nullable Integer sslRedirect(List<ListenPorts.Port> ports) {
    Set<Long> wished = new TreeSet<>();
    for (Member member : members) {
      try {
        member.annotations().int64("ssl-redirect").ifPresent(wished::add);
      } catch (ReconcileException e) {
        throw new ReconcileException("ingress: " + member.key() + ": " + e.getMessage());
      }
    }
    if (wished.isEmpty()) {
      return null;
    }
    if (wished.size() > 1) {
      throw new ReconcileException("conflicting sslRedirect port: " + Go.list(wished));
    }
    long port = wished.iterator().next();
    ListenPorts.Port listened = ports.stream()
        .filter(p -> p.port() == port)
        .findFirst()
        .orElseThrow(
            () -> new ReconcileException("listener does not exist for SSLRedirect port: " + port));
    if (!listened.config().protocol().equals("HTTPS")) {
      throw new ReconcileException("listener protocol non-SSL for SSLRedirect port: " + port);
    }
    return listened.port();
  }

  private void listeners(
      List<ListenPorts.Port> ports, StackResource.LoadBalancer lb, @Nullable Integer sslPort) {
    IngressBackends backends = new IngressBackends(env);
    AlbTargetGroups targetGroups =
        new AlbTargetGroups(env, group.id(), stack, lb.ipAddressType(), backendGroup);
    AlbActions actions = new AlbActions(env, targetGroups);
    AlbRules rules = new AlbRules(backends, actions, tags);
    for (ListenPorts.Port port : ports) {
      boolean redirected = sslPort != null && port.config().protocol().equals("HTTP");
      List<Action> defaults = redirected
          ? List.of(
              new Action.Redirect("HTTPS", null, String.valueOf(sslPort), null, null, "HTTP_301"))
          : defaultActions(port, backends, actions);
      String id = Integer.toString(port.port());
      stack.add(new StackResource.Listener(
          id,
          new Token.Reference(
              StackResource.LOAD_BALANCER, NlbModel.LOAD_BALANCER, "loadBalancerARN"),
          port.port(),
          port.config().protocol(),
          defaults,
          port.config().certificates(),
          port.config().sslPolicy(),
          List.of(),
          port.config().mutualAuthentication(),
          tags.ofGroup(port.members())));
      if (redirected) {
        continue;
      }
      int priority = 1;
      for (AlbRules.Rule rule : rules.of(port)) {
        stack.add(new StackResource.ListenerRule(
            id + ":" + priority,
            new Token.Reference(StackResource.LISTENER, id, "listenerARN"),
            priority,
            rule.conditions(),
            rule.actions(),
            rule.tags()));
        priority++;
      }
    }
  }

  private static List<Action> defaultActions(
      ListenPorts.Port port, IngressBackends backends, AlbActions actions) {
    List<Member> withDefault = port.members().stream()
        .filter(m -> m.ingress().defaultBackend() != null)
        .toList();
    if (withDefault.size() > 1) {
      throw new ReconcileException("multiple ingress defined default backend: "
          + Go.list(withDefault.stream().map(Member::key).toList()));
    }
    for (Member member : withDefault) {
      var backend = member.ingress().defaultBackend();
      if (backend != null) {
        return actions.of(member, backends.build(member, backend), port.config().protocol());
      }
    }
    return List.of(new Action.FixedResponse("text/plain", null, "404"));
  }

  // Web ACLs and protection

  private void addOns() {
    Token arn =
        new Token.Reference(StackResource.LOAD_BALANCER, NlbModel.LOAD_BALANCER, "loadBalancerARN");
    Set<String> acls = new TreeSet<>();
    Set<String> classic = new TreeSet<>();
    Set<Boolean> shields = new TreeSet<>();
    for (Member member : members) {
      Annotations annotations = member.annotations();
      annotations.string("wafv2-acl-arn").filter(a -> !a.isEmpty()).ifPresent(acls::add);
      annotations
          .string("waf-acl-id")
          .or(() -> annotations.string("web-acl-id"))
          .filter(a -> !a.isEmpty())
          .ifPresent(classic::add);
      annotations.bool("shield-advanced-protection").ifPresent(shields::add);
    }
    if (acls.size() > 1) {
      throw new ReconcileException("conflicting WAFv2 WebACL ARNs: " + Go.list(acls));
    }
    for (String acl : acls) {
      stack.add(new StackResource.WebAclAssociation(acl.equals("none") ? "" : acl, arn));
    }
    if (classic.size() > 1) {
      throw new ReconcileException("conflicting WAFClassic WebACL IDs: " + Go.list(classic));
    }
    for (String acl : classic) {
      stack.add(new StackResource.RegionalWebAclAssociation(acl.equals("none") ? "" : acl, arn));
    }
    if (shields.size() > 1) {
      throw new ReconcileException("conflicting enable shield advanced protection");
    }
    for (Boolean enabled : shields) {
      stack.add(new StackResource.ShieldProtection(enabled, arn));
    }
  }
}
