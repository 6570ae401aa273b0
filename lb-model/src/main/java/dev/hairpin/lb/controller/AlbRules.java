package dev.hairpin.lb.controller;

import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.lb.controller.IngressGroups.Member;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.RuleCondition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a listener from the rules of Ingresses: their order, conditions, and which of them
 * are left out.
 *
 * <p>Source: {@code model_build_listener_rules.go} and {@code rule_optimizer.go} of
 * {@code pkg/ingress}, v2.8.2.
 */
final class AlbRules {
  private final IngressBackends backends;
  private final AlbActions actions;
  private final IngressTags tags;

  AlbRules(IngressBackends backends, AlbActions actions, IngressTags tags) {
    this.backends = backends;
    this.actions = actions;
    this.tags = tags;
  }

  /** A rule without its place. */
  record Rule(List<RuleCondition> conditions, List<Action> actions, Map<String, String> tags) {}

  /** The rules of a port in the order of their priorities, which begin with 1. */
  List<Rule> of(ListenPorts.Port port) {
    List<Rule> rules = new ArrayList<>();
    for (Member member : port.members()) {
      for (IngressRule rule : member.ingress().rules()) {
        for (IngressPath path : sorted(rule.paths())) {
          try {
            rules.add(of(member, rule.host(), path, port.config().protocol()));
          } catch (ReconcileException e) {
            throw new ReconcileException("ingress: " + member.key() + ": " + e.getMessage());
          }
        }
      }
    }
    rules.removeIf(r -> redirectsToItself(r, port.port(), port.config().protocol()));
    return withoutCovered(rules);
  }

  /** Exact paths, then prefixes from long to short, then the others; never across rules. */
  private static List<IngressPath> sorted(List<IngressPath> paths) {
    List<IngressPath> result = new ArrayList<>();
    paths.stream().filter(p -> p.pathType().equals("Exact")).forEach(result::add);
    paths.stream()
        .filter(p -> p.pathType().equals("Prefix"))
        .sorted(Comparator.comparingInt((IngressPath p) -> -p.path().length()))
        .forEach(result::add);
    paths.stream()
        .filter(p -> !p.pathType().equals("Exact") && !p.pathType().equals("Prefix"))
        .forEach(result::add);
    return result;
  }

  private Rule of(Member member, String host, IngressPath path, String protocol) {
    IngressBackends.Backend backend = backends.build(member, path.backend());
    List<RuleCondition> conditions = conditions(host, path, backend.conditions());
    return new Rule(conditions, actions.of(member, backend, protocol), tags.ofMember(member));
  }

  private static List<RuleCondition> conditions(
      String host, IngressPath path, List<RuleCondition> fromAnnotation) {
    List<String> hosts = new ArrayList<>();
    if (!host.isEmpty()) {
      hosts.add(host);
    }
    List<String> paths = new ArrayList<>(patterns(path));
    List<RuleCondition> conditions = new ArrayList<>();
    for (RuleCondition condition : fromAnnotation) {
      if (condition instanceof RuleCondition.HostHeader more) {
        hosts.addAll(more.values());
      } else if (condition instanceof RuleCondition.PathPattern more) {
        paths.addAll(more.values());
      } else {
        conditions.add(condition);
      }
    }
    if (!hosts.isEmpty()) {
      conditions.add(new RuleCondition.HostHeader(hosts));
    }
    if (!paths.isEmpty()) {
      conditions.add(new RuleCondition.PathPattern(paths));
    }
    if (conditions.isEmpty()) {
      conditions.add(new RuleCondition.PathPattern(List.of("/*")));
    }
    return conditions;
  }

  private static List<String> patterns(IngressPath ingressPath) {
    String path = ingressPath.path();
    boolean wild = path.indexOf('*') >= 0 || path.indexOf('?') >= 0;
    if (path.isEmpty()) {
      return List.of();
    }
    switch (ingressPath.pathType()) {
      case "Exact" -> {
        if (wild) {
          throw new ReconcileException("exact path shouldn't contain wildcards: " + path);
        }
        return List.of(path);
      }
      case "Prefix" -> {
        if (path.equals("/")) {
          return List.of("/*");
        }
        if (wild) {
          throw new ReconcileException("prefix path shouldn't contain wildcards: " + path);
        }
        String prefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return List.of(prefix, prefix + "/*");
      }
      default -> {
        return List.of(path);
      }
    }
  }

  /** A redirect that leads to where the request already is would go round for ever. */
  private static boolean redirectsToItself(Rule rule, int port, String protocol) {
    Action.Redirect redirect = redirectOf(rule);
    if (redirect == null) {
      return false;
    }
    return isNeutral(redirect.host(), "#{host}", hosts(rule))
        && isNeutral(redirect.path(), "/#{path}", paths(rule))
        && isNeutral(redirect.port(), "#{port}", Set.of(Integer.toString(port)))
        && isNeutral(redirect.protocol(), "#{protocol}", Set.of(protocol))
        && isNeutral(redirect.query(), "#{query}", Set.of());
  }

  private static boolean isNeutral(
      @Nullable String value, String placeholder, Set<String> ownValues) {
    return value == null || value.equals(placeholder) || ownValues.contains(value);
  }

  /** No request reaches a rule whose conditions an earlier redirect covers. */
  private static List<Rule> withoutCovered(List<Rule> rules) {
    List<Rule> kept = new ArrayList<>();
    List<Rule> redirects = new ArrayList<>();
    for (Rule rule : rules) {
      if (redirects.stream().anyMatch(earlier -> covers(earlier, rule))) {
        continue;
      }
      kept.add(rule);
      if (redirectOf(rule) != null) {
        redirects.add(rule);
      }
    }
    return kept;
  }

  private static boolean covers(Rule earlier, Rule later) {
    if (!earlier.conditions.stream()
        .allMatch(
            c -> c instanceof RuleCondition.HostHeader || c instanceof RuleCondition.PathPattern)) {
      return false;
    }
    Set<String> hosts = hosts(earlier);
    Set<String> paths = paths(earlier);
    Set<String> laterHosts = hosts(later);
    Set<String> laterPaths = paths(later);
    boolean hostsCovered =
        hosts.isEmpty() || (!laterHosts.isEmpty() && hosts.containsAll(laterHosts));
    boolean pathsCovered = paths.isEmpty()
        || paths.contains("/*")
        || (!laterPaths.isEmpty() && paths.containsAll(laterPaths));
    return hostsCovered && pathsCovered;
  }

  private static Action.@Nullable Redirect redirectOf(Rule rule) {
    for (Action action : rule.actions) {
      if (action instanceof Action.Redirect redirect) {
        return redirect;
      }
    }
    return null;
  }

  private static Set<String> hosts(Rule rule) {
    Set<String> values = new HashSet<>();
    for (RuleCondition condition : rule.conditions) {
      if (condition instanceof RuleCondition.HostHeader host) {
        values.addAll(host.values());
      }
    }
    return values;
  }

  private static Set<String> paths(Rule rule) {
    Set<String> values = new HashSet<>();
    for (RuleCondition condition : rule.conditions) {
      if (condition instanceof RuleCondition.PathPattern path) {
        values.addAll(path.values());
      }
    }
    return values;
  }
}
