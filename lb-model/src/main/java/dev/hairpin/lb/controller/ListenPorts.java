package dev.hairpin.lb.controller;

import dev.hairpin.api.IngressRule;
import dev.hairpin.api.IngressTls;
import dev.hairpin.lb.controller.IngressGroups.Member;
import dev.hairpin.lb.json.JsonException;
import dev.hairpin.lb.json.JsonParser;
import dev.hairpin.lb.json.JsonStruct;
import dev.hairpin.lb.json.Trees;
import dev.hairpin.lb.model.MutualAuthentication;
import dev.hairpin.net.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The ports that a group's load balancer listens on, and what is asked of each.
 *
 * <p>Source: {@code computeIngressListenPortConfigByPort} and {@code mergeListenPortConfigs} of
 * {@code pkg/ingress}, v2.8.2.
 */
final class ListenPorts {
  private final Environment env;

  ListenPorts(Environment env) {
    this.env = env;
  }

  /** What one Ingress, or a group after merging, wants at a port. */
  record Config(
      String protocol,
      List<String> ipv4Cidrs,
      List<String> ipv6Cidrs,
      List<String> prefixLists,
      @Nullable String sslPolicy,
      List<String> certificates,
      @Nullable MutualAuthentication mutualAuthentication) {}

  /** A port's merged settings, and the members that listen on it, in group order. */
  record Port(int port, Config config, List<Member> members) {}

  /** All ports of a group, by number. */
  List<Port> of(List<Member> members) {
    Map<Integer, Map<Member, Config>> byPort = new TreeMap<>();
    for (Member member : members) {
      Map<Integer, Config> ofMember;
      try {
        ofMember = of(member);
      } catch (ReconcileException e) {
        throw new ReconcileException("ingress: " + member.key() + ": " + e.getMessage());
      }
      ofMember.forEach((port, config) ->
          byPort.computeIfAbsent(port, p -> new java.util.LinkedHashMap<>()).put(member, config));
    }
    List<Port> ports = new ArrayList<>();
    byPort.forEach((port, configs) -> {
      try {
        ports.add(new Port(port, merge(configs), List.copyOf(configs.keySet())));
      } catch (ReconcileException e) {
        throw new ReconcileException(
            "failed to merge listenPort config for port: " + port + ": " + e.getMessage());
      }
    });
    return ports;
  }

  private Map<Integer, Config> of(Member member) {
    Annotations annotations = member.annotations();
    IngressClassParams params = member.params();
    List<String> certificates = params != null && !params.certificateArns().isEmpty()
        ? params.certificateArns()
        : annotations.list("certificate-arn").orElse(List.of());
    String sslPolicy = params != null && !params.sslPolicy().isEmpty()
        ? params.sslPolicy()
        : annotations.string("ssl-policy").orElse(null);
    List<String> ipv4 = new ArrayList<>();
    List<String> ipv6 = new ArrayList<>();
    for (String cidr : inboundCidrs(member)) {
      (cidr.indexOf(':') >= 0 ? ipv6 : ipv4).add(cidr);
    }
    List<String> prefixLists = annotations.list("security-group-prefix-lists").orElse(List.of());
    Map<Integer, MutualAuthentication> mutual = mutualAuthentication(annotations);
    Map<Integer, String> protocols = protocols(annotations, !certificates.isEmpty());
    List<String> inferred = certificates;
    if (certificates.isEmpty() && protocols.containsValue("HTTPS")) {
      inferred = Certificates.forHosts(env, hosts(member));
    }
    Map<Integer, Config> configs = new TreeMap<>();
    for (Map.Entry<Integer, String> entry : protocols.entrySet()) {
      boolean https = entry.getValue().equals("HTTPS");
      configs.put(
          entry.getKey(),
          new Config(
              entry.getValue(),
              ipv4,
              ipv6,
              prefixLists,
              https ? sslPolicy : null,
              https ? inferred : List.of(),
              https ? mutual.get(entry.getKey()) : null));
    }
    return configs;
  }

  private static List<String> inboundCidrs(Member member) {
    IngressClassParams params = member.params();
    List<String> imposedCidrs = params == null ? List.of() : params.inboundCidrs();
    boolean imposed = !imposedCidrs.isEmpty();
    List<String> cidrs =
        imposed ? imposedCidrs : member.annotations().list("inbound-cidrs").orElse(List.of());
    for (String cidr : cidrs) {
      if (Cidr.tryParseMasked(cidr).isEmpty()) {
        throw new ReconcileException((imposed
                ? "invalid CIDR in IngressClassParams InboundCIDR " + cidr
                : "invalid inbound-cidrs settings on Ingress: " + member.key())
            + ": invalid CIDR address: "
            + cidr);
      }
    }
    return cidrs;
  }

  private static Set<String> hosts(Member member) {
    Set<String> hosts = new TreeSet<>();
    for (IngressRule rule : member.ingress().rules()) {
      if (!rule.host().isEmpty()) {
        hosts.add(rule.host());
      }
    }
    for (IngressTls tls : member.ingress().tls()) {
      hosts.addAll(tls.hosts());
    }
    return hosts;
  }

  private static Map<Integer, String> protocols(Annotations annotations, boolean preferTls) {
    Optional<String> raw = annotations.string("listen-ports");
    if (raw.isEmpty()) {
      return preferTls ? Map.of(443, "HTTPS") : Map.of(80, "HTTP");
    }
    List<?> entries;
    try {
      entries = listOfMaps(raw.get());
    } catch (JsonException e) {
      throw new ReconcileException(
          "failed to parse listen-ports configuration: `" + raw.get() + "`: " + e.getMessage());
    }
    if (entries.isEmpty()) {
      throw new ReconcileException("empty listen-ports configuration: `" + raw.get() + "`");
    }
    Map<Integer, String> protocols = new TreeMap<>();
    for (Object entry : entries) {
      for (Map.Entry<?, ?> pair : Trees.map(entry).entrySet()) {
        Object number = pair.getValue();
        Long port = number == null ? Long.valueOf(0) : JsonStruct.asLong(number);
        long checked = checkedPort(port == null ? 0 : port);
        String protocol = String.valueOf(pair.getKey());
        if (!protocol.equals("HTTP") && !protocol.equals("HTTPS")) {
          throw new ReconcileException("listen protocol must be within [HTTP, HTTPS]: " + protocol);
        }
        protocols.put((int) checked, protocol);
      }
    }
    return protocols;
  }

  /** Reads {@code []map[string]int64}. */
  private static List<?> listOfMaps(String text) {
    Object value = JsonParser.parse(text);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw JsonStruct.mismatch(value, "Go value of type []map[string]int64");
    }
    for (Object item : list) {
      if (item != null && !(item instanceof Map<?, ?>)) {
        throw JsonStruct.mismatch(item, "Go value of type map[string]int64");
      }
      for (Object number : Trees.map(item).values()) {
        if (number != null && JsonStruct.asLong(number) == null) {
          throw JsonStruct.mismatch(number, "Go value of type int64");
        }
      }
    }
    return list;
  }

  private static long checkedPort(long port) {
    if (port < 1 || port > 65_535) {
      throw new ReconcileException("listen port must be within [1, 65535]: " + port);
    }
    return port;
  }

  private Map<Integer, MutualAuthentication> mutualAuthentication(Annotations annotations) {
    Optional<String> raw = annotations.string("mutual-authentication");
    if (raw.isEmpty()) {
      return Map.of();
    }
    String where =
        "mutualAuthentication configuration from ingress annotation: `" + raw.get() + "`";
    List<JsonStruct> entries;
    Map<Integer, MutualAuthentication> result = new TreeMap<>();
    try {
      entries = JsonStruct.parseList(raw.get(), "MutualAuthenticationConfig");
      if (entries.isEmpty()) {
        throw new ReconcileException("empty " + where);
      }
      for (JsonStruct entry : entries) {
        Long port = entry.int64("port");
        long checked = checkedPort(port == null ? 0 : port);
        result.put((int) checked, mutualAuthentication(checked, entry));
      }
    } catch (JsonException e) {
      throw new ReconcileException("failed to parse " + where + ": " + e.getMessage());
    }
    result.replaceAll((port, mutual) -> withTrustStoreArn(mutual));
    return result;
  }

  private static MutualAuthentication mutualAuthentication(long port, JsonStruct entry) {
    String mode = entry.text("mode");
    String trustStore = entry.text("trustStore");
    Boolean ignoreExpiry = entry.bool("ignoreClientCertificateExpiry");
    boolean verify = mode.equals("verify");
    if (mode.isEmpty()) {
      throw new ReconcileException("mutualAuthentication mode cannot be empty for port " + port);
    }
    if (!verify && !mode.equals("off") && !mode.equals("passthrough")) {
      throw new ReconcileException(
          "mutualAuthentication mode value must be among [off, passthrough, verify] for port "
              + port
              + " : "
              + mode);
    }
    if (verify && trustStore.isEmpty()) {
      throw new ReconcileException(
          "trustStore is required when mutualAuthentication mode is verify for port " + port);
    }
    if (!verify && !trustStore.isEmpty()) {
      throw new ReconcileException(
          "Mutual Authentication mode " + mode + " does not support trustStore for port " + port);
    }
    if (!verify && ignoreExpiry != null) {
      throw new ReconcileException("Mutual Authentication mode "
          + mode
          + " does not support ignoring client certificate expiry for port "
          + port);
    }
    return new MutualAuthentication(
        mode, trustStore, (verify && ignoreExpiry == null) ? Boolean.FALSE : ignoreExpiry);
  }

  private MutualAuthentication withTrustStoreArn(MutualAuthentication mutual) {
    if (!mutual.mode().equals("verify") || mutual.trustStoreArn().startsWith("arn:")) {
      return mutual;
    }
    String arn = env.elbv2()
        .trustStore(mutual.trustStoreArn())
        .orElseThrow(() -> new ReconcileException(
            "couldn't find TrustStore with names " + Go.list(List.of(mutual.trustStoreArn()))));
    return new MutualAuthentication(mutual.mode(), arn, mutual.ignoreClientCertificateExpiry());
  }

  /** A value that somebody gave first, and that all who give one must give alike. */
  private static final class Agreed<T> {
    private final String what;
    private @Nullable String giver;
    private @Nullable T value;

    Agreed(String what) {
      this.what = what;
    }

    void offer(String member, T offered) {
      if (giver == null) {
        giver = member;
        value = offered;
      } else if (!Objects.equals(value, offered)) {
        throw new ReconcileException(
            "conflicting " + what + ", " + giver + ": " + value + " | " + member + ": " + offered);
      }
    }
  }

  /** Both families of blocks, printed as Go prints the two lists. */
  private record Blocks(Set<String> ipv4, Set<String> ipv6) {
    @Override
    public String toString() {
      return Go.list(ipv4) + ", " + Go.list(ipv6);
    }
  }

  private record Lists(Set<String> ids) {
    @Override
    public String toString() {
      return Go.list(ids);
    }
  }

  private Config merge(Map<Member, Config> configs) {
    Agreed<String> protocol = new Agreed<>("protocol");
    Agreed<Blocks> blocks = new Agreed<>("inbound-cidrs");
    Agreed<Lists> prefixLists = new Agreed<>("inbound-prefix-lists");
    Agreed<String> sslPolicy = new Agreed<>("sslPolicy");
    Agreed<MutualAuthentication> mutual = new Agreed<>("mTLS Attributes");
    Set<String> certificates = new LinkedHashSet<>();
    configs.forEach((member, config) -> {
      protocol.offer(member.key(), config.protocol);
      if (!config.ipv4Cidrs.isEmpty() || !config.ipv6Cidrs.isEmpty()) {
        blocks.offer(
            member.key(),
            new Blocks(new TreeSet<>(config.ipv4Cidrs), new TreeSet<>(config.ipv6Cidrs)));
      }
      if (!config.prefixLists.isEmpty()) {
        prefixLists.offer(member.key(), new Lists(new TreeSet<>(config.prefixLists)));
      }
      if (config.sslPolicy != null) {
        sslPolicy.offer(member.key(), config.sslPolicy);
      }
      if (config.mutualAuthentication != null) {
        mutual.offer(member.key(), config.mutualAuthentication);
      }
      certificates.addAll(config.certificates);
    });
    Blocks merged = blocks.value;
    Lists lists = prefixLists.value;
    if (merged == null) {
      merged = lists == null
          ? new Blocks(Set.of("0.0.0.0/0"), Set.of("::/0"))
          : new Blocks(Set.of(), Set.of());
    }
    String mergedProtocol = Objects.requireNonNull(protocol.value, "a port has a member");
    String policy = sslPolicy.value;
    if (mergedProtocol.equals("HTTPS") && policy == null) {
      policy = env.options().defaultSslPolicy();
    }
    return new Config(
        mergedProtocol,
        List.copyOf(merged.ipv4),
        List.copyOf(merged.ipv6),
        lists == null ? List.of() : List.copyOf(lists.ids),
        policy,
        List.copyOf(certificates),
        mutual.value);
  }
}
