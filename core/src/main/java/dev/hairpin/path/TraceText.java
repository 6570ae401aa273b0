package dev.hairpin.path;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Draws a trace as text.
 *
 * <p>A packet is shown wherever it changed, the changed end between asterisks; rules that matched
 * are shown with chain and place, those before them are counted. The text has no clock and no
 * colour and ends with a line feed. Only the rule that decided is printed whole and may be longer
 * than 80 columns.
 */
public final class TraceText {
  private static final int PLACE = 24;

  private TraceText() {}

  /**
   * Draws a trace.
   *
   * @param trace the trace
   * @return the picture
   */
  public static String print(Trace trace) {
    StringBuilder out = new StringBuilder();
    out.append("why?  ").append(trace.question());
    out.append("  ->  does it arrive, and where?\n\n");
    int number = 0;
    for (Hop hop : trace.hops()) {
      hop(out, String.valueOf(number++), hop, number == 1);
    }
    boolean firstOfReply = true;
    for (Hop hop : trace.reply()) {
      hop(out, "<", hop, firstOfReply);
      firstOfReply = false;
    }
    out.append('\n');
    end(out, trace);
    return out.toString();
  }

  private static void hop(StringBuilder out, String number, Hop hop, boolean first) {
    String place = hop.stage().isEmpty() ? hop.host() : hop.host() + " " + hop.stage();
    out.append(String.format(Locale.ROOT, "%2s  ", number));
    String packet = hop.before() + (hop.what().isEmpty() ? "" : "  " + hop.what());
    if (first) {
      out.append(pad(place)).append(packet).append('\n');
    } else {
      out.append(place).append('\n');
    }
    @Nullable Step before = null;
    for (Step step : hop.steps()) {
      if (!toldByDice(before, step)) {
        out.append("      ").append(line(step)).append('\n');
      }
      before = step;
    }
    if (!hop.before().equals(hop.after())) {
      out.append("    ").append(" ".repeat(PLACE)).append(changed(hop)).append('\n');
    }
  }

  /** The line of the dice says already that the rule matched. */
  private static boolean toldByDice(@Nullable Step before, Step step) {
    return before instanceof Step.Drew dice
        && step instanceof Step.RuleMatched rule
        && dice.matched()
        && dice.chain().equals(rule.chain())
        && dice.index() == rule.index();
  }

  private static String pad(String place) {
    return place.length() < PLACE
        ? place + " ".repeat(PLACE - place.length())
        : place + "\n    " + " ".repeat(PLACE);
  }

  private static String changed(Hop hop) {
    String source = hop.after().source().toString();
    String destination = hop.after().destination().toString();
    boolean newSource = !hop.before().source().equals(hop.after().source());
    boolean newDestination = !hop.before().destination().equals(hop.after().destination());
    return (newSource ? "*" + source + "*" : source)
        + " > "
        + (newDestination ? "*" + destination + "*" : destination);
  }

  private static String line(Step step) {
    if (step instanceof Step.RuleMatched r) {
      String what = r.comment().isEmpty() ? "" : " " + r.comment();
      String skipped = r.skipped() == 0
          ? ""
          : "   " + r.skipped() + (r.skipped() == 1 ? " rule" : " rules") + " not matched";
      return r.table() + " " + r.chain() + "[" + r.index() + "/" + r.count() + "]" + what + "  "
          + r.effect() + skipped;
    }
    if (step instanceof Step.Drew d) {
      return "  " + d.chain() + d;
    }
    if (step instanceof Step.Translated t) {
      return t.kind().name().replace("UN_", "un-") + "  " + t.before() + " -> " + t.after();
    }
    if (step instanceof Step.Masqueraded m) {
      return "MASQUERADE as " + m.address() + ", the address towards " + m.device();
    }
    if (step instanceof Step.MarkSet m) {
      return String.format(Locale.ROOT, "mark 0x%x -> 0x%x", m.before(), m.after());
    }
    if (step instanceof Step.Tracked t) {
      return "conntrack " + t.state() + (t.entry() == 0 ? "" : " #" + t.entry());
    }
    if (step instanceof Step.Routed r) {
      return "route  " + r.route();
    }
    if (step instanceof Step.Delivered d) {
      return "delivered to " + d.process() + " at " + d.at();
    }
    if (step instanceof Step.Dropped d) {
      return "DROPPED  " + d.reason();
    }
    if (step instanceof Step.Rejected r) {
      return "REJECTED with " + r.with() + "  " + r.reason();
    }
    return ((Step.Note) step).text();
  }

  private static void end(StringBuilder out, Trace trace) {
    Outcome outcome = trace.outcome();
    if (outcome.delivered()) {
      out.append("DELIVERED ").append(outcome.server());
      probability(out, trace.probability());
      if (outcome.sourceSeen() != null) {
        boolean kept = kept(trace);
        out.append("   source seen: ").append(outcome.sourceSeen().address());
        out.append(kept ? " (kept)" : " (client lost)");
      }
      out.append('\n').append("because: ").append(because(trace)).append(".\n");
      return;
    }
    out.append("NOT DELIVERED   ").append(outcome.reason());
    if (!outcome.decidedAt().isEmpty()) {
      out.append("   at ").append(outcome.decidedAt());
    }
    probability(out, trace.probability());
    out.append('\n');
    if (outcome.rule() != null) {
      out.append("  ").append(outcome.rule()).append('\n');
    }
    if (outcome.server() != null) {
      out.append("  reached     : ").append(outcome.server());
      out.append(" at ").append(outcome.serverAddress()).append('\n');
    }
    out.append("  client sees : ").append(outcome.clientSees()).append('\n');
    out.append("because: ").append(outcome.reason().sentence()).append(".\n");
  }

  private static void probability(StringBuilder out, @Nullable Fraction p) {
    if (p != null) {
      out.append("   probability ").append(p);
    }
  }

  private static boolean kept(Trace trace) {
    List<Hop> hops = trace.hops();
    return hops.isEmpty()
        || trace.outcome().sourceSeen() == null
        || hops.get(0).before().source().equals(trace.outcome().sourceSeen());
  }

  private static String because(Trace trace) {
    boolean balanced =
        trace.hops().stream().anyMatch(h -> h.host().startsWith(HostKind.LOAD_BALANCER + " "));
    boolean dnat = trace.hops().stream()
        .filter(h -> !h.host().startsWith(HostKind.LOAD_BALANCER + " "))
        .flatMap(h -> h.steps().stream())
        .anyMatch(s -> s instanceof Step.Translated t && t.kind() == Step.Rewrite.DNAT);
    boolean snat = trace.first(Step.Masqueraded.class).isPresent();
    if (balanced) {
      return !dnat
          ? "the load balancer sent the connection straight to the server; no rule of a\n"
              + "node had a say"
          : "the load balancer chose a node, and a rule of that node the server; "
              + (snat
                  ? "the node\nput its own address in place of the caller's"
                  : "the caller's\naddress was kept");
    }
    if (dnat && snat) {
      return "a rule chose the server for the first packet, and the node put its own\n"
          + "address in place of the caller's, so that the answer comes back through it";
    }
    if (dnat) {
      return "the address that was dialled exists only in the rules of each node;\n"
          + "the choice is made once, for the first packet, and conntrack keeps it";
    }
    return "nothing on the way translates this address, and the server answered";
  }
}
