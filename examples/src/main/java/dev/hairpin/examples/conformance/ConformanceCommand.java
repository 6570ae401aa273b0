package dev.hairpin.examples.conformance;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin conformance KIND DIR}: holds Hairpin against recordings of the real systems. */
@Command(
    name = "conformance",
    description =
        "Runs every recorded case below a folder and reports the first difference of each.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every case passed",
      "1:a case failed",
      "2:the kind is unknown or not built yet, or the folder cannot be read or has no case"
    },
    mixinStandardHelpOptions = true)
public final class ConformanceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "core, kube-proxy, packet-fate, dns, dns-client or aws-lb")
  private String kind = "";

  @Parameters(index = "1", paramLabel = "DIR", description = "a folder that has cases below it")
  private Path dir = Path.of("");

  @Option(names = "--json", description = "prints one JSON object instead of lines")
  private boolean json;

  private record Failure(String name, String difference) {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (!Suites.KINDS.contains(kind)) {
      err.println(
          "hairpin: unknown kind \"" + kind + "\"; it is one of " + String.join(" ", Suites.KINDS));
      return 2;
    }
    Optional<Suite> suite = Suites.ofKind(kind);
    if (suite.isEmpty()) {
      err.println("hairpin: conformance " + kind + " is not built yet");
      return 2;
    }
    if (!Files.isDirectory(dir)) {
      err.println("hairpin: " + dir + " is not a folder");
      return 2;
    }
    List<Path> cases = suite.get().cases(dir);
    if (cases.isEmpty()) {
      err.println("hairpin: no case of kind " + kind + " below " + dir);
      return 2;
    }
    List<Failure> failures = new ArrayList<>();
    for (Path path : cases) {
      Optional<String> difference = differenceOf(suite.get(), path);
      if (difference.isPresent()) {
        Failure failure = new Failure(dir.relativize(path).toString(), difference.get());
        failures.add(failure);
        if (!json) {
          out.println("FAILED " + failure.name + ": " + failure.difference);
          out.flush();
        }
      }
    }
    int passed = cases.size() - failures.size();
    if (json) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("kind", kind);
      report.put("passed", passed);
      report.put("failed", failures.size());
      report.put("failures", failures);
      out.println(
          new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(report));
    } else {
      out.println(passed + " passed, " + failures.size() + " failed");
    }
    return failures.isEmpty() ? 0 : 1;
  }

  /** A case that breaks Hairpin has failed; the others are still run. */
  private static Optional<String> differenceOf(Suite suite, Path path) throws IOException {
    try {
      return suite.firstDifference(path);
    } catch (RuntimeException | StackOverflowError e) {
      StackTraceElement[] trace = e.getStackTrace();
      return Optional.of(e + (trace.length == 0 ? "" : " at " + trace[0]));
    }
  }
}
