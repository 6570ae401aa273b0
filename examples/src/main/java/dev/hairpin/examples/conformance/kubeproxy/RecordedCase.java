package dev.hairpin.examples.conformance.kubeproxy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.HostFacts;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of one recorded case. */
final class RecordedCase {
  private final Path folder;
  private final Map<String, Object> proxy;
  private final Map<?, ?> harness;

  RecordedCase(Path folder) throws IOException {
    this.folder = folder;
    this.proxy =
        Manifests.parse(read("proxy.yaml"), "proxy.yaml").manifests().get(0).tree();
    this.harness = proxy.get("x-harness") instanceof Map<?, ?> map ? map : Map.of();
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  /** A recorded text; nothing if the recording has none. */
  Optional<String> text(String version, int step, String suffix) throws IOException {
    String name = "expected-" + version + (step == 1 ? "" : ".step" + step) + "." + suffix;
    return Files.exists(folder.resolve(name)) ? Optional.of(read(name)) : Optional.empty();
  }

  /** The other outcome of a case that has two. */
  Optional<String> alternative(String version, String suffix) throws IOException {
    String name = "alternative-" + version + "." + suffix;
    return Files.exists(folder.resolve(name)) ? Optional.of(read(name)) : Optional.empty();
  }

  JsonArray calls(String version) throws IOException {
    return JsonParser.parseString(read("calls-" + version + ".json")).getAsJsonArray();
  }

  int steps() {
    int steps = 1;
    while (Files.exists(folder.resolve("cluster.step" + (steps + 1) + ".yaml"))) {
      steps++;
    }
    return steps;
  }

  /** The cluster as it is from a step on. */
  Map<ObjectKey, KubeObject> cluster(int step) throws IOException {
    String name = step == 1 ? "cluster.yaml" : "cluster.step" + step + ".yaml";
    Map<ObjectKey, KubeObject> objects = new TreeMap<>();
    for (KubeObject object : Manifests.parse(read(name), name).lenient().objects()) {
      objects.put(object.key(), object);
    }
    return objects;
  }

  KubeProxyConfiguration configuration() {
    return KubeProxyConfiguration.fromTree(proxy);
  }

  HostFacts host(boolean nfacct) {
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    for (String text : texts("ipFamilies")) {
      families.add(text.equals("IPv6") ? IpFamily.IPV6 : IpFamily.IPV4);
    }
    Map<IpFamily, IpAddress> nodeIps = new EnumMap<>(IpFamily.class);
    for (String text : texts("nodeIPs")) {
      IpAddress address = IpAddress.parse(text);
      nodeIps.putIfAbsent(address.family(), address);
    }
    List<IpAddress> addresses = new ArrayList<>();
    for (String text : texts("interfaceAddrs")) {
      int slash = text.indexOf('/');
      addresses.add(IpAddress.parse(slash < 0 ? text : text.substring(0, slash)));
    }
    Map<String, Integer> sysctls = new HashMap<>();
    if (harness.get("sysctls") instanceof Map<?, ?> map) {
      map.forEach((path, value) ->
          sysctls.put(String.valueOf(path), Integer.parseInt(String.valueOf(value))));
    }
    boolean missing = Boolean.TRUE.equals(harness.get("noNfacct"));
    return new HostFacts(families, nodeIps, addresses, nfacct && !missing, sysctls);
  }

  private List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    if (harness.get(field) instanceof List<?> list) {
      for (@Nullable Object item : list) {
        texts.add(String.valueOf(item));
      }
    }
    return texts;
  }

  /** How much time passes before a step. */
  Duration pauseBefore(int step) {
    List<String> pauses = texts("advanceBeforeStep");
    if (step == 1 || pauses.size() < step - 1) {
      return Duration.ZERO;
    }
    return Duration.parse("PT" + pauses.get(step - 2).toUpperCase(java.util.Locale.ROOT));
  }

  /** The rules that were there before kube-proxy. */
  Map<IpFamily, RuleSet> initialRules() throws IOException {
    Map<IpFamily, RuleSet> initial = new EnumMap<>(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      Path file = folder.resolve("initial." + program(family) + "-restore");
      if (Files.exists(file)) {
        initial.put(
            family,
            RuleSet.empty(family)
                .restore(Files.readString(file), RestoreOptions.REPLACE)
                .orElseThrow());
      }
    }
    return initial;
  }

  static String program(IpFamily family) {
    return family == IpFamily.IPV4 ? "iptables" : "ip6tables";
  }

  static List<String> strings(JsonObject object, String field) {
    List<String> strings = new ArrayList<>();
    @Nullable JsonElement value = object.get(field);
    if (value != null && value.isJsonArray()) {
      value.getAsJsonArray().forEach(item -> strings.add(item.getAsString()));
    }
    return strings;
  }
}
