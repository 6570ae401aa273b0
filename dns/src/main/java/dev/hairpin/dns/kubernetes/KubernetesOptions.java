package dev.hairpin.dns.kubernetes;

import dev.hairpin.api.LabelSelector;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.plugin.Durations;
import dev.hairpin.dns.plugin.Fallthrough;
import dev.hairpin.dns.plugin.Setup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of the plugin kubernetes.
 *
 * <p>Source: the plugin's setup in CoreDNS 1.13.1, which refuses nothing that 1.11.3 takes. A
 * multicluster zone has the names of ServiceImports, of which the model has none.
 */
final class KubernetesOptions {

  /** What names of pods stand for. */
  enum PodMode {
    /** Nothing. */
    DISABLED,
    /** The address that the name spells. */
    INSECURE,
    /** The address that the name spells, if a pod has it. */
    VERIFIED
  }

  private static final int DEFAULT_TTL = 5;
  private static final int MAX_TTL = 3600;

  final List<DnsName> zones;
  final DnsName primaryZone;
  final Set<String> namespaces = new HashSet<>();
  PodMode pods = PodMode.DISABLED;
  Fallthrough fallthrough = Fallthrough.NONE;
  int ttl = DEFAULT_TTL;
  boolean endpointPodNames;
  boolean endpoints = true;
  boolean ignoreEmptyServices;
  List<DnsName> multiclusterZones = List.of();

  @Nullable
  LabelSelector labels;

  @Nullable
  LabelSelector namespaceLabels;

  private KubernetesOptions(List<DnsName> zones, DnsName primaryZone) {
    this.zones = zones;
    this.primaryZone = primaryZone;
  }

  static KubernetesOptions parse(Setup setup, Cursor cursor) {
    cursor.next();
    List<DnsName> zones = setup.zones(cursor.remainingArgs(), cursor);
    DnsName primary = zones.stream()
        .filter(z -> !isReverse(z.toString()))
        .findFirst()
        .orElseThrow(() -> new CorefileException("non-reverse zone name must be used"));
    KubernetesOptions options = new KubernetesOptions(zones, primary);
    while (cursor.nextBlock()) {
      options.line(setup, cursor);
    }
    for (DnsName zone : options.multiclusterZones) {
      if (!zones.contains(zone)) {
        throw new CorefileException("is not authoritative for the multicluster zone " + zone);
      }
    }
    if (!options.namespaces.isEmpty() && options.namespaceLabels != null) {
      throw cursor.error("namespaces and namespace_labels cannot both be set");
    }
    if (cursor.next()) {
      throw new CorefileException("this plugin can only be used once per Server Block");
    }
    return options;
  }

  /**
   * Whether CoreDNS takes a zone for a reverse one: it must be below the top of the reverse tree.
   */
  static boolean isReverse(String lowerName) {
    return lowerName.endsWith(".in-addr.arpa.") || lowerName.endsWith(".ip6.arpa.");
  }

  private void line(Setup setup, Cursor cursor) {
    switch (cursor.value()) {
      case "endpoint_pod_names" -> {
        cursor.noArgs();
        endpointPodNames = true;
      }
      case "pods" -> pods = podMode(cursor.onlyArg());
      case "namespaces" -> namespaces.addAll(someArgs(cursor));
      case "endpoint" -> someArgs(cursor);
      case "tls" -> {
        if (cursor.remainingArgs().size() != 3) {
          throw cursor.argError();
        }
      }
      case "labels" -> labels = selector("label selector", someArgs(cursor));
      case "namespace_labels" ->
        namespaceLabels = selector("namespace_label selector", someArgs(cursor));
      case "fallthrough" -> fallthrough = Fallthrough.parse(cursor);
      case "ttl" -> ttl = ttl(cursor);
      case "noendpoints" -> {
        cursor.noArgs();
        endpoints = false;
      }
      case "ignore" -> {
        List<String> args = cursor.remainingArgs();
        if (!args.isEmpty() && !args.get(0).equals("empty_service")) {
          throw new CorefileException("unable to parse ignore value: '" + args.get(0) + "'");
        }
        ignoreEmptyServices |= !args.isEmpty();
      }
      case "kubeconfig" -> {
        int count = cursor.remainingArgs().size();
        if (count != 1 && count != 2) {
          throw cursor.argError();
        }
      }
      case "startup_timeout", "multicluster" -> later(setup, cursor);
      default -> throw cursor.error("unknown property '" + cursor.value() + "'");
    }
  }

  /** Options that 1.11.3 does not have. */
  private void later(Setup setup, Cursor cursor) {
    String property = cursor.value();
    if (!setup.version().hasMulticlusterZones()) {
      throw cursor.error("unknown property '" + property + "'");
    }
    if (property.equals("startup_timeout")) {
      Durations.parse(cursor.onlyArg());
    } else {
      multiclusterZones = Setup.names(someArgs(cursor), cursor);
    }
  }

  private static List<String> someArgs(Cursor cursor) {
    List<String> args = cursor.remainingArgs();
    if (args.isEmpty()) {
      throw cursor.argError();
    }
    return args;
  }

  private static PodMode podMode(String text) {
    return switch (text) {
      case "disabled" -> PodMode.DISABLED;
      case "insecure" -> PodMode.INSECURE;
      case "verified" -> PodMode.VERIFIED;
      default ->
        throw new CorefileException(
            "wrong value for pods: " + text + ",  must be one of: disabled, verified, insecure");
    };
  }

  private static int ttl(Cursor cursor) {
    String text = someArgs(cursor).get(0);
    int value;
    try {
      value = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new CorefileException("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
    if (value < 0 || value > MAX_TTL) {
      throw cursor.error("ttl must be in range [0, 3600]: " + value);
    }
    return value;
  }

  /** Reads {@code a=b, c!=d, e in (f, g), h notin (i), j, !k}. */
  private static LabelSelector selector(String what, List<String> words) {
    String text = String.join(" ", words);
    List<LabelSelector.Requirement> requirements = new ArrayList<>();
    for (String part : text.split(",(?![^(]*\\))", -1)) {
      requirements.add(requirement(what, text, part.trim()));
    }
    return new LabelSelector(Map.of(), requirements);
  }

  private static LabelSelector.Requirement requirement(String what, String all, String text) {
    java.util.regex.Matcher set =
        java.util.regex.Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\((.*)\\)").matcher(text);
    if (set.matches()) {
      List<String> values = new ArrayList<>();
      for (String value : set.group(3).split(",", -1)) {
        values.add(value.trim());
      }
      return new LabelSelector.Requirement(
          set.group(1),
          set.group(2).equals("in") ? LabelSelector.Operator.IN : LabelSelector.Operator.NOT_IN,
          values);
    }
    java.util.regex.Matcher pair = java.util.regex.Pattern.compile(
            "([^\\s!=]+)\\s*(==|!=|=)\\s*([^\\s!=]*)")
        .matcher(text);
    if (pair.matches()) {
      return new LabelSelector.Requirement(
          pair.group(1),
          pair.group(2).equals("!=") ? LabelSelector.Operator.NOT_IN : LabelSelector.Operator.IN,
          List.of(pair.group(3)));
    }
    boolean absent = text.startsWith("!");
    String key = absent ? text.substring(1).trim() : text;
    if (!key.toLowerCase(Locale.ROOT).matches("[a-z0-9][a-z0-9._/-]*")) {
      throw new CorefileException(
          "unable to parse " + what + " value: '" + all + "': unable to parse requirement");
    }
    return new LabelSelector.Requirement(
        key,
        absent ? LabelSelector.Operator.DOES_NOT_EXIST : LabelSelector.Operator.EXISTS,
        List.of());
  }
}
