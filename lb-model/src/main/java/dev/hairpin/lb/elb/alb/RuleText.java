package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The rules of a listener as a table, with the one that held marked. */
public final class RuleText {
  private static final int DEFAULT = -1;
  private static final int NOBODY_ASKED = -2;

  private final ElasticLoadBalancing elb;
  private final Function<String, String> provenance;

  RuleText(ElasticLoadBalancing elb, Function<String, String> provenance) {
    this.elb = elb;
    this.provenance = provenance;
  }

  /**
   * The rules of a listener, in the order in which they are looked at.
   *
   * @param elb where the listener lives
   * @param listener the listener of an Application Load Balancer
   * @return a head line, a line for each rule, and one for the default
   */
  public static List<String> table(ElasticLoadBalancing elb, ListenerState listener) {
    return new RuleText(elb, arn -> "").lines(listener, NOBODY_ASKED);
  }

  /**
   * The table's lines.
   *
   * @param listener whose rules
   * @param matched the index of the rule that held, -1 for the default, or -2 if there is no
   *     request
   */
  List<String> lines(ListenerState listener, int matched) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "prio", "host", "path", "other", "from", "action", ""));
    List<ListenerState.NamedRule> rules = listener.rules();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i).rule();
      rows.add(List.of(
          i == matched ? ">" : "",
          Integer.toString(rule.priority()),
          values(rule, RuleCondition.HostHeader.class),
          values(rule, RuleCondition.PathPattern.class),
          others(rule),
          provenance.apply(rules.get(i).arn()),
          action(rule.actions()),
          matched == NOBODY_ASKED
              ? ""
              : i == matched ? "MATCH" : matched >= 0 && i > matched ? "not reached" : "no"));
    }
    rows.add(List.of(
        matched == DEFAULT ? ">" : "",
        "d",
        "default",
        "-",
        "",
        "",
        action(listener.config().defaultActions()),
        matched == NOBODY_ASKED ? "" : matched == DEFAULT ? "MATCH" : "not reached"));
    return format(rows);
  }

  private static List<String> format(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    boolean[] empty = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      int column = c;
      empty[c] = rows.stream().skip(1).allMatch(r -> r.get(column).isEmpty());
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        if (!empty[c]) {
          String cell = row.get(c);
          line.append(cell).append(" ".repeat(widths[c] - cell.length() + (c == 0 ? 1 : 2)));
        }
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static String values(Rule rule, Class<? extends RuleCondition> kind) {
    for (RuleCondition condition : rule.conditions()) {
      if (condition instanceof RuleCondition.HostHeader host && kind.isInstance(host)) {
        return String.join(", ", host.values());
      }
      if (condition instanceof RuleCondition.PathPattern path && kind.isInstance(path)) {
        return String.join(", ", path.values());
      }
    }
    return "*";
  }

  private static String others(Rule rule) {
    List<String> texts = new ArrayList<>();
    for (RuleCondition condition : rule.conditions()) {
      if (condition instanceof RuleCondition.HttpHeader c) {
        texts.add(c.httpHeaderName() + ": " + String.join(", ", c.values()));
      } else if (condition instanceof RuleCondition.HttpRequestMethod c) {
        texts.add(String.join(", ", c.values()));
      } else if (condition instanceof RuleCondition.QueryString c) {
        texts.add(c.values().stream()
            .map(v -> "?" + (v.key() == null ? "" : v.key() + "=") + v.value())
            .collect(Collectors.joining(", ")));
      } else if (condition instanceof RuleCondition.SourceIp c) {
        texts.add("from " + c.values());
      }
    }
    return String.join("; ", texts);
  }

  private String action(List<Action> actions) {
    Action last = actions.get(actions.size() - 1);
    String first = actions.size() > 1 ? actions.get(0).type() + ", " : "";
    if (last instanceof Action.Forward forward) {
      return first
          + forward.targetGroups().stream()
              .map(g -> elb.targetGroup(g.targetGroupArn()).config().name()
                  + (forward.targetGroups().size() == 1 ? "" : " x" + g.weight()))
              .collect(Collectors.joining(", "));
    }
    if (last instanceof Action.FixedResponse fixed) {
      return first + fixed.statusCode() + " fixed-response";
    }
    Action.Redirect redirect = (Action.Redirect) last;
    return first
        + redirect.status()
        + " redirect to "
        + redirect.protocol().toLowerCase(Locale.ROOT)
        + "://"
        + redirect.host()
        + ":"
        + redirect.port()
        + redirect.path();
  }
}
