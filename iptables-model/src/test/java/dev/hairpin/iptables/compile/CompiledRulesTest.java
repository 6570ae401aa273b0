package dev.hairpin.iptables.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.TableName;
import dev.hairpin.path.fast.AffinityTable;
import dev.hairpin.path.fast.Decider;
import dev.hairpin.path.fast.Decision;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.FlowBatch;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Programs are held equal to the walker, which is their specification. */
class CompiledRulesTest {
  private static final List<Cidr> PODS = List.of(Cidr.parse("10.244.0.0/16"));

  @Property(tries = 1_500)
  void aProgramOfOddRulesHasTheWalkersDistribution(@ForAll long seed) {
    holdAgainstWalker(new OddRules(new SplittableRandom(seed), false));
  }

  @Property(tries = 600)
  void whatAProgramCannotTellIsLeftOpenAndNeverGuessed(@ForAll long seed) {
    holdAgainstWalker(new OddRules(new SplittableRandom(seed), true));
  }

  private static void holdAgainstWalker(OddRules odd) {
    RuleSet rules = odd.rules();
    Stand stand = new Stand(rules, PODS);
    for (Stand.Flow flow : odd.flows(6)) {
      Map<Fate, Fraction> walked = stand.walked(flow);
      if (walked.keySet().stream().noneMatch(fate -> fate.verdict().equals("LOST"))) {
        compare(walked, stand.decided(flow), flow + "\n" + rules);
      }
    }
  }

  /** What a program decides is the walker's distribution; where it leaves a part open, less. */
  private static void compare(
      Map<Fate, Fraction> walked, Map<Fate, Fraction> decided, String description) {
    if (decided.keySet().stream().noneMatch(Fate::isOpen)) {
      assertThat(decided).as(description).isEqualTo(walked);
      return;
    }
    decided.forEach((fate, share) -> {
      if (!fate.isOpen()) {
        assertThat(walked.getOrDefault(fate, Fraction.ZERO))
            .as(description + "\n" + fate)
            .isGreaterThanOrEqualTo(share);
      }
    });
  }

  @Property(tries = 60)
  void batchesAreDecidedAsOneByOne(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DecisionProgram program = new RuleCompiler(new ProgramPool(), IpFamily.IPV4, PODS)
        .compile(new OddRules(random, true).rules());
    Decider alone = new Decider(program, new AffinityTable());
    Decider together = new Decider(program, new AffinityTable());
    FlowBatch batch = FlowBatch.of(IpFamily.IPV4, 700);
    for (int i = 0; i < batch.capacity(); i++) {
      Protocol protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
      batch.link[i] =
          random.nextBoolean() ? program.link(protocol, "eth0") : program.linkFromHost(protocol);
      batch.source[i] = 0x0af4_0100 + random.nextInt(20);
      batch.destination[i] = random.nextBoolean() ? 0x0a60_0001 : 0x0af4_010a;
      batch.ports[i] = 40_000 << 16 | (80 + random.nextInt(2));
      batch.draw[i] = random.nextLong();
    }

    together.decide(batch, 0, batch.capacity());

    for (int i = 0; i < batch.capacity(); i++) {
      long decision = alone.decide(
          batch.link[i], batch.source[i], batch.destination[i], batch.ports[i], batch.draw[i]);
      assertThat(batch.decisions[i]).isEqualTo(decision);
    }
  }

  @Test
  void rulesThatJumpInACircleEnd() {
    RuleSet circle = RuleSet.empty(IpFamily.IPV4)
        .with(Table.fresh(TableName.NAT)
            .withChains(
                List.of(), List.of(chain("PREROUTING", "A"), chain("A", "B"), chain("B", "A"))));
    DecisionProgram program =
        new RuleCompiler(new ProgramPool(), IpFamily.IPV4, PODS).compile(circle);
    Decider decider = new Decider(program, new AffinityTable());

    long decision = decider.decide(program.link(Protocol.TCP, "eth0"), 1, 2, 3, 4);

    assertThat(Decision.verdict(decision)).isEqualTo(Decision.Verdict.UNDECIDED);
    assertThat(program.openQuestions().get(Decision.target(decision)))
        .isEqualTo("a walk of more rules or deeper jumps than a program runs");
  }

  private static Chain chain(String name, String to) {
    return Table.fresh(TableName.NAT)
        .chain(name)
        .orElse(Chain.user(name, List.of()))
        .withRules(List.of(dev.hairpin.iptables.Rule.of(new Target.Jump(to))));
  }

  @Test
  void aRuleSetOfIpv6LeadsToItsEndpoints() {
    RuleSet rules = RuleSet.parse("""
        *nat
        :PREROUTING ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :SERVICES - [0:0]
        :SVC - [0:0]
        :SEP1 - [0:0]
        :SEP2 - [0:0]
        :MASQ - [0:0]
        :POSTROUTING ACCEPT [0:0]
        -A PREROUTING -j SERVICES
        -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE
        -A SERVICES -d fd00:96::1/128 -p tcp -m tcp --dport 80 -j SVC
        -A SERVICES -d fd00:96::2/128 -p tcp -m tcp --dport 80 -j SVC
        -A SVC ! -s fd00:10::/64 -d fd00:96::1/128 -p tcp -m tcp --dport 80 -j MASQ
        -A SVC -m statistic --mode random --probability 0.5 -j SEP1
        -A SVC -j SEP2
        -A SEP1 -s fd00:10::7/128 -j MASQ
        -A SEP1 -p tcp -m tcp -j DNAT --to-destination [fd00:10::7]:8080
        -A SEP2 -s fd00:10::8/128 -j MASQ
        -A SEP2 -p tcp -m tcp -j DNAT --to-destination [fd00:10::8]:8080
        -A MASQ -j MARK --set-xmark 0x4000/0x4000
        COMMIT
        """, IpFamily.IPV6);
    DecisionProgram program = new RuleCompiler(
            new ProgramPool(), IpFamily.IPV6, List.of(Cidr.parse("fd00:10::/64")))
        .compile(rules);

    assertThat(answers(program, "fd00:10::9", "fd00:96::1"))
        .containsExactlyInAnyOrder("[fd00:10::7]:8080 false", "[fd00:10::8]:8080 false");
    assertThat(answers(program, "fd00:99::9", "fd00:96::1"))
        .containsExactlyInAnyOrder("[fd00:10::7]:8080 true", "[fd00:10::8]:8080 true");
    assertThat(answers(program, "fd00:10::7", "fd00:96::2"))
        .containsExactlyInAnyOrder("[fd00:10::7]:8080 true", "[fd00:10::8]:8080 false");
  }

  private static List<String> answers(DecisionProgram program, String from, String to) {
    Decider decider = new Decider(program, new AffinityTable());
    SocketAddress source = SocketAddress.parse("[" + from + "]:40000");
    SocketAddress destination = SocketAddress.parse("[" + to + "]:80");
    List<String> answers = new ArrayList<>();
    for (long draw : new long[] {0, -1}) {
      long decision = decider.decide(
          program.link(Protocol.TCP, "eth0"),
          source.address().high(),
          source.address().low(),
          destination.address().high(),
          destination.address().low(),
          40_000 << 16 | 80,
          draw);
      answers.add(
          program.targets().get(Decision.target(decision)) + " " + Decision.masqueraded(decision));
    }
    return answers;
  }
}
