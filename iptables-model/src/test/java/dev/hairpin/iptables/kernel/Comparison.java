package dev.hairpin.iptables.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.kernel.Experiment.Target;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.path.trace.Fraction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes the calls of an {@link Experiment} in the kernel, and holds them against the model: who
 * answers, which source address that one sees, how a call is refused, and which connections the
 * nodes track afterwards.
 */
final class Comparison {

  /** How often a call is made whose end is a matter of chance. */
  private static final int CALLS = 3;

  /** How often nodes forget until nothing of earlier calls is left under way. */
  private static final int QUIET_ROUNDS = 50;

  /** The port of the model's callers, which matters nowhere but for a SYN that is sent again. */
  private static final int CALLERS_PORT = 40_000;

  /**
   * What may come of a call.
   *
   * @param answer the answers
   * @param resent the answer if an ICMP error was not heeded and the SYN is sent again; otherwise
   *     as {@code answer}
   * @param tracked the connections that nodes track then
   * @param atMost those, and the ones that a SYN sent again brings
   */
  private record Fate(String answer, String resent, Set<String> tracked, Set<String> atMost) {}

  private static final class Question {
    private final String caller;
    private final Target target;
    private final Map<String, Fraction> answers = new LinkedHashMap<>();
    private final Map<String, Integer> seen = new LinkedHashMap<>();
    private final Map<Fate, Fraction> fates;
    private final Set<String> resent = new HashSet<>();
    private boolean asksAgain;

    private Question(String caller, Target target, Map<Fate, Fraction> fates) {
      this.caller = caller;
      this.target = target;
      this.fates = fates;
      fates.forEach((fate, share) -> answers.merge(fate.answer, share, Fraction::plus));
      fates.keySet().forEach(fate -> resent.add(fate.resent));
      answers.keySet().forEach(answer -> seen.put(answer, 0));
    }

    private boolean isCertain() {
      return answers.size() == 1;
    }

    /** On a busy machine a call for which the model knows an answer may only have been slow. */
    private boolean isLate(String answer) {
      return answer.equals("timeout") && !answers.containsKey(answer) && !isOfResentSyn(answer);
    }

    /** Whether the answer is one that only comes if the first SYN's ICMP error was not heeded. */
    private boolean isOfResentSyn(String answer) {
      return !answers.containsKey(answer) && resent.contains(answer);
    }
  }

  private final Addressing net;
  private final KernelLab kernel;
  private final Experiment experiment;
  private final Network network;
  private final Set<Integer> ports = new HashSet<>(Set.of(TwinCluster.SERVED, TwinCluster.CLOSED));

  private Comparison(TwinCluster twins, Experiment experiment) {
    this.net = twins.net();
    this.kernel = twins.kernel();
    this.experiment = experiment;
    this.network = twins.model(experiment.rules());
    experiment.targets().forEach(target -> ports.add(target.port()));
  }

  /** Compares, and adds the numbers of the answers to a tally. */
  static void run(TwinCluster twins, Experiment experiment, Tally tally) {
    new Comparison(twins, experiment).run(tally);
  }

  private void run(Tally tally) {
    load();
    forget();
    List<Question> questions = new ArrayList<>();
    for (String caller : TwinCluster.CALLERS) {
      for (Target target : experiment.targets()) {
        // 127.0.0.1 is the caller's own: only the first node has rules for it.
        if (!target.isLoopback() || caller.equals("n1")) {
          questions.add(new Question(
              caller, target, Outcomes.of(c -> fate(network.fork(), caller, target, c))));
        }
      }
    }
    ask(questions);
    compareConnections(questions);
    for (Question question : questions) {
      if (!question.target.sticky() && !question.asksAgain) {
        tally.add(question.answers.values(), question.seen.values());
      }
    }
  }

  private void load() {
    experiment.rules().forEach((node, rules) -> {
      kernel.restore(node, rules.save());
      assertThat(texts(RuleSet.parse(kernel.save(node), net.family()), rules))
          .as("what the kernel of %s holds", node)
          .isEqualTo(texts(rules, rules));
    });
  }

  /**
   * Forgets what earlier calls left. The last packets of a call may still be under way: one that
   * passes a node before it forgets, and another that has forgotten, is taken there for a
   * connection of its own (nf_conntrack_tcp_loose).
   */
  private void forget() {
    for (int round = 0; round < QUIET_ROUNDS; round++) {
      TwinCluster.NODES.forEach(kernel::forgetConnections);
      if (TwinCluster.NODES.stream().allMatch(node -> connections(node).isEmpty())) {
        return;
      }
    }
    throw new IllegalStateException("nodes still meet packets of the calls before");
  }

  /** The rules of the tables that another set has, as lines. */
  private static List<String> texts(RuleSet rules, RuleSet like) {
    List<String> lines = new ArrayList<>();
    for (Table table : like.tables()) {
      for (Chain chain : rules.table(table.name()).map(Table::chains).orElse(List.of())) {
        chain.rules().forEach(r -> lines.add(table.name() + " " + r.text(chain.name())));
      }
    }
    lines.sort(null);
    return lines;
  }

  // ---- the model's answers

  private Fate fate(Network copy, String caller, Target target, Chooser chooser) {
    String answer = word(copy, caller, target, chooser);
    if (target.sticky()) {
      answer += ", then " + word(copy, caller, target, chooser);
    }
    Set<String> tracked = tracked(copy);
    if (target.sticky() || target.protocol() != Protocol.TCP || !isOfIcmp(answer)) {
      return new Fate(answer, answer, tracked, tracked);
    }
    String resent = word(copy, caller, target, chooser);
    Set<String> atMost = tracked(copy);
    atMost.addAll(tracked);
    return new Fate(answer, resent, tracked, atMost);
  }

  private Set<String> tracked(Network copy) {
    Set<String> tracked = new TreeSet<>();
    for (String node : TwinCluster.NODES) {
      copy.find(node)
          .flatMap(Host::conntrack)
          .ifPresent(table -> tracked.addAll(TrackedConnections.plain(
              node,
              table.list(copy.clock().now().toEpochMilli()).stream()
                  .map(ConntrackEntry::toString)
                  .toList(),
              ports)));
    }
    return tracked;
  }

  /**
   * Whether an answer is an ICMP error. One that comes while the caller is still inside connect()
   * is not heeded by TCP (tcp_v4_err and tcp_v6_err, sock_owned_by_user): the SYN is sent again. As
   * no first packet it meets no nat rule, and so has no mark, and other rules may drop it then.
   */
  private static boolean isOfIcmp(String answer) {
    return answer.equals("forbidden") || answer.equals("unreachable");
  }

  private String word(Network copy, String caller, Target target, Chooser chooser) {
    SocketAddress to = new SocketAddress(IpAddress.parse(target.address()), target.port());
    Attempt attempt =
        copy.call(Call.of(copy.find(caller).orElseThrow(), target.protocol(), to, chooser)
            .boundTo(target.sticky() ? 0 : CALLERS_PORT, null)
            .waiting(Duration.ofMillis(net.patienceMillis()))
            .untraced());
    String errno = attempt.outcome().errno();
    if (errno == null) {
      return attempt
          .served()
          .map(s -> "ok " + s.process() + " " + s.seen().address())
          .orElse("timeout");
    }
    return switch (errno) {
      case "ECONNREFUSED" -> "refused";
      case "EPERM" -> "denied";
      case "EACCES" -> "forbidden";
      case "EHOSTUNREACH", "ENETUNREACH" -> "unreachable";
      default -> errno;
    };
  }

  // ---- the kernel's answers

  private void ask(List<Question> questions) {
    List<Question> asked = new ArrayList<>();
    for (Question question : questions) {
      boolean once = question.isCertain() || question.target.sticky();
      for (int i = 0; i < (once ? 1 : CALLS); i++) {
        asked.add(question);
      }
    }
    List<String> answers = call(asked);
    List<Question> again = asked.stream().filter(q -> q.target.sticky()).toList();
    Map<Question, String> second = new HashMap<>();
    List<String> secondAnswers = call(again);
    for (int i = 0; i < again.size(); i++) {
      second.put(again.get(i), secondAnswers.get(i));
    }
    for (int i = 0; i < asked.size(); i++) {
      Question question = asked.get(i);
      String answer = answers.get(i);
      if (question.target.sticky()) {
        answer += ", then " + second.get(question);
      } else {
        if (question.isLate(answer)) {
          question.asksAgain = true;
          answer = call(List.of(question)).get(0);
        }
        if (question.isOfResentSyn(answer)) {
          question.asksAgain = true;
          continue;
        }
      }
      assertThat(question.answers.keySet())
          .as("%s calls %s under%n%s", question.caller, question.target, experiment)
          .contains(answer);
      question.seen.merge(answer, 1, Integer::sum);
    }
  }

  /** Makes calls at the same time; their answers in order, with addresses as we write them. */
  private List<String> call(List<Question> questions) {
    List<KernelLab.Order> orders = new ArrayList<>();
    for (Question question : questions) {
      Target target = question.target;
      orders.add(new KernelLab.Order(
          question.caller,
          "call " + target.protocol().lowerCase() + " " + target.address() + " " + target.port()
              + " " + patienceMillis(question)));
    }
    return kernel.callAll(orders).stream().map(Comparison::plain).toList();
  }

  private int patienceMillis(Question question) {
    boolean tcp = question.target.protocol() == Protocol.TCP;
    return net.patienceMillis(tcp, !question.isCertain(), question.answers.containsKey("timeout"));
  }

  private static String plain(String answer) {
    int space = answer.lastIndexOf(' ');
    return answer.startsWith("ok ")
        ? answer.substring(0, space + 1) + IpAddress.parse(answer.substring(space + 1))
        : answer;
  }

  /**
   * Every connection that the kernel tracks is one that the model knows for an answer that was
   * given; and those that come with such an answer in any case are there.
   */
  private void compareConnections(List<Question> questions) {
    Set<String> found = new TreeSet<>();
    for (String node : TwinCluster.NODES) {
      found.addAll(connections(node));
    }
    Set<String> possible = new TreeSet<>();
    Set<String> certain = new TreeSet<>();
    for (Question question : questions) {
      if (question.asksAgain) {
        question.fates.keySet().forEach(fate -> possible.addAll(fate.atMost));
      }
      question.seen.forEach((answer, count) -> {
        if (count > 0) {
          certain.addAll(tracked(question, answer, possible));
        }
      });
    }
    assertThat(possible)
        .as("the connections that nodes may track under%n%s", experiment)
        .containsAll(found);
    assertThat(found)
        .as("the connections that nodes track under%n%s", experiment)
        .containsAll(certain);
  }

  private Set<String> connections(String node) {
    return TrackedConnections.plain(node, kernel.connections(node), ports);
  }

  /** Adds what nodes may track after an answer; returns what they track in any case. */
  private static Set<String> tracked(Question question, String answer, Set<String> possible) {
    Set<String> certain = null;
    for (Fate fate : question.fates.keySet()) {
      if (answer.equals("timeout")) {
        // An answer that came too late was perhaps that of another fate.
        possible.addAll(fate.atMost);
      }
      if (fate.answer.equals(answer)) {
        possible.addAll(fate.atMost);
        if (certain == null) {
          certain = new TreeSet<>(fate.tracked);
        } else {
          certain.retainAll(fate.tracked);
        }
      }
    }
    // A reset connection is kept for ten seconds only, which a slow machine may need.
    return certain == null || answer.contains("refused") ? Set.of() : certain;
  }
}
