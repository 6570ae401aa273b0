package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.lint.Findings;
import dev.hairpin.analysis.lint.Severity;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin lint}: what is probably wrong in manifests, before anything has failed. */
@Command(
    name = "lint",
    description = "Applies manifests to a simulated cluster and looks for what is probably wrong.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing was found that is bad enough",
      "1:something was",
      "2:the manifests cannot be applied"
    },
    mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--fail-on",
      paramLabel = "SEVERITY",
      description = "info, warning or error: from which severity on the exit code is 1 (default:"
          + " ${DEFAULT-VALUE})")
  private String failOn = "warning";

  @Parameters(
      arity = "0..*",
      paramLabel = "MANIFESTS",
      description = "files or folders; the retail store if none is given")
  private List<Path> paths = new ArrayList<>();

  @Override
  public Integer call() {
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new ParameterException(spec.commandLine(), "there is no file or folder " + path);
      }
    }
    Severity least = severity();
    Cluster cluster = paths.isEmpty() ? Clusters.store() : Clusters.of(paths);
    Findings findings = cluster.lint();
    PrintWriter out = spec.commandLine().getOut();
    out.print(findings);
    out.flush();
    return findings.atLeast(least).isEmpty() ? 0 : 1;
  }

  private Severity severity() {
    for (Severity severity : Severity.values()) {
      if (severity.name().equals(failOn.toUpperCase(Locale.ROOT))) {
        return severity;
      }
    }
    throw new ParameterException(
        spec.commandLine(),
        "--fail-on: \"" + failOn + "\" is no severity; there are info, warning and error");
  }
}
