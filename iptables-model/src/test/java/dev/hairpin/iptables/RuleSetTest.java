package dev.hairpin.iptables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.hairpin.iptables.RuleException.Reason;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.TableName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RuleSetTest {

  private static String suffix(IpFamily family) {
    return family == IpFamily.IPV4 ? "iptables" : "ip6tables";
  }

  @ParameterizedTest
  @EnumSource(IpFamily.class)
  void everyOptionIsPrintedAsTheRealProgramPrintsIt(IpFamily family) {
    RuleSet loaded = RuleSet.empty(family)
        .restore(Oracle.read("every-option." + suffix(family) + "-restore"), RestoreOptions.REPLACE)
        .orElseThrow();

    assertThat(loaded.save()).isEqualTo(Oracle.read("every-option." + suffix(family) + "-save"));
  }

  @ParameterizedTest
  @EnumSource(IpFamily.class)
  void aDumpIsReadAndPrintedByteForByte(IpFamily family) {
    String dump = Oracle.read("every-option." + suffix(family) + "-save");

    RuleSet read = RuleSet.parse(dump, family);

    assertThat(read.save()).isEqualTo(dump);
    assertThat(RuleSet.parse(read.save(), family)).isEqualTo(read);
  }

  @Test
  void theChainsOfOtherProgramsAreKnown() {
    // AWS VPC CNI, Docker, flannel, Calico, fail2ban and an administrator, on one node.
    String dump = Oracle.read("other-programs.iptables-save");

    RuleSet read = RuleSet.parse(dump, IpFamily.IPV4);

    assertThat(read.unknown()).isEmpty();
    assertThat(read.saveWithCounters()).isEqualTo(dump);
  }

  @Test
  void countersAreKeptWhereADumpHasThem() {
    String dump = """
        *filter
        :INPUT ACCEPT [12:3456]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [1:2]
        :MINE - [0:0]
        [5:300] -A INPUT -j MINE
        [18446744073709551615:7] -A MINE -s 10.0.0.0/8 -j ACCEPT
        COMMIT
        """;

    assertThat(RuleSet.parse(dump, IpFamily.IPV4).saveWithCounters()).isEqualTo(dump);
  }

  @Test
  void builtInChainsThatAnOldKernelDoesNotHaveAreNotInvented() {
    String dump = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        COMMIT
        """;

    assertThat(RuleSet.parse(dump, IpFamily.IPV4).save()).isEqualTo(dump);
  }

  @Test
  void whatTheModelDoesNotKnowIsKeptAndReported() {
    RuleSet rules = RuleSet.parse("""
        *filter
        :INPUT ACCEPT [0:0]
        -A INPUT -p tcp -m string --string "a b" --algo bm --to 100 -m comment --comment x -j ACCEPT
        -A INPUT -j TTL --ttl-set 5
        COMMIT
        """, IpFamily.IPV4);

    assertThat(rules.unknown())
        .extracting(Object::toString)
        .containsExactly(
            "filter INPUT 1: -m string --string \"a b\" --algo bm --to 100",
            "filter INPUT 2: -j TTL --ttl-set 5");
  }

  private static final RuleSet START =
      RuleSet.empty(IpFamily.IPV4).restore("""
          *filter
          :A - [0:0]
          :B - [0:0]
          -A INPUT -j A
          -A A -j B
          -A B -p udp -j ACCEPT
          COMMIT
          """, RestoreOptions.REPLACE).orElseThrow();

  @Test
  void withNoflushAChainLineFlushesOrCreatesItsChainOnly() {
    RuleSet after = START.restore("""
            *filter
            :B - [0:0]
            :C - [0:0]
            -A B -j C
            COMMIT
            """, RestoreOptions.NOFLUSH_COUNTERS).orElseThrow();

    assertThat(after.save()).isEqualTo("""
        *filter
        :INPUT ACCEPT [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :A - [0:0]
        :B - [0:0]
        :C - [0:0]
        -A INPUT -j A
        -A A -j B
        -A B -j C
        COMMIT
        """);
  }

  @Test
  void withoutNoflushATableIsReplaced() {
    RuleSet after = START.restore("""
            *filter
            :INPUT DROP [1:2]
            COMMIT
            """, RestoreOptions.REPLACE).orElseThrow();

    assertThat(after.save()).isEqualTo("""
        *filter
        :INPUT DROP [0:0]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        COMMIT
        """);
  }

  @Test
  void aTableIsChangedAsAWholeOrNotAtAll() {
    RestoreResult result = START.restore("""
            *filter
            :A - [0:0]
            COMMIT
            *nat
            :X - [0:0]
            -A X -j DNAT --to-destination 10.244.2.020:80
            COMMIT
            """, RestoreOptions.NOFLUSH_COUNTERS);

    assertThat(result.error())
        .get()
        .extracting(Throwable::getMessage)
        .isEqualTo("line 6, column 31: expected an IPv4 address, found \"10.244.2.020:80\"");
    assertThat(result
            .ruleSet()
            .table(TableName.FILTER)
            .orElseThrow()
            .chain("A")
            .orElseThrow()
            .rules())
        .isEmpty();
    assertThat(result.ruleSet().table(TableName.NAT)).isEmpty();
  }

  @Test
  void aNewTableIsListedFirst() {
    RuleSet rules = RuleSet.empty(IpFamily.IPV6)
        .command("-t mangle -N X")
        .command("-t nat -N X")
        .command("-N X");

    assertThat(rules.tables())
        .extracting(Table::name)
        .containsExactly(TableName.FILTER, TableName.NAT, TableName.MANGLE);
  }

  @Test
  void aCommandInsertsInFrontAndChecksAndDeletes() {
    RuleSet rules = START.command("-I INPUT -m comment --comment \"the first\" -j B");

    assertThat(rules
            .table(TableName.FILTER)
            .orElseThrow()
            .chain("INPUT")
            .orElseThrow()
            .rules())
        .extracting(Object::toString)
        .containsExactly("-m comment --comment \"the first\" -j B", "-j A");
    assertThat(rules.command("-C INPUT -m comment --comment \"the first\" -j B"))
        .isEqualTo(rules);
    assertThat(rules.command("-D INPUT 1")).isEqualTo(START);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-X A | CHAIN_IN_USE",
        "-N A | CHAIN_EXISTS",
        "-X NONE | NOT_FOUND",
        "-A NONE -j ACCEPT | NOT_FOUND",
        "-A A -j NONE_SUCH | NOT_FOUND",
        "-A A -j INPUT | NOT_FOUND",
        "-D A -j ACCEPT | NOT_FOUND",
        "-A B -j A | LOOP",
        "-A B -g A | LOOP",
        "-A A -j MASQUERADE | MISPLACED_TARGET",
        "-t nat -A PREROUTING -j SNAT --to-source 1.2.3.4 | MISPLACED_TARGET",
        "-A A -p tcp --dport 80-90 | SYNTAX",
        "-A A -s 10.0.0.0/33 | SYNTAX",
        "-A A -p tcp --dport 1 --dport 2 | SYNTAX",
        "-A A --dport 1 | SYNTAX",
        "-A A -m comment | SYNTAX",
        "-A A -m comment --comment \"open | SYNTAX",
        "-A A ! -j DROP | SYNTAX",
        "-A A stray | SYNTAX",
        "-Q | SYNTAX",
        "-N A_NAME_THAT_IS_TWENTY_NINE_LONG | SYNTAX",
        "-P A DROP | NOT_FOUND"
      })
  void whatTheToolsRefuseIsRefusedWithItsReason(String command, Reason reason) {
    assertThatThrownBy(() -> START.command(command))
        .asInstanceOf(type(RuleException.class))
        .extracting(RuleException::reason)
        .isEqualTo(reason);
  }

  @Test
  void aLoopThatNoHookLeadsToIsTakenAsTheKernelTakesIt() {
    RuleSet rules = START.command("-N X").command("-A X -j X");

    assertThatThrownBy(() -> rules.command("-A B -j X"))
        .hasMessageContaining("leads back to itself");
  }

  @Test
  void aLoopBehindAnUnconditionalVerdictIsTakenAsTheKernelTakesIt() {
    RuleSet rules = START.command("-F B").command("-A B -j RETURN").command("-A B -j A");

    assertThat(
            rules.table(TableName.FILTER).orElseThrow().chain("B").orElseThrow().rules())
        .hasSize(2);
  }

  @Test
  void tenThousandChainsInARowAreLoaded() {
    StringBuilder text = new StringBuilder("*filter\n");
    for (int i = 0; i < 10_000; i++) {
      text.append(":C").append(i).append(" - [0:0]\n");
    }
    text.append("-A INPUT -j C0\n");
    for (int i = 0; i < 9_999; i++) {
      text.append("-A C").append(i).append(" -j C").append(i + 1).append('\n');
    }
    String open = text + "COMMIT\n";
    String closed = text + "-A C9999 -j C0\nCOMMIT\n";
    RuleSet empty = RuleSet.empty(IpFamily.IPV4);

    Assertions.assertTimeout(Duration.ofSeconds(10), () -> {
      assertThat(empty.restore(open, RestoreOptions.REPLACE).error()).isEmpty();
      assertThat(empty.restore(closed, RestoreOptions.REPLACE).error())
          .get()
          .extracting(RuleException::reason, RuleException::line)
          .containsExactly(Reason.LOOP, 20_003);
    });
  }

  @Test
  void aLineOfAMegabyteEndsInAShortErrorWithItsColumn() {
    String line = "-A INPUT -m comment --comment " + "x".repeat(1 << 20) + " -j ACCEPT";

    assertThat(START
            .restore("*filter\n" + line + "\nCOMMIT\n", RestoreOptions.REPLACE)
            .error())
        .get()
        .extracting(e ->
            e.line() + ":" + e.column() + " " + (String.valueOf(e.getMessage()).length() < 300))
        .isEqualTo("2:31 true");
  }

  @Test
  void aTextWithoutCommitChangesNothing() {
    RestoreResult result = START.restore("*filter\n-F\n", RestoreOptions.NOFLUSH_COUNTERS);

    assertThat(result.ruleSet()).isEqualTo(START);
    assertThat(result.error())
        .get()
        .hasToString(
            "dev.hairpin.iptables.RuleException: line 3, column 1: expected COMMIT of table filter");
  }

  @Test
  void renamingAChainRenamesTheJumpsToIt() {
    assertThat(START.command("-E B B2").save()).isEqualTo(START.save().replace("B", "B2"));
  }

  @Test
  void aRuleKeepsItsMatchesInTheOrderInWhichTheKernelLooksAtThem() {
    Rule rule = RuleSet.empty(IpFamily.IPV4)
        .command("-A INPUT -m comment --comment x -m tcp -p tcp --dport 80 -i eth0 -d 10.0.0.1")
        .table(TableName.FILTER)
        .orElseThrow()
        .chain("INPUT")
        .orElseThrow()
        .rules()
        .get(0);

    assertThat(rule.matches())
        .extracting(m -> m.getClass().getSimpleName())
        .isEqualTo(List.of("Destination", "InInterface", "ProtocolIs", "Comment", "Tcp"));
  }
}
