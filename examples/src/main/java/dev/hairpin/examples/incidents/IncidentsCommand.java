package dev.hairpin.examples.incidents;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hairpin incidents}: the list of all incidents. */
@Command(
    name = "incidents",
    description = "Lists real incidents of service networking; hairpin incident ID plays one.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all that were played came out as they should", "1:one did not"},
    mixinStandardHelpOptions = true)
public final class IncidentsCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Option(names = "--play", description = "plays every one and says whether it comes out")
  private boolean play;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    boolean allStand = true;
    Area area = null;
    for (Incident incident : Incidents.all()) {
      if (incident.area() != area) {
        area = incident.area();
        out.println(area);
      }
      boolean stands = !play || incident.play().stands();
      allStand &= stands;
      out.println(String.format(
          Locale.ROOT,
          "  %-4s %-38s %s",
          play ? stands ? "ok" : "NO" : "",
          incident.id(),
          incident.title()));
    }
    for (Unplayed unplayed : Unplayed.all()) {
      out.println(String.format(
          Locale.ROOT,
          "  %-4s %-38s %s",
          "-",
          unplayed.id(),
          unplayed.title() + " (not played: " + unplayed.why() + ")"));
    }
    out.println(
        Incidents.all().size() + " incidents can be played, " + Unplayed.all().size() + " cannot");
    out.flush();
    return allStand ? 0 : 1;
  }
}
