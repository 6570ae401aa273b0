package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RestoreResult;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kernel.AskedKernel;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the kernel holds after each sync's text was loaded by the real iptables-restore, in a
 * network namespace of its own. Runs as root on Linux where the legacy iptables is installed;
 * skipped elsewhere.
 */
class RealKernelTest {
  private final String namespace = "hairpin-" + ProcessHandle.current().pid();

  @BeforeEach
  void makeNamespace() throws Exception {
    boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    AskedKernel.needs(linux, "the kernel is not Linux");
    AskedKernel.needs(
        isThere("iptables-legacy-restore"), "iptables-legacy-restore is not installed");
    AskedKernel.needs(isThere("ip"), "ip is not installed");
    AskedKernel.needs(run("", "id", "-u").trim().equals("0"), "not root");
    AskedKernel.needs(run("", "ip", "netns", "add", namespace).isEmpty(), "no network namespaces");
  }

  @AfterEach
  void removeNamespace() throws Exception {
    if (Files.exists(Path.of("/run/netns", namespace))) {
      run("", "ip", "netns", "del", namespace);
    }
  }

  private static boolean isThere(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    for (String folder : path.split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static String run(String input, String... command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private String inNamespace(String input, String... command) throws Exception {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command));
    return run(input, all.toArray(new String[0]));
  }

  private static String withoutComments(String dump) {
    return dump.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  @Test
  void theKernelHoldsAfterEverySyncWhatTheModelHolds() throws Exception {
    // v1.30 names no nfacct counters, which not every kernel has.
    NodeProxy proxy = NodeProxy.start(
        KubeProxyVersion.V1_30,
        KubeProxyConfiguration.DEFAULT,
        SyncPropertiesTest.HOST,
        Fixtures.node("a", "192.0.2.1", "10.244.1.0/24"),
        Map.of(),
        true);
    SyncPropertiesTest.Cluster cluster = new SyncPropertiesTest.Cluster(20_260_101);
    // Canaries and jumps are no part of the text: they are loaded as the model has them.
    SyncResult first = proxy.sync(VirtualClock.EPOCH).get(0);
    assertThat(inNamespace(first.ruleSet().save(), "iptables-legacy-restore")).isEmpty();
    for (int i = 0; i < 40; i++) {
      Change change = cluster.change();
      proxy.changed(change);
      SyncResult result = proxy.sync(VirtualClock.EPOCH).get(0);

      assertThat(inNamespace(
              result.restoreText().orElseThrow(),
              "iptables-legacy-restore",
              "--noflush",
              "--counters"))
          .isEmpty();
      String dump = withoutComments(inNamespace("", "iptables-legacy-save"));
      assertThat(RuleSet.parse(dump, IpFamily.IPV4).save()).isEqualTo(dump);
      assertThat(tables(dump)).isEqualTo(tables(result.ruleSet().save()));
    }
  }

  @Test
  void aTextThatIsRefusedInItsSecondTableHasChangedTheFirst() throws Exception {
    RuleSet before = RuleSet.empty(IpFamily.IPV4).command("-t nat -N X").command("-N X");
    String text = """
        *filter
        :X - [0:0]
        :Y - [0:0]
        -A X -j Y
        COMMIT
        *nat
        :X - [0:0]
        -A X -s 10.244.001.016 -j RETURN
        -A X -p tcp -j DNAT --to-destination 10.244.001.016:80
        COMMIT
        """;
    assertThat(inNamespace(before.save(), "iptables-legacy-restore")).isEmpty();

    assertThat(inNamespace(text, "iptables-legacy-restore", "--noflush", "--counters"))
        .contains("Bad IP address");

    String dump = withoutComments(inNamespace("", "iptables-legacy-save"));
    RestoreResult result = before.restore(text, RestoreOptions.NOFLUSH_COUNTERS);
    assertThat(result.error()).isPresent();
    assertThat(tables(result.ruleSet().save())).isEqualTo(tables(dump));
  }

  /** The tables, by name: the kernel lists them in the order in which they were first used. */
  private static List<String> tables(String dump) {
    return List.of(dump.split("(?<=COMMIT\n)", -1)).stream().sorted().toList();
  }
}
