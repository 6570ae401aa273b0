package dev.hairpin.examples;

import dev.hairpin.path.trace.Reason;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hairpin reasons}: the reason codes as a table in Markdown. */
@Command(
    name = "reasons",
    description = "Prints the reason codes with their causes and fixes, as a table in Markdown.",
    mixinStandardHelpOptions = true)
final class ReasonsCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(table());
    out.flush();
    return 0;
  }

  /** The table, with a head. */
  static String table() {
    StringBuilder out = new StringBuilder("""
        # Reason codes

        What `trace.explain()`, `cluster.explain(..)` and `cluster.lint()` say, from `hairpin reasons`.
        Codes are never renamed; the list grows.

        | code | cause | what to do | incident |
        | --- | --- | --- | --- |
        """);
    for (Reason reason : Reason.values()) {
      out.append("| `")
          .append(reason)
          .append("` | ")
          .append(reason.sentence())
          .append(" | ")
          .append(String.join("; or ", reason.fixes()))
          .append(" | ")
          .append(reason.incident())
          .append(" |\n");
    }
    return out.toString();
  }
}
