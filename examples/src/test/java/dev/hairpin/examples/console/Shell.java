package dev.hairpin.examples.console;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** JShell in this JVM: what the tool prints, without the tool. */
public final class Shell implements AutoCloseable {
  private final JShell shell;

  /** Runs every snippet in the thread that asks, as the tool's own JVM does in its main thread. */
  private static final class OneThread implements ExecutionControlProvider {
    @Override
    public String name() {
      return "one thread";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
      return new DirectExecutionControl();
    }
  }

  /** Starts with nothing but the class path of the tests. */
  public Shell() {
    shell = JShell.builder().executionEngine(new OneThread(), null).build();
    for (String entry : classPath().split(java.io.File.pathSeparator, -1)) {
      shell.addToClasspath(entry);
    }
  }

  /** Surefire starts JVMs with one jar that only names the others. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** The snippets of a text, each with its semicolon. */
  List<String> snippets(String text) {
    List<String> snippets = new ArrayList<>();
    String rest = text;
    while (!rest.isBlank()) {
      CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      if (!next.completeness().isComplete()) {
        throw new AssertionError("no whole snippet: " + rest);
      }
      snippets.add(next.source());
      rest = next.remaining();
    }
    return snippets;
  }

  /** What the tab key offers after a text. */
  List<String> completions(String text) {
    return shell
        .sourceCodeAnalysis()
        .completionSuggestions(text, text.length(), new int[1])
        .stream()
        .map(SourceCodeAnalysis.Suggestion::continuation)
        .toList();
  }

  /** What is printed while a text is run. */
  public String run(String text) {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      for (String snippet : snippets(text)) {
        eval(snippet).ifPresent(System.out::println);
      }
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** What the tool says of a snippet that went wrong. */
  private Optional<String> eval(String snippet) {
    for (SnippetEvent event : shell.eval(snippet)) {
      if (event.causeSnippet() != null) {
        continue;
      }
      if (event.status() == Snippet.Status.REJECTED || unresolved(event.snippet())) {
        String why = shell
            .diagnostics(event.snippet())
            .map(d -> d.getMessage(java.util.Locale.ROOT))
            .findFirst()
            .orElse("");
        throw new AssertionError("JShell refuses " + snippet + ": " + why);
      }
      if (event.exception() instanceof jdk.jshell.EvalException e) {
        return Optional.of("Exception " + e.getExceptionClassName() + ": " + e.getMessage()
            + (e.getStackTrace().length == 0 ? "" : " with a stack trace"));
      }
    }
    return Optional.empty();
  }

  private boolean unresolved(Snippet snippet) {
    return snippet instanceof DeclarationSnippet declared
        && shell.unresolvedDependencies(declared).findAny().isPresent();
  }

  @Override
  public void close() {
    shell.close();
  }
}
