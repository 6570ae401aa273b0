package dev.hairpin.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.examples.Golden;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConsoleTest {

  @Test
  void aSessionInJshellAnswersEveryVerbWithItsPicture() throws IOException {
    StringBuilder session = new StringBuilder();
    try (Shell shell = new Shell()) {
      shell.run(Files.readString(Path.of("jshell/startup.jsh")));
      for (String line : Files.readAllLines(Path.of("src/test/resources/console/session.jsh"))) {
        session.append("jshell> ").append(line).append('\n');
        boolean expression = !line.contains(" = ");
        session.append(shell.run(expression ? "print(" + line + ")" : line)).append('\n');
      }
    }

    assertThat(session.toString()).doesNotContain("with a stack trace");
    Golden.assertEqualsFile(session.toString(), "jshell.txt");
  }

  @Test
  void theTenVerbsAreMethods() {
    assertThat(Arrays.stream(Console.class.getDeclaredMethods()).map(Method::getName))
        .contains(
            "apply", "curl", "dig", "env", "rules", "shares", "what", "diff", "lint", "incident");
  }

  @Test
  void theTabKeyListsTheVerbsAndFinishesThem() throws IOException {
    try (Shell shell = new Shell()) {
      shell.run(Files.readString(Path.of("jshell/startup.jsh")));

      assertThat(shell.completions("c."))
          .contains(
              "apply(",
              "curl(",
              "dig(",
              "env(",
              "rules(",
              "shares(",
              "what()",
              "diff(",
              "lint()",
              "incident(");
      assertThat(shell.completions("c.inc")).contains("incident(", "incidents()");
      assertThat(shell.completions("c.what().lo")).contains("losing(");
      assertThat(shell.completions("c.incident(\"env-01\").pl")).contains("play()");
    }
  }

  @Test
  void everyVerbAnswersAMistakeInALineWithoutAStackTrace() {
    Console store = Console.store();
    Map<String, ThrowingCallable> mistakes = new LinkedHashMap<>();
    mistakes.put("apply", () -> store.apply("retail-stor"));
    mistakes.put("curl", () -> store.curl("ui/u", "http://ui.ui"));
    mistakes.put("curl to", () -> store.curl("ui/ui", "http://"));
    mistakes.put("dig", () -> store.dig("node/ip-10", "ui.ui"));
    mistakes.put("env", () -> store.env("catalogue/catalog"));
    mistakes.put("rules", () -> store.rules("us-west-2"));
    mistakes.put("shares", () -> store.shares("internet", "ingress/ui/uii"));
    mistakes.put("what", () -> store.what().scale("ui/uii", 3));
    mistakes.put("incident", () -> store.incident("env-99"));
    mistakes.put("restart", () -> store.restart("ui/uii"));
    mistakes.put("get", () -> store.get("servces"));

    mistakes.forEach((verb, mistake) -> assertThatThrownBy(mistake)
        .as(verb)
        .isInstanceOf(Mistake.class)
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty())
        .hasMessageMatching("[^\\n]{10,}"));
  }

  @Test
  void whatIsTriedNeverTouchesTheOriginal() {
    Console store = Console.store();
    String before = store.get("pods -A -o wide").toString();

    What two = store.what().scale("ui/ui", 2);
    What three = two.scale("ui/ui", 3);

    assertThat(store.get("pods -A -o wide")).hasToString(before);
    assertThat(two.get("pods -n ui").grep("ui-").list()).hasSize(2);
    assertThat(three.get("pods -n ui").grep("ui-").list()).hasSize(3);
    assertThat(three).hasToString("what if ui/ui has 2 replicas, and ui/ui has 3 replicas\n");
  }

  @Test
  void mistakesAreALineWithWhatWasMeant() {
    Console store = Console.store();

    assertThatThrownBy(() -> store.curl("catlog/catalog", "http://ui.ui"))
        .isInstanceOf(Mistake.class)
        .hasMessage("no pod \"catlog/catalog\"; did you mean \"catalog/catalog\"?")
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    assertThatThrownBy(() -> store.apply("nlb-ip-mod.yaml"))
        .hasMessageContaining("did you mean \"nlb-ip-mode.yaml\"?");
    assertThatThrownBy(() -> store.what().losing("us-west-2x"))
        .hasMessageContaining("did you mean \"us-west-2a\"?");
    assertThatThrownBy(() -> store.what().policy("ui/ui-nlb", "local"))
        .isInstanceOf(Mistake.class)
        .hasMessageContaining("supported values: \"Cluster\", \"Local\"");
    assertThatThrownBy(() -> store.curl("internet", "service/ui/ui-nbl"))
        .hasMessageContaining("did you mean \"ui/ui-nlb\"?");
    assertThatThrownBy(() -> store.pass("soon"))
        .hasMessage("\"soon\" is no time; expected such as 90s, 5m or 1h30m");
    assertThatThrownBy(() -> store.apply("kind: Service\nmetadata: {name: Ä}\n"))
        .isInstanceOf(Mistake.class);
    assertThat(store.get("svc -A").list())
        .isEqualTo(Console.store().get("svc -A").list());
  }

  @Test
  void aNodeIsFoundByItsZoneAndByTheFirstLettersOfItsName() {
    Console store = Console.store();
    List<String> rules = store.rules("us-west-2a").list();

    assertThat(store.rules("ip-10-42-96-10").list()).isEqualTo(rules);
    assertThatThrownBy(() -> store.rules("ip-"))
        .hasMessageStartingWith("\"ip-\" may be any of ip-10-42-128-10");
  }
}
