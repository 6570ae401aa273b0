package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code hairpin rules} prints, and how it compares a real node's dump. */
class RulesCommandTest {
  @TempDir
  Path dir;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = HairpinCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
    return new Ran(code, out.toString(), err.toString());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("dump"), text);
  }

  @Test
  void aNodesOwnDumpDoesNotDiffer() throws IOException {
    Ran same = run("rules", "--compare", file(run("rules").out()).toString());

    assertThat(same.out()).isEqualTo("the rules are as they should be\n");
    assertThat(same.code()).isZero();
  }

  @Test
  void aRuleThatIsMissingIsToldWithItsService() throws IOException {
    String dump = run("rules").out();
    String rule = dump.lines()
        .filter(l -> l.startsWith("-A KUBE-SERVICES") && l.contains("cluster IP"))
        .findFirst()
        .orElseThrow();

    Ran ran = run("rules", "--compare", file(dump.replace(rule + "\n", "")).toString());

    assertThat(ran.out())
        .startsWith("a rule of Service ")
        .contains(" is missing in nat KUBE-SERVICES: " + rule)
        .endsWith("rules or chains that differ: 1\n");
    assertThat(ran.code()).isEqualTo(1);
  }

  @Test
  void aBrokenDumpIsRefusedWithItsPlace() throws IOException {
    Ran ran = run("rules", "--compare", file("*nat\n-A PREROUTING -j\nCOMMIT\n").toString());

    assertThat(ran.err()).contains("dump: line 2, column ");
    assertThat(ran.code()).isEqualTo(2);
  }
}
