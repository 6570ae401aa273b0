package dev.hairpin.examples.conformance.dnsclient;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.dns.resolver.AddressFamily;
import dev.hairpin.dns.resolver.Host;
import dev.hairpin.dns.resolver.Lookup;
import dev.hairpin.dns.resolver.Resolver;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.net.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A recorded run made again with the model's library, and the two laid side by side. */
final class Playback {
  /** Shorter pauses than this are the machine's, not the library's. */
  private static final double PAUSE_MS = 400;

  private static final double TOLERANCE_MS = 250;
  private static final double TOLERANCE = 0.03;

  private static final String HOSTS = "127.0.0.1 localhost\n::1 localhost\n";
  private static final IpAddress CLIENT = IpAddress.parse("10.42.110.60");

  private final RecordedRun run;
  private final Printed printed;
  private final List<Played> played = new ArrayList<>();
  private final List<String> results = new ArrayList<>();
  private Duration ended = Duration.ZERO;

  private Playback(RecordedRun run, Printed printed) {
    this.run = run;
    this.printed = printed;
  }

  static Playback of(RecordedRun run) {
    Playback playback = new Playback(run, Printed.of(run.client()));
    playback.play();
    return playback;
  }

  private void play() {
    List<IpAddress> addresses = new ArrayList<>();
    for (String word :
        Splitter.on(CharMatcher.anyOf(" []\",{}\n")).omitEmptyStrings().split(run.result())) {
      IpAddress.tryParse(word).ifPresent(addresses::add);
    }
    Recording recording = new Recording(run, servers(), addresses);
    Host host = new Host(run.resolvConf(), HOSTS, "ui-0", List.of(CLIENT));
    Duration[] now = {Duration.ZERO};
    Resolver resolver =
        printed.library().process(host, recording, () -> Instant.EPOCH.plus(now[0]));
    for (Planned planned : Planned.of(run)) {
      now[0] = planned.at();
      Lookup lookup = resolver.lookup(planned.name(), family(), recording);
      played.addAll(Played.of(lookup.exchanges(), planned.at()));
      results.add(printed.text(lookup));
      ended = planned.at().plus(lookup.took());
    }
  }

  private List<String> servers() {
    List<String> servers = new ArrayList<>();
    for (String line : Splitter.on('\n').split(run.resolvConf())) {
      if (line.startsWith("nameserver ")) {
        servers.add(line.substring("nameserver ".length()).strip());
      }
    }
    return servers;
  }

  private AddressFamily family() {
    if (run.client().contains("AF_INET6") || run.client().contains("resolve6")) {
      return AddressFamily.AF_INET6;
    }
    return run.client().contains("AF_INET")
            || run.client().contains("preferIPv4Stack")
            || run.client().contains("resolve4")
        ? AddressFamily.AF_INET
        : AddressFamily.AF_UNSPEC;
  }

  Optional<String> firstDifference() {
    List<Played> recorded = ordered(Played.of(run));
    List<Played> ours = ordered(played);
    for (int i = 0; i < Math.min(recorded.size(), ours.size()); i++) {
      if (!recorded.get(i).what().equals(ours.get(i).what())) {
        return difference(i, recorded.get(i).what(), ours.get(i).what());
      }
    }
    if (recorded.size() != ours.size()) {
      int i = Math.min(recorded.size(), ours.size());
      return difference(
          i,
          i < recorded.size() ? recorded.get(i).what() : "nothing more",
          i < ours.size() ? ours.get(i).what() : "nothing more");
    }
    return portDifference(recorded, ours)
        .or(() -> pauseDifference(recorded, ours))
        .or(this::resultDifference);
  }

  /**
   * Go asks for A and AAAA from two goroutines whose order is left to chance, so that only the
   * order of the questions of each type counts, and that all of a name come before the next name.
   */
  private List<Played> ordered(List<Played> all) {
    if (printed.library() != ResolverLibrary.GO) {
      return all;
    }
    List<Played> ordered = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= all.size(); to++) {
      if (to == all.size() || !all.get(to).name().equals(all.get(from).name())) {
        List<Played> oneName = new ArrayList<>(all.subList(from, to));
        oneName.sort(Comparator.comparing(Played::type));
        ordered.addAll(oneName);
        from = to;
      }
    }
    return ordered;
  }

  private static Optional<String> difference(int question, String recorded, String ours) {
    return Optional.of("question %d: recorded %s, ours %s".formatted(question + 1, recorded, ours));
  }

  /**
   * Compares which questions came from one socket. That a real kernel gives a port again to a later
   * name's socket is its own affair; but ours must not use one socket where the real library used
   * two.
   */
  private static Optional<String> portDifference(List<Played> recorded, List<Played> ours) {
    Map<Integer, Integer> ourPort = new HashMap<>();
    Map<Integer, Integer> recordedPort = new HashMap<>();
    for (int i = 0; i < recorded.size(); i++) {
      if (i > 0 && !recorded.get(i).name().equals(recorded.get(i - 1).name())) {
        ourPort.clear();
      }
      int theirs = recorded.get(i).port();
      int mine = ours.get(i).port();
      Integer expected = ourPort.putIfAbsent(theirs, mine);
      Integer back = recordedPort.putIfAbsent(mine, theirs);
      if ((expected != null && expected != mine) || (back != null && back != theirs)) {
        return difference(
            i,
            expected == null ? "from a new port" : "from a port used before",
            expected == null ? "from a port used before" : "from a new port");
      }
    }
    return Optional.empty();
  }

  private Optional<String> pauseDifference(List<Played> recorded, List<Played> ours) {
    for (int i = 1; i < recorded.size(); i++) {
      double theirs = recorded.get(i).ms() - recorded.get(i - 1).ms();
      double mine = ours.get(i).ms() - ours.get(i - 1).ms();
      if (differ(theirs, mine)) {
        return difference(i, "after %.0f ms".formatted(theirs), "after %.0f ms".formatted(mine));
      }
    }
    double took = ended.toNanos() / 1e6;
    double theirs = Math.max(0, run.elapsedMs() - printed.startMs());
    return differ(theirs, took)
        ? Optional.of(
            "recorded an end after %d ms, ours after %.0f ms".formatted(run.elapsedMs(), took))
        : Optional.empty();
  }

  private static boolean differ(double recordedMs, double ourMs) {
    return Math.max(Math.abs(recordedMs), Math.abs(ourMs)) > PAUSE_MS
        && Math.abs(recordedMs - ourMs) > TOLERANCE_MS + TOLERANCE * Math.abs(recordedMs);
  }

  private Optional<String> resultDifference() {
    String recorded = printed.comparable(run.result());
    String ours = printed.comparable(String.join("\n", results));
    return recorded.equals(ours)
        ? Optional.empty()
        : Optional.of("recorded result \"" + recorded + "\", ours \"" + ours + "\"");
  }
}
