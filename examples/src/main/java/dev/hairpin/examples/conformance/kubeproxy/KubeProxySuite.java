package dev.hairpin.examples.conformance.kubeproxy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.Change;
import dev.hairpin.examples.conformance.Suite;
import dev.hairpin.iptables.kubeproxy.HealthCheckServers;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.iptables.kubeproxy.NodeProxy;
import dev.hairpin.iptables.kubeproxy.Proxier;
import dev.hairpin.iptables.kubeproxy.SyncResult;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recorded syncs of the real kube-proxy: the text for iptables-restore, the tables afterwards, and
 * everything else that the sync did.
 */
public final class KubeProxySuite implements Suite {

  /** A difference ends the case; it is no error of Hairpin's own. */
  private static final class Difference extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Difference(String message) {
      super(message);
    }
  }

  private record Variant(KubeProxyVersion version, String name, boolean nfacct) {}

  private static final List<Variant> VARIANTS = List.of(
      new Variant(KubeProxyVersion.V1_30, "1.30", false),
      new Variant(KubeProxyVersion.V1_36, "1.36", true),
      new Variant(KubeProxyVersion.V1_36, "1.36-nonfacct", false));

  @Override
  public String kind() {
    return "kube-proxy";
  }

  @Override
  public List<Path> cases(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(file -> file.endsWith("proxy.yaml"))
          .map(Path::getParent)
          .filter(folder -> Files.exists(folder.resolve("cluster.yaml")))
          .sorted()
          .toList();
    }
  }

  @Override
  public Optional<String> firstDifference(Path path) throws IOException {
    RecordedCase recorded = new RecordedCase(path);
    for (Variant variant : VARIANTS) {
      try {
        run(recorded, variant);
      } catch (Difference e) {
        return Optional.of(variant.name + ": " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static void run(RecordedCase recorded, Variant variant) throws IOException {
    KubeProxyConfiguration configuration = recorded.configuration();
    Map<ObjectKey, KubeObject> before = Map.of();
    Map<ObjectKey, KubeObject> now = recorded.cluster(1);
    boolean compareCalls = !variant.name.endsWith("-nonfacct");
    @Nullable
    KubeObject node = now.get(new ObjectKey(Node.KIND, "", configuration.hostnameOverride()));
    // Once with texts and once without, since the rules then come to be in another way.
    List<NodeProxy> proxies = new ArrayList<>();
    for (boolean keepsText : new boolean[] {true, false}) {
      proxies.add(NodeProxy.start(
          variant.version,
          configuration,
          recorded.host(variant.nfacct),
          (Node) node,
          recorded.initialRules(),
          keepsText));
    }
    JsonArray calls = compareCalls ? recorded.calls(variant.name) : new JsonArray();
    Map<IpFamily, List<String>> probes = new EnumMap<>(IpFamily.class);
    Instant time = VirtualClock.EPOCH;
    for (int step = 1; step <= recorded.steps(); step++) {
      if (step > 1) {
        now = recorded.cluster(step);
        time = time.plus(recorded.pauseBefore(step));
      }
      List<Change> changes = changes(before, now);
      before = now;
      for (NodeProxy proxy : proxies) {
        changes.forEach(proxy::changed);
      }
      List<SyncResult> results = proxies.get(0).sync(time);
      List<SyncResult> again = proxies.get(1).sync(time);
      for (int i = 0; i < results.size(); i++) {
        String where = "step " + step + " " + results.get(i).family() + " ";
        compareTexts(recorded, variant, step, results.get(i));
        compare(
            where + "rules put in place without text",
            results.get(i).ruleSet().save(),
            again.get(i).ruleSet().save());
      }
      if (compareCalls) {
        compareCalls(proxies.get(0), results, calls.get(step - 1).getAsJsonObject(), step, probes);
      }
    }
  }

  private static List<Change> changes(
      Map<ObjectKey, KubeObject> before, Map<ObjectKey, KubeObject> now) {
    List<Change> changes = new ArrayList<>();
    TreeSet<ObjectKey> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    for (ObjectKey key : keys) {
      @Nullable KubeObject old = before.get(key);
      @Nullable KubeObject newer = now.get(key);
      if (newer == null || !newer.equals(old)) {
        changes.add(new Change(old, newer));
      }
    }
    return changes;
  }

  private static void compareTexts(
      RecordedCase recorded, Variant variant, int step, SyncResult result) throws IOException {
    String where = "step " + step + " " + result.family() + " ";
    String program = RecordedCase.program(result.family());
    String text = result.restoreText().orElse("");
    Optional<String> alternative = recorded.alternative(variant.name, program + "-restore");
    if (alternative.isPresent() && alternative.get().equals(text)) {
      return;
    }
    Optional<String> restore = recorded.text(variant.name, step, program + "-restore");
    if (restore.isPresent()) {
      compare(where + program + "-restore", restore.get(), text);
    }
    Optional<String> save = recorded.text(variant.name, step, program + "-save");
    if (save.isPresent()) {
      compare(
          where + program + "-save",
          withoutComments(save.get()),
          result.ruleSet().save());
    }
  }

  private static String withoutComments(String dump) {
    StringBuilder out = new StringBuilder();
    dump.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(l -> out.append(l).append('\n'));
    return out.toString();
  }

  private static void compareCalls(
      NodeProxy proxy,
      List<SyncResult> results,
      JsonObject expected,
      int step,
      Map<IpFamily, List<String>> probes) {
    List<String> events = new ArrayList<>();
    results.forEach(result -> result.events().forEach(e -> events.add(e.toString())));
    compareUnordered("step " + step + " events", RecordedCase.strings(expected, "events"), events);
    JsonArray families = expected.getAsJsonArray("families");
    compare("step " + step + " number of families", families.size(), results.size());
    for (int i = 0; i < results.size(); i++) {
      JsonObject family = families.get(i).getAsJsonObject();
      SyncResult result = results.get(i);
      String where = "step " + step + " " + result.family() + " ";
      compare(
          where + "family", family.get("family").getAsString(), result.family().toString());
      compare(where + "fullSync", family.get("fullSync").getAsBoolean(), result.fullSync());
      compare(
          where + "largeClusterMode",
          family.get("largeClusterMode").getAsBoolean(),
          result.largeClusterMode());
      compareConntrack(where, family, result, probes);
      compareUnordered(
          where + "health-check servers",
          RecordedCase.strings(family, "healthCheckServerEvents"),
          result.healthCheckEvents().stream().map(Object::toString).toList());
      compareUnordered(
          where + "health-check answers",
          texts(family.getAsJsonArray("healthCheckResponses")),
          texts(answers(proxy.proxier(result.family()).orElseThrow())));
      if (family.has("sysctl")) {
        compare(where + "sysctl", RecordedCase.strings(family, "sysctl"), proxy.sysctlCalls());
      }
    }
  }

  private static void compareConntrack(
      String where, JsonObject family, SyncResult result, Map<IpFamily, List<String>> probes) {
    if (family.has("conntrack")) {
      compare(
          where + "conntrack",
          RecordedCase.strings(family, "conntrack"),
          result.conntrackCommands());
    }
    if (family.has("conntrackProbe")) {
      probes.put(result.family(), RecordedCase.strings(family, "conntrackProbe"));
    }
    if (family.has("conntrackCleanup")) {
      compare(
          where + "conntrackCleanup",
          family.get("conntrackCleanup").getAsBoolean(),
          result.conntrackListed());
      List<String> deleted = probes.getOrDefault(result.family(), List.of()).stream()
          .filter(entry -> isStale(entry, result))
          .toList();
      compareUnordered(
          where + "conntrackDeleted", RecordedCase.strings(family, "conntrackDeleted"), deleted);
    }
  }

  /** An entry is written {@code protocol orig-dst address:port reply-src address:port}. */
  private static boolean isStale(String entry, SyncResult result) {
    List<String> words = List.of(entry.split(" ", -1));
    Protocol protocol = Protocol.valueOf(words.get(0).toUpperCase(Locale.ROOT));
    return result
        .staleUdpEntries()
        .contains(protocol, SocketAddress.parse(words.get(2)), SocketAddress.parse(words.get(4)));
  }

  private static JsonArray answers(Proxier proxier) {
    JsonArray answers = new JsonArray();
    HealthCheckServers servers = proxier.healthCheckServers();
    for (String service : servers.services()) {
      HealthCheckServers.Answer answer = servers.ask(service, true).orElseThrow();
      for (String address : servers.addressesOf(service)) {
        JsonObject json = new JsonObject();
        json.addProperty("address", address);
        json.addProperty("status", answer.status());
        JsonObject headers = new JsonObject();
        answer.headers().forEach(headers::addProperty);
        json.add("headers", headers);
        json.addProperty("body", answer.body());
        answers.add(json);
      }
    }
    return answers;
  }

  private static List<String> texts(JsonArray array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.toString()));
    return texts;
  }

  /** Compares what the original does in the random order of a Go map. */
  private static void compareUnordered(String what, List<String> expected, List<String> actual) {
    compare(what, expected.stream().sorted().toList(), actual.stream().sorted().toList());
  }

  private static void compare(String what, Object expected, Object actual) {
    if (expected.equals(actual)) {
      return;
    }
    if (expected instanceof String text && actual instanceof String other) {
      List<String> lines = text.lines().toList();
      List<String> others = other.lines().toList();
      for (int i = 0; i < Math.max(lines.size(), others.size()); i++) {
        String line = i < lines.size() ? lines.get(i) : "(end)";
        String found = i < others.size() ? others.get(i) : "(end)";
        if (!line.equals(found)) {
          throw new Difference(
              what + " line " + (i + 1) + ": expected " + line + ", found " + found);
        }
      }
    }
    throw new Difference(what + ": expected " + expected + ", found " + actual);
  }
}
