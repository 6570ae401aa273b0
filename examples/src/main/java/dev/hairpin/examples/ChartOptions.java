package dev.hairpin.examples;

import dev.hairpin.whatif.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A drawing of a metric, beside what is printed. */
final class ChartOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--chart",
      paramLabel = "METRIC=FILE",
      description = "also draws the worst of a metric, such as CONNTRACK=chart.svg")
  private @Nullable String chart;

  boolean isAsked() {
    return chart != null;
  }

  /** The metric; asked before anything takes time, so that a slip of the pen costs none. */
  void check() {
    if (chart != null) {
      metric(chart);
    }
  }

  /** Writes the drawing, if one is asked for. */
  void draw(Function<Metric, String> svg) {
    if (chart != null) {
      write(chart.substring(chart.indexOf('=') + 1), svg.apply(metric(chart)), "--chart");
    }
  }

  private Metric metric(String request) {
    int equals = request.indexOf('=');
    return Arrays.stream(Metric.values())
        .filter(m -> equals > 0 && equals < request.length() - 1)
        .filter(m -> m.name().equalsIgnoreCase(request.substring(0, equals)))
        .findFirst()
        .orElseThrow(() -> new ParameterException(
            command.commandLine(),
            "--chart: \"" + request + "\" is not METRIC=FILE; metrics are " + names()));
  }

  /** The metrics as options take them. */
  static String names() {
    return Arrays.stream(Metric.values()).map(Enum::name).collect(Collectors.joining(", "));
  }

  static void write(String file, String text, String option) {
    try {
      Files.writeString(Path.of(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(option + ": cannot write " + e.getMessage(), e);
    }
  }
}
