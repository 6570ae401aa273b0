package dev.hairpin.examples.incidents;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin incident}: plays one incident, the question first. */
@Command(
    name = "incident",
    description = "Plays an incident: a question to predict, what happens, and why.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it came out as it should", "1:it did not", "2:there is no such incident"},
    mixinStandardHelpOptions = true)
public final class IncidentCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Option(names = "--ask", description = "waits for a line with the prediction before it goes on")
  private boolean ask;

  @Parameters(
      paramLabel = "ID",
      description = "the id, or its beginning, such as svc-01; hairpin incidents lists them")
  private String id = "";

  @Override
  public Integer call() {
    Incident incident =
        Incidents.find(id).orElseThrow(() -> new ParameterException(spec.commandLine(), unknown()));
    PrintWriter out = spec.commandLine().getOut();
    out.print(Played.question(incident));
    out.flush();
    String guess = "";
    if (ask) {
      out.print("your prediction: ");
      out.flush();
      Scanner in = new Scanner(System.in, java.nio.charset.StandardCharsets.UTF_8);
      guess = in.hasNextLine() ? in.nextLine() : "";
      out.println();
    }
    Played played = incident.play();
    out.print(played.answer());
    if (!guess.isEmpty()) {
      out.println("You predicted: " + guess.replaceAll("\\p{Cntrl}", "?"));
    }
    out.flush();
    return played.stands() ? 0 : 1;
  }

  private String unknown() {
    List<String> near = Incidents.all().stream()
        .map(Incident::id)
        .filter(i -> i.contains(id.toLowerCase(Locale.ROOT)))
        .toList();
    return "there is no incident \"" + id + "\""
        + (near.isEmpty() ? "; hairpin incidents lists them" : "; there are " + near);
  }
}
