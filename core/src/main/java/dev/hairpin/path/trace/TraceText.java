package dev.hairpin.path.trace;

import com.google.common.base.Splitter;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.render.Escape;
import java.util.ArrayList;
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
  private static final int COLUMNS = 80;
  private static final int INDENT = 6;
  private static final int PLACE = 24;
  private static final String JUMP = "-> ";
  private static final String ASKED = "  ->  does it arrive, and where?";

  private TraceText() {}

  /**
   * Draws a trace.
   *
   * @param trace the trace
   * @return the picture
   */
  public static String print(Trace trace) {
    StringBuilder out = new StringBuilder();
    String question = "why?  " + trace.question();
    boolean fits = question.length() + ASKED.length() <= COLUMNS;
    out.append(question).append(fits ? ASKED : "\n    " + ASKED).append("\n\n");
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
    return Escape.terminal(out.toString());
  }

  private static void hop(StringBuilder out, String number, Hop hop, boolean first) {
    String place = hop.stage().isEmpty() ? hop.host() : hop.host() + " " + hop.stage();
    out.append(String.format(Locale.ROOT, "%2s  ", number));
    FiveTuple before = hop.before();
    String packet = end(before, before.source())
        + " > "
        + end(before, before.destination())
        + (hop.what().isEmpty() ? "" : "  " + hop.what());
    if (first) {
      out.append(pad(place)).append(packet).append('\n');
    } else {
      out.append(place).append('\n');
    }
    steps(out, hop.steps());
    if (!hop.before().equals(hop.after())) {
      out.append("    ").append(" ".repeat(PLACE)).append(changed(hop)).append('\n');
    }
  }

  private static void steps(StringBuilder out, List<Step> steps) {
    for (Step step : worthTelling(steps)) {
      out.append("      ").append(line(step)).append('\n');
    }
    String nowhere = jumpsToNowhere(steps);
    if (!nowhere.isEmpty()) {
      out.append("      ").append(nowhere).append('\n');
    }
  }

  /** The steps without jumps that found nothing, and without rules that their dice told of. */
  static List<Step> worthTelling(List<Step> steps) {
    List<Step> told = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!leadsNowhere(step, after(steps, i)) && (i == 0 || !toldByDice(steps.get(i - 1), step))) {
        told.add(step);
      }
    }
    return told;
  }

  /** How many jumps found nothing, in words; empty if none did. */
  static String jumpsToNowhere(List<Step> steps) {
    int nowhere = 0;
    for (int i = 0; i < steps.size(); i++) {
      nowhere += leadsNowhere(steps.get(i), after(steps, i)) ? 1 : 0;
    }
    return nowhere == 0
        ? ""
        : nowhere + (nowhere == 1 ? " jump" : " jumps") + " to chains in which no rule matched";
  }

  private static @Nullable Step after(List<Step> steps, int i) {
    return i + 1 < steps.size() ? steps.get(i + 1) : null;
  }

  /** A jump into a chain in which nothing was found, which is most of what a packet meets. */
  private static boolean leadsNowhere(Step step, @Nullable Step next) {
    if (!(step instanceof Step.RuleMatched jump) || !jump.effect().startsWith(JUMP)) {
      return false;
    }
    String chain = jump.effect().substring(JUMP.length());
    if (next instanceof Step.RuleMatched rule) {
      return !rule.chain().equals(chain);
    }
    return !(next instanceof Step.Drew dice && dice.chain().equals(chain));
  }

  /** Joins the parts of a line, on two lines where one has no room. */
  private static String joined(String head, String tail) {
    return head.length() + 2 + tail.length() + INDENT > COLUMNS
        ? head + "\n        " + tail
        : head + "  " + tail;
  }

  private static void wrapped(StringBuilder out, String text) {
    for (String line : Splitter.on('\n').split(text)) {
      String rest = line;
      while (rest.length() > COLUMNS && rest.lastIndexOf(' ', COLUMNS) > 0) {
        int cut = rest.lastIndexOf(' ', COLUMNS);
        out.append(rest, 0, cut).append('\n');
        rest = rest.substring(cut + 1);
      }
      out.append(rest).append('\n');
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

  /** An end of a packet; ICMP has no ports. */
  static String end(FiveTuple packet, SocketAddress end) {
    return packet.protocol().hasPorts() ? end.toString() : end.address().toString();
  }

  private static String changed(Hop hop) {
    String source = end(hop.after(), hop.after().source());
    String destination = end(hop.after(), hop.after().destination());
    boolean newSource = !hop.before().source().equals(hop.after().source());
    boolean newDestination = !hop.before().destination().equals(hop.after().destination());
    return (newSource ? "*" + source + "*" : source)
        + " > "
        + (newDestination ? "*" + destination + "*" : destination);
  }

  /** A step in a line, or in two where one has no room. */
  static String line(Step step) {
    if (step instanceof Step.RuleMatched r) {
      String what = r.comment().isEmpty() ? "" : " " + r.comment();
      String skipped = r.skipped() == 0
          ? ""
          : "   " + r.skipped() + (r.skipped() == 1 ? " rule" : " rules") + " not matched";
      String head = r.table() + " " + r.chain() + "[" + r.index() + "/" + r.count() + "]" + what;
      return joined(head, r.effect() + skipped);
    }
    if (step instanceof Step.Drew d) {
      String text = d.toString();
      int yes = text.indexOf("  yes ");
      return yes < 0
          ? "  " + d.chain() + text
          : joined("  " + d.chain() + text.substring(0, yes), text.substring(yes + 2));
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

  /** The last lines: what became of it, and why. */
  static String ending(Trace trace) {
    StringBuilder out = new StringBuilder();
    end(out, trace);
    return out.toString();
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
      out.append('\n');
      wrapped(out, "because: " + because(trace) + ".");
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
    wrapped(out, "because: " + outcome.reason().sentence() + ".");
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
          ? "the load balancer sent the connection straight to the server; no rule of a"
              + " node had a say"
          : "the load balancer chose a node, and a rule of that node the server; "
              + (snat
                  ? "the node put its own address in place of the caller's"
                  : "the caller's address was kept");
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
