package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a configuration file, and says which one is wrong. */
final class ConfigurationReader {
  private static final Pattern DURATION_PART =
      Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|ns|h|m|s)");

  /** What Go's durations hold: 63 bits of nanoseconds. */
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private final Map<?, ?> fields;
  private final String path;

  private ConfigurationReader(Map<?, ?> fields, String path) {
    this.fields = fields;
    this.path = path;
  }

  static KubeProxyConfiguration read(Map<String, Object> tree) {
    ConfigurationReader root = new ConfigurationReader(tree, "");
    String kind = root.text("kind", "KubeProxyConfiguration");
    if (!kind.equals("KubeProxyConfiguration")) {
      throw root.wrong("kind", "KubeProxyConfiguration", kind);
    }
    ConfigurationReader iptables = root.section("iptables");
    ConfigurationReader detect = root.section("detectLocal");
    KubeProxyConfiguration none = KubeProxyConfiguration.DEFAULT;
    return new KubeProxyConfiguration(
        root.text("hostnameOverride", ""),
        root.text("bindAddress", ""),
        root.healthz(),
        root.text("clusterCIDR", ""),
        root.mode(),
        detect.text("bridgeInterface", ""),
        detect.text("interfaceNamePrefix", ""),
        root.texts("nodePortAddresses"),
        iptables.flag("masqueradeAll", none.masqueradeAll()),
        iptables.number("masqueradeBit", none.masqueradeBit()),
        iptables.flag("localhostNodePorts", none.localhostNodePorts()),
        iptables.duration("syncPeriod", none.syncPeriod()),
        iptables.duration("minSyncPeriod", none.minSyncPeriod()),
        root.section("conntrack").conntrack(),
        root.gates());
  }

  private ConntrackConfiguration conntrack() {
    ConntrackConfiguration none = ConntrackConfiguration.DEFAULT;
    return new ConntrackConfiguration(
        number("maxPerCore", none.maxPerCore()),
        number("min", none.min()),
        duration("tcpEstablishedTimeout", none.tcpEstablishedTimeout()),
        duration("tcpCloseWaitTimeout", none.tcpCloseWaitTimeout()),
        flag("tcpBeLiberal", none.tcpBeLiberal()),
        duration("udpTimeout", none.udpTimeout()),
        duration("udpStreamTimeout", none.udpStreamTimeout()));
  }

  /** An address with or without its port; without one, every address of bindAddress's family. */
  private SocketAddress healthz() {
    String field = "healthzBindAddress";
    String text = text(field, "");
    if (text.isEmpty()) {
      boolean v6 =
          IpAddress.tryParse(text("bindAddress", "")).filter(a -> !a.isV4()).isPresent();
      return new SocketAddress(
          v6 ? IpAddress.v6(0, 0) : IpAddress.v4(0), KubeProxyConfiguration.HEALTHZ_PORT);
    }
    Optional<IpAddress> address = IpAddress.tryParse(text);
    if (address.isPresent()) {
      return new SocketAddress(address.get(), KubeProxyConfiguration.HEALTHZ_PORT);
    }
    try {
      return SocketAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw (IllegalArgumentException)
          wrong(field, "an address with a port such as 0.0.0.0:10256", text).initCause(e);
    }
  }

  private IllegalArgumentException wrong(String field, String expected, Object found) {
    return new IllegalArgumentException(
        path + field + ": expected " + expected + ", found \"" + found + "\"");
  }

  private ConfigurationReader section(String field) {
    @Nullable Object value = fields.get(field);
    if (value == null) {
      return new ConfigurationReader(Map.of(), path + field + ".");
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(field, "a mapping", value);
    }
    return new ConfigurationReader(map, path + field + ".");
  }

  private String text(String field, String missing) {
    @Nullable Object value = fields.get(field);
    if (value == null) {
      return missing;
    }
    if (!(value instanceof String text)) {
      throw wrong(field, "a text", value);
    }
    return text;
  }

  private boolean flag(String field, boolean missing) {
    @Nullable Object value = fields.get(field);
    if (value == null) {
      return missing;
    }
    if (!(value instanceof Boolean flag)) {
      throw wrong(field, "true or false", value);
    }
    return flag;
  }

  private int number(String field, int missing) {
    @Nullable Object value = fields.get(field);
    if (value == null) {
      return missing;
    }
    if (!(value instanceof Integer || value instanceof Long)) {
      throw wrong(field, "a whole number", value);
    }
    long number = ((Number) value).longValue();
    if ((int) number != number) {
      throw wrong(field, "a number of 32 bits", value);
    }
    return (int) number;
  }

  private List<String> texts(String field) {
    @Nullable Object value = fields.get(field);
    List<String> texts = new ArrayList<>();
    if (value == null) {
      return texts;
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(field, "a list", value);
    }
    for (@Nullable Object item : list) {
      if (!(item instanceof String text)) {
        throw wrong(field, "a list of texts", value);
      }
      texts.add(text);
    }
    return texts;
  }

  private Map<String, Boolean> gates() {
    Map<String, Boolean> gates = new LinkedHashMap<>();
    ConfigurationReader section = section("featureGates");
    for (@Nullable Object key : section.fields.keySet()) {
      if (key instanceof String name) {
        gates.put(name, section.flag(name, false));
      }
    }
    return gates;
  }

  private DetectLocalMode mode() {
    String text = text("detectLocalMode", "");
    if (text.isEmpty()) {
      return DetectLocalMode.CLUSTER_CIDR;
    }
    for (DetectLocalMode mode : DetectLocalMode.values()) {
      if (mode.toString().equals(text)) {
        return mode;
      }
    }
    throw wrong("detectLocalMode", "one of " + Arrays.toString(DetectLocalMode.values()), text);
  }

  /** Reads a duration as Go prints one, such as {@code 1h30m} or {@code 0s}. */
  private Duration duration(String field, Duration missing) {
    String text = text(field, "");
    if (text.isEmpty()) {
      return missing;
    }
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    Duration sum = Duration.ZERO;
    Matcher part = DURATION_PART.matcher(text);
    int end = 0;
    while (part.find() && part.start() == end && text.length() <= 64) {
      double nanos = Double.parseDouble(part.group(1)) * nanosOf(part.group(2));
      sum = sum.plusNanos((long) nanos);
      end = part.end();
    }
    if (end != text.length()) {
      throw wrong(field, "a duration such as 30s", text);
    }
    if (sum.compareTo(LONGEST) > 0) {
      throw wrong(field, "a duration of 292 years at most", text);
    }
    return sum;
  }

  private static double nanosOf(String unit) {
    return switch (unit) {
      case "h" -> 3.6e12;
      case "m" -> 6e10;
      case "s" -> 1e9;
      case "ms" -> 1e6;
      case "us" -> 1e3;
      default -> 1;
    };
  }
}
