package dev.hairpin.iptables.walk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RestoreResult;
import dev.hairpin.iptables.RuleException;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kernel.AskedKernel;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Route;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** Chains that jump to each other at random: what is loaded is walked to its end. */
class ChainGraphsTest {
  private static final IpAddress GATEWAY = IpAddress.parse("192.168.10.254");

  @Provide
  Arbitrary<String> graphs() {
    Arbitrary<String> from = Arbitraries.frequency(
        Tuple.of(1, "FORWARD"),
        Tuple.of(1, "C0"),
        Tuple.of(1, "C1"),
        Tuple.of(1, "C2"),
        Tuple.of(1, "C3"));
    Arbitrary<String> test = Arbitraries.of("", "", " -p tcp", " -p udp", " -s 10.244.0.0/16");
    Arbitrary<String> verdict = Arbitraries.of(
        "-j C0",
        "-j C1",
        "-j C2",
        "-j C3",
        "-g C0",
        "-g C1",
        "-g C2",
        "-g C3",
        "-j RETURN",
        "-j ACCEPT",
        "-j DROP",
        "-j C4",
        "-j LOG");
    return Combinators.combine(from, test, verdict)
        .as((chain, match, target) -> "-A " + chain + match + " " + target + "\n")
        .list()
        .ofMaxSize(14)
        .map(rules -> "*filter\n:C0 - [0:0]\n:C1 - [0:0]\n:C2 - [0:0]\n:C3 - [0:0]\n"
            + "-A FORWARD -j C0\n" + String.join("", rules) + "COMMIT\n");
  }

  private static RestoreResult load(String text) {
    return RuleSet.empty(IpFamily.IPV4).restore(text, RestoreOptions.REPLACE);
  }

  private static Attempt call(RuleSet rules) {
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    fabric.gateway(GATEWAY, 24, Route.Type.BLACKHOLE);
    fabric
        .node(NodeShape.ptp(
            "n1", IpAddress.parse("192.168.10.1"), 24, Cidr.parse("10.244.1.0/24"), GATEWAY))
        .filter(new RuleWalker(rules));
    fabric
        .pod("web", "n1", IpAddress.parse("10.244.1.10"))
        .listen(new Listener("web", Protocol.TCP, null, 8080));
    return network.call(Call.of(
        fabric.pod("client", "n1", IpAddress.parse("10.244.1.20")),
        Protocol.TCP,
        SocketAddress.parse("10.244.1.10:8080"),
        Chooser.seeded(1)));
  }

  @Property(tries = 2000)
  void whatIsLoadedIsWalkedToItsEnd(@ForAll("graphs") String text) {
    RestoreResult result = load(text);

    if (result.error().isPresent()) {
      assertThat(result.error().get().reason())
          .isIn(RuleException.Reason.LOOP, RuleException.Reason.NOT_FOUND);
      assertThat(result.error().get().line()).isPositive();
    } else {
      assertThat(call(result.ruleSet()).outcome().reason()).isNotEqualTo(Reason.RULE_LOOP);
    }
  }

  @Property(tries = 150)
  void theKernelLoadsTheSameChains(@ForAll("graphs") String text) throws Exception {
    AskedKernel.needs(isRoot(), "not root on Linux with iptables-legacy-restore");

    boolean loaded = load(text).error().isEmpty();

    assertThat(kernelLoads(text)).as(text).isEqualTo(loaded);
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"))
        && Files.isExecutable(Path.of("/usr/sbin/iptables-legacy-restore"))
        && Files.isExecutable(Path.of("/usr/bin/unshare"));
  }

  private static boolean kernelLoads(String text) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("unshare", "-n", "iptables-legacy-restore")
        .redirectErrorStream(true)
        .start();
    process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  @Test
  void aTreeOfJumpsThatNobodyCouldWalkEndsTheWalk() {
    StringBuilder text = new StringBuilder("*filter\n");
    for (int i = 0; i <= 64; i++) {
      text.append(":T").append(i).append(" - [0:0]\n");
    }
    text.append("-A FORWARD -j T0\n");
    for (int i = 0; i < 64; i++) {
      String rule = "-A T" + i + " -j T" + (i + 1) + "\n";
      text.append(rule).append(rule);
    }
    RuleSet rules = load(text + "COMMIT\n").orElseThrow();

    assertThat(call(rules).outcome().reason()).isEqualTo(Reason.RULE_LOOP);
  }

  @Test
  void everyLinePlacesItsErrorInAHostileText() {
    for (String line : List.of(
        "-A FORWARD " + "! ".repeat(500_000),
        "-A FORWARD -m comment --comment \"" + "\\\"".repeat(500_000),
        "-A FORWARD -p tcp -m multiport --dports " + "1,".repeat(300_000),
        "-A FORWARD -m conntrack --ctstate " + "NEW,".repeat(250_000) + "X",
        ":" + "C".repeat(1 << 20) + " - [0:0]",
        "[" + "9".repeat(1 << 20) + ":0] -A FORWARD -j ACCEPT",
        "\u0000".repeat(1 << 20))) {
      RuleException error = load("*filter\n" + line + "\nCOMMIT\n").error().orElseThrow();

      assertThat(error.line()).isEqualTo(2);
      assertThat(error.column()).isPositive();
      assertThat(String.valueOf(error.getMessage())).hasSizeLessThan(400);
    }
  }
}
