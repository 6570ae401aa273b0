package dev.hairpin.iptables;

import dev.hairpin.path.TableName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the rules of a real node differ from those that it should have.
 *
 * <p>Chains that only the real node has are reported if kube-proxy would have deleted them; those
 * of other programs are none of its business. In built-in chains, rules of others are passed over
 * too.
 *
 * @param findings what differs, by table and chain
 */
public record Drift(List<Finding> findings) {

  /** Copies the list. */
  public Drift {
    findings = List.copyOf(findings);
  }

  /** What is wrong with a rule or a chain. */
  public enum Kind {
    /** The node lacks it. */
    MISSING,
    /** The node has it, and should not. */
    SURPLUS,
    /** The node has it for an object as it no longer is. */
    CHANGED,
    /** The rules are right, but a packet meets them in another order. */
    REORDERED
  }

  /**
   * One difference.
   *
   * @param kind what is wrong
   * @param table the table
   * @param chain the chain
   * @param service the Service that it is about, as {@code namespace/name:port}; empty if none
   * @param expected the rule as it should be; empty if there should be none
   * @param actual the rule as it is; empty if there is none
   */
  public record Finding(
      Kind kind, TableName table, String chain, String service, String expected, String actual) {

    /** The difference in words. */
    @Override
    public String toString() {
      String whose = service.isEmpty() ? "" : " of Service " + service;
      String where = " in " + table + " " + chain;
      return switch (kind) {
        case MISSING ->
          expected.isEmpty()
              ? "chain " + chain + whose + " is missing from table " + table
              : "a rule" + whose + " is missing" + where + ": " + expected;
        case SURPLUS ->
          actual.isEmpty()
              ? "chain " + chain + whose + " is left over in table " + table
              : "a rule" + whose + " is left over" + where + ": " + actual;
        case CHANGED ->
          "a rule" + whose + " is out of date" + where + ": it is " + actual + " and should be "
              + expected;
        case REORDERED -> "the rules" + whose + " are in another order" + where;
      };
    }
  }

  private static final Pattern SERVICE =
      Pattern.compile("([a-z0-9](?:[-a-z0-9]*)/[a-z0-9](?:[-a-z0-9]*)(?::[a-z0-9][-a-z0-9]*)?)");

  /**
   * Compares two rule sets.
   *
   * @param expected the rules that the node should have
   * @param actual the rules that it has, such as a parsed dump
   * @return the differences; counters do not count
   */
  public static Drift between(RuleSet expected, RuleSet actual) {
    List<Finding> findings = new ArrayList<>();
    for (Table table : expected.tables()) {
      compare(
          table, actual.table(table.name()).orElseGet(() -> Table.fresh(table.name())), findings);
    }
    return new Drift(findings);
  }

  /**
   * Whether nothing differs.
   *
   * @return true if there is no finding
   */
  public boolean isNone() {
    return findings.isEmpty();
  }

  private static void compare(Table expected, Table actual, List<Finding> findings) {
    Map<String, String> services = new TreeMap<>();
    nameServices(actual, services);
    nameServices(expected, services);
    for (Chain chain : expected.chains()) {
      @Nullable Chain other = actual.find(chain.name());
      if (other == null) {
        String service = services.getOrDefault(chain.name(), "");
        findings.add(new Finding(Kind.MISSING, expected.name(), chain.name(), service, "", ""));
      } else {
        new ChainComparison(expected.name(), chain, other, services).addTo(findings);
      }
    }
    for (Chain chain : actual.chains()) {
      if (expected.find(chain.name()) == null && isKubeProxys(chain.name())) {
        String service = services.getOrDefault(chain.name(), "");
        findings.add(new Finding(Kind.SURPLUS, expected.name(), chain.name(), service, "", ""));
      }
    }
  }

  private static boolean isKubeProxys(String chain) {
    return chain.startsWith("KUBE-SVC-")
        || chain.startsWith("KUBE-SVL-")
        || chain.startsWith("KUBE-SEP-")
        || chain.startsWith("KUBE-FW-")
        || chain.startsWith("KUBE-EXT-");
  }

  /** Finds the Service of each chain: from comments in it, or of rules that jump to it. */
  private static void nameServices(Table table, Map<String, String> services) {
    for (Chain chain : table.chains()) {
      for (Rule rule : chain.rules()) {
        Optional<String> service = serviceOf(rule);
        if (service.isPresent()) {
          if (isKubeProxys(chain.name())) {
            services.put(chain.name(), service.get());
          }
          @Nullable String jump = TableEditor.jumpOf(rule);
          if (jump != null && isKubeProxys(jump)) {
            services.put(jump, service.get());
          }
        }
      }
    }
    // In large clusters, chains of endpoints say nothing: the chain that leads there does.
    for (Chain chain : table.chains()) {
      @Nullable String service = services.get(chain.name());
      for (Rule rule : chain.rules()) {
        @Nullable String jump = TableEditor.jumpOf(rule);
        if (service != null && jump != null && isKubeProxys(jump)) {
          services.putIfAbsent(jump, service);
        }
      }
    }
  }

  private static Optional<String> serviceOf(Rule rule) {
    for (Match match : rule.matches()) {
      if (match instanceof Match.Comment comment) {
        Matcher found = SERVICE.matcher(comment.text());
        if (found.find()) {
          return Optional.of(found.group(1));
        }
      }
    }
    return Optional.empty();
  }

  /** Pairs the rules of two chains of one name. */
  private static final class ChainComparison {
    private final TableName table;
    private final Chain expected;
    private final Chain actual;
    private final Map<String, String> services;

    ChainComparison(TableName table, Chain expected, Chain actual, Map<String, String> services) {
      this.table = table;
      this.expected = expected;
      this.actual = actual;
      this.services = services;
    }

    void addTo(List<Finding> findings) {
      Map<String, Integer> surplus = new LinkedHashMap<>();
      actual.rules().forEach(rule -> surplus.merge(rule.text(actual.name()), 1, Integer::sum));
      List<Rule> missing = new ArrayList<>();
      for (Rule rule : expected.rules()) {
        String text = rule.text(expected.name());
        int left = surplus.getOrDefault(text, 0);
        if (left == 0) {
          missing.add(rule);
        } else {
          surplus.put(text, left - 1);
        }
      }
      List<Rule> extra = new ArrayList<>();
      for (Rule rule : actual.rules()) {
        String text = rule.text(actual.name());
        int left = surplus.getOrDefault(text, 0);
        if (left > 0 && isOurs(rule)) {
          extra.add(rule);
          surplus.put(text, left - 1);
        }
      }
      if (missing.isEmpty() && extra.isEmpty()) {
        addReordered(findings);
        return;
      }
      for (Rule rule : missing) {
        @Nullable Rule partner = partnerOf(rule, extra);
        if (partner != null) {
          extra.remove(partner);
          findings.add(finding(Kind.CHANGED, rule, rule.text(expected.name()), text(partner)));
        } else {
          findings.add(finding(Kind.MISSING, rule, rule.text(expected.name()), ""));
        }
      }
      extra.forEach(rule -> findings.add(finding(Kind.SURPLUS, rule, "", text(rule))));
    }

    private String text(Rule rule) {
      return rule.text(actual.name());
    }

    /** In built-in chains only jumps to kube-proxy's chains are kube-proxy's. */
    private boolean isOurs(Rule rule) {
      @Nullable String jump = TableEditor.jumpOf(rule);
      return !actual.isBuiltIn() || (jump != null && jump.startsWith("KUBE-"));
    }

    private void addReordered(List<Finding> findings) {
      List<String> wanted = expected.rules().stream().map(Rule::toString).toList();
      List<String> found =
          actual.rules().stream().map(Rule::toString).filter(wanted::contains).toList();
      if (!wanted.equals(found)) {
        String service = services.getOrDefault(expected.name(), "");
        findings.add(new Finding(Kind.REORDERED, table, expected.name(), service, "", ""));
      }
    }

    /** The rule that stands for the same thing: of the same comment, or with the same target. */
    private static @Nullable Rule partnerOf(Rule rule, List<Rule> candidates) {
      for (Rule candidate : candidates) {
        boolean sameComment = comments(rule).equals(comments(candidate));
        boolean sameTarget = rule.target().equals(candidate.target());
        boolean sameKind = rule.target().getClass() == candidate.target().getClass();
        if ((sameComment && sameKind && !comments(rule).isEmpty()) || (sameComment && sameTarget)) {
          return candidate;
        }
      }
      return null;
    }

    private static List<Match> comments(Rule rule) {
      return rule.matches().stream().filter(Match.Comment.class::isInstance).toList();
    }

    private Finding finding(Kind kind, Rule rule, String wanted, String found) {
      String service = serviceOf(rule)
          .orElseGet(() -> services.getOrDefault(
              expected.name(),
              services.getOrDefault(String.valueOf(TableEditor.jumpOf(rule)), "")));
      return new Finding(kind, table, expected.name(), service, wanted, found);
    }
  }
}
