package dev.hairpin.lb;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.Plan.Action;
import dev.hairpin.lb.Plan.Item;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.Listener;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Rule;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.model.Reconciliation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares the account's books before and after a change. */
final class PlanBuilder {
  private final Aws before;
  private final Aws after;
  private final ClusterState stateBefore;
  private final ClusterState stateAfter;
  private final List<Item> items = new ArrayList<>();

  PlanBuilder(Aws before, Aws after, ClusterState stateBefore, ClusterState stateAfter) {
    this.before = before;
    this.after = after;
    this.stateBefore = stateBefore;
    this.stateAfter = stateAfter;
  }

  Plan build(List<Reconciliation> results) {
    loadBalancers();
    targetGroups();
    securityGroups();
    List<String> failures = new ArrayList<>();
    for (Reconciliation result : results) {
      if (result.error() != null) {
        failures.add(result.kind() + " " + result.id() + ": " + result.error());
      }
    }
    return new Plan(items, failures);
  }

  // Load balancers

  private static String kind(LoadBalancer lb) {
    return lb.network() ? "NLB" : "ALB";
  }

  /** The Service or group that a resource was made for. */
  private static String stackOf(Map<String, String> tags) {
    String service = tags.get("service.k8s.aws/stack");
    String group = tags.get("ingress.k8s.aws/stack");
    return service != null ? "Service " + service : "IngressGroup " + group;
  }

  private void loadBalancers() {
    Map<String, LoadBalancer> old = byArn(before.elbv2().loadBalancers(), LoadBalancer::arn);
    Map<String, LoadBalancer> now = byArn(after.elbv2().loadBalancers(), LoadBalancer::arn);
    Set<String> explained = new TreeSet<>();
    old.forEach((arn, lb) -> {
      LoadBalancer successor = now.containsKey(arn) ? null : successor(lb, old, now);
      if (successor != null) {
        explained.add(arn);
        explained.add(successor.arn());
        items.add(replacement(lb, successor));
      }
    });
    now.forEach((arn, lb) -> {
      if (!old.containsKey(arn) && explained.add(arn)) {
        items.add(new Item(
            Action.CREATE,
            kind(lb),
            lb.name(),
            stackOf(lb.tags()) + " wants it",
            listeners(after, lb),
            lb.dnsName() + " resolves once the load balancer is active, after about 3 minutes"));
      }
    });
    old.forEach((arn, lb) -> {
      LoadBalancer same = now.get(arn);
      if (same != null) {
        changes(lb, same);
      } else if (explained.add(arn)) {
        items.add(new Item(
            Action.DELETE,
            kind(lb),
            lb.name(),
            stackOf(lb.tags()) + " no longer wants it",
            List.of(),
            lb.dnsName() + " no longer resolves"));
      }
    });
  }

  private static <T> Map<String, T> byArn(
      java.util.Collection<T> resources, Function<T, String> arnOf) {
    Map<String, T> result = new TreeMap<>();
    resources.forEach(r -> result.put(arnOf.apply(r), r));
    return result;
  }

  /** The new load balancer that the users of an old one are led to. */
  private @Nullable LoadBalancer successor(
      LoadBalancer lb, Map<String, LoadBalancer> old, Map<String, LoadBalancer> now) {
    for (LoadBalancer candidate : now.values()) {
      boolean isNew = !old.containsKey(candidate.arn());
      if (isNew && candidate.network() == lb.network()) {
        boolean sameStack = stackOf(candidate.tags()).equals(stackOf(lb.tags()));
        if (sameStack || !moved(lb, candidate).isEmpty()) {
          return candidate;
        }
      }
    }
    return null;
  }

  /** The Ingresses that were reached by one load balancer and will be by another. */
  private List<String> moved(LoadBalancer from, LoadBalancer to) {
    List<String> keys = new ArrayList<>();
    for (Ingress ingress : stateBefore.list(Ingress.class)) {
      Optional<Ingress> later = stateAfter.get(
          Ingress.class, ingress.metadata().namespace(), ingress.metadata().name());
      if (leadsTo(ingress.loadBalancer(), from)
          && later.isPresent()
          && leadsTo(later.get().loadBalancer(), to)) {
        keys.add(ingress.key().namespacedName());
      }
    }
    return keys;
  }

  private static boolean leadsTo(List<LoadBalancerIngress> status, LoadBalancer lb) {
    return status.stream().anyMatch(i -> i.hostname().equals(lb.dnsName()));
  }

  private Item replacement(LoadBalancer old, LoadBalancer now) {
    List<String> reasons = new ArrayList<>();
    if (!old.scheme().equals(now.scheme())) {
      reasons.add("the scheme changes from " + old.scheme() + " to " + now.scheme()
          + ", and a load balancer keeps its scheme for life");
    }
    List<String> ingresses = moved(old, now);
    if (!stackOf(old.tags()).equals(stackOf(now.tags()))) {
      reasons.add("Ingress "
          + String.join(", ", ingresses)
          + " moves from "
          + stackOf(old.tags())
          + " to "
          + stackOf(now.tags())
          + ", and each group has a load balancer of its own");
    }
    List<String> details = new ArrayList<>();
    listeners(before, old).forEach(l -> details.add("- " + l));
    listeners(after, now).forEach(l -> details.add("+ " + l));
    return new Item(
        Action.REPLACE,
        kind(old),
        old.name() + " -> " + now.name(),
        String.join("; ", reasons),
        details,
        old.dnsName()
            + " no longer resolves; its place takes "
            + now.dnsName()
            + ", which resolves after about 3 minutes and has targets without health until then."
            + " The two are independent work items: nothing makes the new one before the old one"
            + " breaks");
  }

  private static List<String> listeners(Aws aws, LoadBalancer lb) {
    List<String> lines = new ArrayList<>();
    for (Listener listener : aws.elbv2().listeners(lb.arn())) {
      int rules = aws.elbv2().rules(listener.arn()).size();
      lines.add("listener "
          + listener.protocol()
          + ":"
          + listener.port()
          + (lb.network() ? "" : ", " + rules + (rules == 1 ? " rule" : " rules")));
    }
    return lines;
  }

  private void changes(LoadBalancer old, LoadBalancer now) {
    List<String> details = new ArrayList<>();
    differ(details, "ip address type", old.ipAddressType(), now.ipAddressType());
    differ(details, "security groups", old.securityGroups(), now.securityGroups());
    differ(
        details,
        "subnets",
        old.zones().stream().map(LoadBalancer.Zone::subnetId).toList(),
        now.zones().stream().map(LoadBalancer.Zone::subnetId).toList());
    differ(details, old.attributes(), now.attributes());
    differ(details, old.tags(), now.tags());
    listenerChanges(old, details);
    if (!details.isEmpty()) {
      items.add(new Item(
          Action.UPDATE, kind(old), old.name(), stackOf(old.tags()) + " differs", details, ""));
    }
  }

  private void listenerChanges(LoadBalancer lb, List<String> details) {
    Set<Integer> ports = new TreeSet<>();
    before.elbv2().listeners(lb.arn()).forEach(l -> ports.add(l.port()));
    after.elbv2().listeners(lb.arn()).forEach(l -> ports.add(l.port()));
    for (int port : ports) {
      Listener old = before.elbv2().listener(lb.arn(), port).orElse(null);
      Listener now = after.elbv2().listener(lb.arn(), port).orElse(null);
      if (now == null && old != null) {
        details.add("- listener " + old.protocol() + ":" + port);
      } else if (old == null && now != null) {
        details.add("+ listener " + now.protocol() + ":" + port);
      } else if (old != null && now != null) {
        if (!old.equals(now)) {
          details.add("~ listener " + now.protocol() + ":" + port);
        }
        ruleChanges(old, now, details);
      }
    }
  }

  private void ruleChanges(Listener old, Listener now, List<String> details) {
    Map<Integer, Rule> rulesBefore = new TreeMap<>();
    Map<Integer, Rule> rulesAfter = new TreeMap<>();
    before.elbv2().rules(old.arn()).forEach(r -> rulesBefore.put(r.priority(), r));
    after.elbv2().rules(now.arn()).forEach(r -> rulesAfter.put(r.priority(), r));
    eachKey(
        rulesBefore,
        rulesAfter,
        (priority, sign) -> details.add(sign
            + " rule "
            + now.port()
            + ":"
            + priority
            + (rulesAfter.containsKey(priority)
                ? " " + rulesAfter.get(priority).conditions()
                : "")));
  }

  private static <K extends Comparable<K>, V> void eachKey(
      Map<K, V> old, Map<K, V> now, BiConsumer<K, String> tell) {
    Set<K> keys = new TreeSet<>(old.keySet());
    keys.addAll(now.keySet());
    for (K key : keys) {
      V a = old.get(key);
      V b = now.get(key);
      if (!Objects.equals(a, b)) {
        tell.accept(key, a == null ? "+" : b == null ? "-" : "~");
      }
    }
  }

  private static void differ(List<String> details, String what, Object old, Object now) {
    if (!old.equals(now)) {
      details.add("~ " + what + ": " + old + " -> " + now);
    }
  }

  private static void differ(
      List<String> details, Map<String, String> old, Map<String, String> now) {
    eachKey(
        old,
        now,
        (key, sign) -> details.add(sign
            + " "
            + key
            + ": "
            + (sign.equals("~") ? old.get(key) + " -> " : "")
            + (now.containsKey(key) ? now.get(key) : old.get(key))));
  }

  // Target groups

  private void targetGroups() {
    Map<String, TargetGroup> old = byArn(before.elbv2().targetGroups(), TargetGroup::arn);
    Map<String, TargetGroup> now = byArn(after.elbv2().targetGroups(), TargetGroup::arn);
    Set<String> arns = new LinkedHashSet<>(now.keySet());
    arns.addAll(old.keySet());
    for (String arn : arns) {
      TargetGroup a = old.get(arn);
      TargetGroup b = now.get(arn);
      if (a == null && b != null) {
        items.add(targetGroup(Action.CREATE, b, targets(after, arn) + " to be registered"));
      } else if (a != null && b == null) {
        items.add(targetGroup(Action.DELETE, a, targets(before, arn) + " to be deregistered"));
      } else if (a != null && b != null) {
        List<String> details = new ArrayList<>();
        if (!Objects.equals(a.healthCheck(), b.healthCheck())) {
          details.add("~ health check");
        }
        differ(details, a.attributes(), b.attributes());
        differ(details, a.tags(), b.tags());
        Map<String, Target> targetsBefore = new TreeMap<>();
        Map<String, Target> targetsAfter = new TreeMap<>();
        before.elbv2().targets(arn).forEach(t -> targetsBefore.put(t.toString(), t));
        after.elbv2().targets(arn).forEach(t -> targetsAfter.put(t.toString(), t));
        eachKey(
            targetsBefore, targetsAfter, (target, sign) -> details.add(sign + " target " + target));
        if (!details.isEmpty()) {
          items.add(new Item(Action.UPDATE, "target group", a.name(), "", details, ""));
        }
      }
    }
  }

  private static Item targetGroup(Action action, TargetGroup group, String targets) {
    return new Item(
        action,
        "target group",
        group.name(),
        "",
        List.of(group.targetType() + " " + group.protocol() + ", " + targets),
        "");
  }

  private static String targets(Aws aws, String arn) {
    int count = aws.elbv2().targets(arn).size();
    return count == 1 ? "1 target" : count + " targets";
  }

  // Security groups

  private void securityGroups() {
    Map<String, SecurityGroup> old = byArn(before.ec2().securityGroups(), SecurityGroup::id);
    Map<String, SecurityGroup> now = byArn(after.ec2().securityGroups(), SecurityGroup::id);
    eachKey(old, now, (id, sign) -> {
      SecurityGroup a = old.get(id);
      SecurityGroup b = now.get(id);
      List<String> details = new ArrayList<>();
      if (a != null && b != null) {
        Map<String, IpPermission> rulesBefore = new TreeMap<>();
        Map<String, IpPermission> rulesAfter = new TreeMap<>();
        a.ingress().forEach(p -> rulesBefore.put(p.toString(), p));
        b.ingress().forEach(p -> rulesAfter.put(p.toString(), p));
        eachKey(
            rulesBefore,
            rulesAfter,
            (rule, s) -> details.add(s + " "
                + text(Objects.requireNonNullElseGet(
                    rulesAfter.get(rule), () -> rulesBefore.get(rule)))));
      }
      SecurityGroup named = b != null ? b : Objects.requireNonNull(a, "one of the two is there");
      items.add(new Item(
          a == null ? Action.CREATE : b == null ? Action.DELETE : Action.UPDATE,
          "security group",
          named.name(),
          "",
          details,
          ""));
    });
  }

  private static String text(IpPermission p) {
    return p.protocol()
        + " "
        + (p.fromPort() == p.toPort() ? p.fromPort() : p.fromPort() + "-" + p.toPort())
        + " from "
        + p.source();
  }
}
