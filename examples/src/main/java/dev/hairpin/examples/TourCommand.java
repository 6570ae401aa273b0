package dev.hairpin.examples;

import dev.hairpin.examples.tour.Tour;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hairpin tour}: the story of a retail store on EKS. */
@Command(
    name = "tour",
    description = "Tells the story of a retail store on EKS, from manifests to packets.",
    mixinStandardHelpOptions = true)
final class TourCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(Tour.tell());
    spec.commandLine().getOut().flush();
    return 0;
  }
}
