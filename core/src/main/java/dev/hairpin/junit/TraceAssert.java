package dev.hairpin.junit;

import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a connection: whether and where it arrives, what the two ends see, and which way it
 * took. A failure shows the whole trace.
 */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class TraceAssert extends AbstractAssert<TraceAssert, Trace> {

  TraceAssert(Trace actual) {
    super(actual, TraceAssert.class);
  }

  private TraceAssert require(boolean holds, String expectation) {
    isNotNull();
    if (!holds) {
      failWithMessage(
          "%s",
          "expected the connection " + expectation + ", but it was\n  " + summary(actual.outcome())
              + "\n\n" + actual);
    }
    return this;
  }

  private static String summary(Outcome outcome) {
    return outcome.delivered()
        ? outcome + ", which saw " + outcome.sourceSeen()
        : outcome + " (" + outcome.reason().sentence() + "); the client sees "
            + outcome.clientSees();
  }

  /**
   * The answer comes back to the caller.
   *
   * @return this
   */
  public TraceAssert arrives() {
    return require(actual.outcome().delivered(), "to arrive");
  }

  /**
   * It arrives at a process.
   *
   * @param server {@code namespace/pod}, {@code namespace/workload} for any of its pods, or the
   *     name of another host
   * @return this
   */
  public TraceAssert arrivesAt(String server) {
    return require(
        actual.outcome().delivered() && Servers.is(actual.outcome().server(), server),
        "to arrive at " + server);
  }

  /**
   * It arrives at a process that listens on a port.
   *
   * @param port the port
   * @return this
   */
  public TraceAssert arrivesAtPort(int port) {
    SocketAddress at = actual.outcome().serverAddress();
    return require(
        actual.outcome().delivered() && at != null && at.port() == port,
        "to arrive at port " + port);
  }

  /**
   * No answer comes back.
   *
   * @return this
   */
  public TraceAssert doesNotArrive() {
    return require(!actual.outcome().delivered(), "not to arrive");
  }

  /**
   * It ends for a reason.
   *
   * @param reason the stable code
   * @return this
   */
  public TraceAssert endsWith(Reason reason) {
    return require(actual.outcome().reason() == reason, "to end with " + reason);
  }

  /**
   * The client gets a refusal at once: a RST or an ICMP error.
   *
   * @return this
   */
  public TraceAssert isRefused() {
    return require(
        !actual.outcome().delivered() && "ECONNREFUSED".equals(actual.outcome().errno()),
        "to be refused");
  }

  /**
   * The client hears nothing and gives up.
   *
   * @return this
   */
  public TraceAssert timesOut() {
    return require(actual.outcome().verdict() == Verdict.TIMEOUT, "to time out");
  }

  /**
   * The client sees something, in the words of {@link Outcome#clientSees}.
   *
   * @param words part of it, such as {@code HTTP 404} or {@code time-out}
   * @return this
   */
  public TraceAssert clientSees(String words) {
    return require(
        actual.outcome().clientSees().contains(words), "to show the client \"" + words + "\"");
  }

  /**
   * The HTTP request is answered with a status: by a load balancer itself with what is said, or by
   * the server that it reaches with 200.
   *
   * @param status such as 404
   * @return this
   */
  public TraceAssert isAnsweredWith(int status) {
    boolean right = actual.outcome().delivered()
        ? status == 200
        : Stream.of(actual.outcome().clientSees().split(" ", -1))
            .anyMatch(Integer.toString(status)::equals);
    return require(right, "to be answered with HTTP status " + status);
  }

  /**
   * The server sees this source address.
   *
   * @param address the address, without port
   * @return this
   */
  public TraceAssert seesSource(String address) {
    SocketAddress seen = actual.outcome().sourceSeen();
    return require(
        seen != null && seen.address().toString().equals(address),
        "to show the server the source " + address);
  }

  /**
   * The server sees the address that the caller has: nobody rewrote it on the way.
   *
   * @return this
   */
  public TraceAssert keepsSource() {
    SocketAddress seen = actual.outcome().sourceSeen();
    boolean kept = seen != null
        && !actual.hops().isEmpty()
        && actual.hops().get(0).after().source().address().equals(seen.address());
    return require(kept, "to keep the caller's source address");
  }

  /**
   * The first packet crosses a node.
   *
   * @param node the node's name
   * @return this
   */
  public TraceAssert crossesNode(String node) {
    return require(
        nodes().contains(node), "to cross node " + node + " (it crossed " + nodes() + ")");
  }

  /**
   * The first packet crosses so many nodes.
   *
   * @param count how many different ones
   * @return this
   */
  public TraceAssert crossesNodes(int count) {
    return require(
        nodes().size() == count, "to cross " + count + " nodes (it crossed " + nodes() + ")");
  }

  private List<String> nodes() {
    String kind = HostKind.NODE + " ";
    return actual.hops().stream()
        .map(Hop::host)
        .filter(h -> h.startsWith(kind))
        .map(h -> h.substring(kind.length()))
        .distinct()
        .toList();
  }

  /**
   * A rule matches on the way of the first packet.
   *
   * @param text part of the rule as iptables-save prints it, such as a chain's name or a comment
   * @return this
   */
  public TraceAssert matchesRule(String text) {
    return require(
        rules().anyMatch(r -> r.contains(text)), "to match a rule with \"" + text + "\"");
  }

  /**
   * No such rule matches on the way of the first packet.
   *
   * @param text part of the rule as iptables-save prints it
   * @return this
   */
  public TraceAssert matchesNoRule(String text) {
    return require(
        rules().noneMatch(r -> r.contains(text)), "to match no rule with \"" + text + "\"");
  }

  private Stream<String> rules() {
    List<String> rules = new ArrayList<>();
    for (Hop hop : actual.hops()) {
      for (Step step : hop.steps()) {
        @Nullable
        String rule = step instanceof Step.RuleMatched matched
            ? matched.rule()
            : step instanceof Step.Dropped dropped
                ? dropped.rule()
                : step instanceof Step.Rejected rejected ? rejected.rule() : null;
        if (rule != null) {
          rules.add(rule);
        }
      }
    }
    return rules.stream();
  }

  /**
   * The trace as printed equals a file in {@code src/test/resources}, in the folder of the test's
   * package.
   *
   * <p>With {@code -Dhairpin.golden.rewrite=true} the file is written anew instead; read the
   * difference before you keep it.
   *
   * @param file the file's name, such as {@code ui-nlb.trace.txt}
   * @return this
   */
  public TraceAssert matchesGolden(String file) {
    isNotNull();
    GoldenFile.besidesCaller(file).compare(actual.toString());
    return this;
  }
}
