package dev.hairpin.examples;

import dev.hairpin.examples.conformance.ConformanceCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code hairpin}: one sub-command for each thing that one can ask. */
@Command(
    name = "hairpin",
    description = "Simulates Kubernetes service networking inside this JVM.",
    subcommands = {ConformanceCommand.class},
    mixinStandardHelpOptions = true,
    version = "hairpin 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND")
public final class HairpinCommand {

  /**
   * Runs the program and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new HairpinCommand()).execute(args));
  }
}
