package dev.hairpin.examples;

import dev.hairpin.examples.conformance.ConformanceCommand;
import dev.hairpin.examples.incidents.IncidentCommand;
import dev.hairpin.examples.incidents.IncidentsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code hairpin}: one sub-command for each thing that one can ask. */
@Command(
    name = "hairpin",
    description = "Simulates Kubernetes service networking inside this JVM.",
    subcommands = {
      TourCommand.class,
      TraceCommand.class,
      RulesCommand.class,
      DigCommand.class,
      EnvCommand.class,
      LbCommand.class,
      SharesCommand.class,
      ReachCommand.class,
      DiffCommand.class,
      WhatIfCommand.class,
      SweepCommand.class,
      ExplainCommand.class,
      LintCommand.class,
      ReasonsCommand.class,
      IncidentCommand.class,
      IncidentsCommand.class,
      ConformanceCommand.class
    },
    mixinStandardHelpOptions = true,
    version = "hairpin 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND")
public final class HairpinCommand {

  /** The program; input that makes no sense is answered in one line, with exit code 2. */
  static CommandLine commandLine() {
    return new CommandLine(new HairpinCommand())
        .setOut(TerminalWriter.of(System.out))
        .setErr(TerminalWriter.of(System.err))
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setExecutionExceptionHandler((exception, command, parsed) -> {
          if (PlainErrors.include(exception)) {
            command.getErr().println("hairpin: " + exception.getMessage());
            return CommandLine.ExitCode.USAGE;
          }
          throw exception;
        });
  }

  /**
   * Runs the program and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }
}
