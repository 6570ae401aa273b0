package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every block of code in the README and the guides runs, and prints what stands there.
 *
 * <ul>
 *   <li>{@code console}: a line {@code $ java -jar examples/target/hairpin.jar ...} is run; the
 *       lines after it are its output, a line {@code ...} stands for any lines.
 *   <li>{@code jshell}: each line after {@code jshell>} is evaluated in one session for the
 *       document; the lines after it are what it prints.
 *   <li>{@code java}: a class is quoted from the file that the comment before it names; statements
 *       are run in the document's session.
 *   <li>{@code xml}, {@code yaml}, {@code mermaid} and blocks without a language are not run.
 * </ul>
 */
class GuidesTest {
  private static final String COMMAND = "$ java -jar examples/target/hairpin.jar ";
  private static final String PROMPT = "jshell> ";

  @TestFactory
  Stream<DynamicTest> everyBlockRuns() throws IOException {
    List<Path> documents = new ArrayList<>();
    documents.add(Path.of("../README.md"));
    try (Stream<Path> guides = Files.list(Path.of("guides"))) {
      guides.filter(p -> p.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents) {
      List<MarkdownBlocks> blocks = MarkdownBlocks.of(Files.readString(document));
      tests.add(
          DynamicTest.dynamicTest(document.getFileName().toString(), () -> run(document, blocks)));
    }
    return tests.stream();
  }

  private static void run(Path document, List<MarkdownBlocks> blocks) throws IOException {
    try (Session session = new Session()) {
      for (MarkdownBlocks block : blocks) {
        String place = document.getFileName() + ":" + block.line();
        switch (block.language()) {
          case "console" -> console(place, block.lines());
          case "jshell" -> jshell(place, block.lines(), session);
          case "java" -> java(place, block, session);
          case "", "xml", "yaml", "mermaid", "text" -> {}
          default -> throw new AssertionError(place + ": nobody runs " + block.language());
        }
      }
    }
  }

  private static void console(String place, List<String> lines) {
    for (int i = 0; i < lines.size(); ) {
      String command = lines.get(i++);
      List<String> shown = new ArrayList<>();
      while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
        shown.add(lines.get(i++));
      }
      if (command.startsWith(COMMAND)) {
        String words = command.substring(COMMAND.length());
        assertShown(place, shown, hairpin(words).lines().toList());
      } else {
        assertThat(command).as(place).startsWith("$ mvn ");
      }
    }
  }

  /** Runs the command of a user who stands at the top of the repository. */
  private static String hairpin(String words) {
    List<String> args = new ArrayList<>();
    for (String word : words.split(" ", -1)) {
      args.add(word.startsWith("examples/") ? word.substring("examples/".length()) : word);
    }
    StringWriter out = new StringWriter();
    HairpinCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(out))
        .execute(args.toArray(new String[0]));
    return out.toString();
  }

  private static void assertShown(String place, List<String> shown, List<String> printed) {
    int at = 0;
    boolean skipping = false;
    for (String line : shown) {
      if (line.strip().equals("...")) {
        skipping = true;
        continue;
      }
      if (skipping) {
        while (at < printed.size() && !printed.get(at).equals(line)) {
          at++;
        }
        skipping = false;
      }
      assertThat(at < printed.size() ? printed.get(at) : "(the end)")
          .as(place + ", in\n" + String.join("\n", printed))
          .isEqualTo(line);
      at++;
    }
    if (!skipping && !shown.isEmpty()) {
      assertThat(printed.subList(at, printed.size()))
          .as(place + " shows all that is printed")
          .allSatisfy(rest -> assertThat(rest).isBlank());
    }
  }

  private static void jshell(String place, List<String> lines, Session session) {
    for (int i = 0; i < lines.size(); ) {
      String line = lines.get(i++);
      assertThat(line).as(place).startsWith(PROMPT);
      List<String> shown = new ArrayList<>();
      while (i < lines.size() && !lines.get(i).startsWith(PROMPT)) {
        shown.add(lines.get(i++));
      }
      List<String> printed =
          session.evaluate(place, line.substring(PROMPT.length())).lines().toList();
      if (!shown.isEmpty()) {
        assertShown(place, shown, printed);
      }
    }
  }

  private static void java(String place, MarkdownBlocks block, Session session) throws IOException {
    if (block.note().startsWith("from ")) {
      String source = Files.readString(Path.of("..", block.note().substring("from ".length())));
      assertThat(words(source)).as(place + " is quoted").contains(words(block.text()));
    } else {
      session.evaluate(place, block.text());
    }
  }

  private static String words(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  /** A session of JShell as the README opens it, in this JVM. */
  private static final class Session implements AutoCloseable {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final JShell shell;

    Session() throws IOException {
      shell = JShell.builder().executionEngine("local").build();
      for (String entry :
          System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
        shell.addToClasspath(entry);
      }
      for (String line : Files.readString(Path.of("jshell/startup.jsh")).lines().toList()) {
        evaluate("startup", line);
      }
      evaluate("startup", """
          import static org.assertj.core.api.Assertions.*;
          import static dev.hairpin.junit.HairpinAssertions.*;
          import dev.hairpin.dns.*;
          import dev.hairpin.iptables.kubeproxy.*;
          import dev.hairpin.lb.*;
          """);
    }

    /** Evaluates snippets one after another; gives what they print. */
    String evaluate(String place, String code) {
      PrintStream before = System.out;
      out.reset();
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      try {
        String rest = atTheTop(code);
        while (!rest.isBlank()) {
          SourceCodeAnalysis.CompletionInfo info =
              shell.sourceCodeAnalysis().analyzeCompletion(rest);
          String source = info.completeness().isComplete() ? info.source() : rest;
          for (SnippetEvent event : shell.eval(source)) {
            assertThat(event.exception()).as(place + ": " + source).isNull();
            assertThat(event.status())
                .as(() -> place + ": " + source + "\n"
                    + shell
                        .diagnostics(event.snippet())
                        .map(d -> d.getMessage(java.util.Locale.ENGLISH))
                        .toList())
                .isNotEqualTo(Snippet.Status.REJECTED);
          }
          rest = info.completeness().isComplete() ? info.remaining() : "";
        }
      } finally {
        System.setOut(before);
      }
      return out.toString(StandardCharsets.UTF_8);
    }

    /** Paths in documents are those of a user at the top of the repository. */
    private static String atTheTop(String code) {
      return code.replace("\"examples/manifests", "\"manifests");
    }

    @Override
    public void close() {
      shell.close();
    }
  }
}
