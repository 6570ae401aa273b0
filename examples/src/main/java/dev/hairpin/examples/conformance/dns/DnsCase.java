package dev.hairpin.examples.conformance.dns;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.Answer;
import dev.hairpin.dns.CoreDnsServer;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A case in one version of CoreDNS: asks its questions and compares the answers. */
final class DnsCase {
  private static final long SEED = 1;

  /**
   * The recording stopped waiting for a reply after this time, unless a question says otherwise.
   */
  private static final double TIMEOUT_SECONDS = 5;

  /**
   * Which records survive a cut is random, and with them the size: one of so many further answers
   * must be cut as the recorded one was.
   */
  private static final int OTHER_CUTS = 64;

  private final Path folder;
  private final CoreDnsVersion version;
  private final ClusterState state = new ClusterState(new VirtualClock(), SEED);

  DnsCase(Path folder, CoreDnsVersion version) {
    this.folder = folder;
    this.version = version;
  }

  Optional<String> firstDifference() throws IOException {
    JsonObject script = json("queries.json").getAsJsonObject();
    load("cluster.yaml");
    Corefile corefile = Corefile.parse(Files.readString(folder.resolve("Corefile")));
    Surroundings surroundings = Surroundings.NONE
        .withAddresses(addresses(script.getAsJsonArray("serverIPs")))
        .withUpstreams(upstreams());
    boolean held = script.has("holdApi") && script.get("holdApi").getAsBoolean();
    CoreDnsServer server = held
        ? CoreDnsServer.unsynced(state, corefile, version, surroundings)
        : CoreDnsServer.install(state, corefile, version, surroundings);
    JsonArray recorded = expected().getAsJsonArray("answers");
    Map<Integer, String> wires = wires();
    JsonArray queries = script.getAsJsonArray("queries");
    if (recorded.size() != queries.size()) {
      return Optional.of(
          recorded.size() + " answers are recorded to " + queries.size() + " questions");
    }
    AnswerComparison comparison = new AnswerComparison();
    for (int i = 0; i < queries.size(); i++) {
      DnsQuestion question = new DnsQuestion(queries.get(i).getAsJsonObject(), script, i + 1);
      if (question.phase().isPresent()) {
        load("cluster.phase" + question.phase().get() + ".yaml");
      }
      if (!question.pause().isZero()) {
        comparison.timePassed();
        state.clock().advance(question.pause());
      }
      Optional<String> difference =
          ask(server, question, recorded.get(i).getAsJsonObject(), wires.get(i), comparison);
      if (difference.isPresent()) {
        return Optional.of("question " + i + " (" + question + "): " + difference.get());
      }
    }
    return Optional.empty();
  }

  private Optional<String> ask(
      CoreDnsServer server,
      DnsQuestion question,
      JsonObject recorded,
      @org.jspecify.annotations.Nullable String wire,
      AnswerComparison comparison) {
    Client client = new Client(
        new SocketAddress(question.source(), 40_000),
        new SocketAddress(question.server(), question.port()),
        question.transport());
    Message query = question.message();
    List<Message> replies = new ArrayList<>();
    Optional<String> difference = Optional.empty();
    for (int i = 0; i < question.repeats() && difference.isEmpty(); i++) {
      Answer answer = server.answer(query, client);
      boolean inTime =
          answer.took().toMillis() <= question.timeoutSeconds().orElse(TIMEOUT_SECONDS) * 1000;
      state.clock().advance(answer.took());
      if (recorded.has("error") || !inTime || answer.message().isEmpty()) {
        boolean reply = inTime && answer.message().isPresent();
        return reply == recorded.has("error")
            ? Optional.of(reply ? "there is a reply, but none is recorded" : "there is no reply")
            : Optional.empty();
      }
      answer.message().ifPresent(replies::add);
      difference = comparison.difference(recorded, answer);
      for (int again = 0;
          again < OTHER_CUTS && difference.isPresent() && recorded.has("truncated");
          again++) {
        answer = server.answer(query, client);
        difference = comparison.difference(recorded, answer);
      }
      if (difference.isEmpty() && wire != null) {
        difference = comparison.wireDifference(wire, answer);
      }
    }
    return difference.or(() -> comparison.repeatDifference(recorded, replies));
  }

  /** Brings the cluster to the state of a file: what is not in it goes. */
  private void load(String file) throws IOException {
    Path path = folder.resolve(file);
    if (!Files.exists(path)) {
      throw new IOException(path + " is missing");
    }
    Set<ObjectKey> kept = new HashSet<>();
    for (KubeObject object : Manifests.load(path).lenient().objects()) {
      kept.add(object.key());
      state.store(object);
    }
    for (String kind : state.kinds()) {
      for (KubeObject object : List.copyOf(state.list(kind))) {
        if (!kept.contains(object.key())) {
          state.remove(object.key());
        }
      }
    }
  }

  private Map<SocketAddress, Upstream> upstreams() throws IOException {
    Map<SocketAddress, Upstream> upstreams = new HashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.matches("upstream-\\d+\\.json")) {
          int port = Integer.parseInt(name.replaceAll("\\D", ""));
          upstreams.put(
              new SocketAddress(IpAddress.parse("127.0.0.1"), port),
              UpstreamFile.read(json(name).getAsJsonObject()));
        }
      }
    }
    return upstreams;
  }

  private JsonObject expected() throws IOException {
    String own = "expected-" + version + ".json";
    return json(Files.exists(folder.resolve(own)) ? own : "expected.json").getAsJsonObject();
  }

  /** The raw replies, where this version's are recorded. */
  private Map<Integer, String> wires() throws IOException {
    boolean different = Files.exists(folder.resolve("expected-" + version + ".json"));
    Path file = folder.resolve(different ? "wire-" + version + ".jsonl" : "wire.jsonl");
    Map<Integer, String> wires = new HashMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        JsonObject reply = JsonParser.parseString(line).getAsJsonObject();
        if (reply.has("hex") && !reply.get("hex").isJsonNull()) {
          wires.put(reply.get("i").getAsInt(), reply.get("hex").getAsString());
        }
      }
    }
    return wires;
  }

  private JsonElement json(String file) throws IOException {
    return JsonParser.parseString(Files.readString(folder.resolve(file)));
  }

  private static List<IpAddress> addresses(JsonArray texts) {
    List<IpAddress> addresses = new ArrayList<>();
    texts.forEach(t -> addresses.add(IpAddress.parse(t.getAsString())));
    return addresses;
  }

  /** A pause of a script. */
  static Duration millis(JsonObject object, String field) {
    return object.has(field) ? Duration.ofMillis(object.get(field).getAsLong()) : Duration.ZERO;
  }
}
