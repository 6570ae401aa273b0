package dev.hairpin.lb.controller;

import dev.hairpin.api.ObjectMeta;
import dev.hairpin.lb.aws.Ec2;
import dev.hairpin.lb.aws.Elbv2;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.Listener;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Protection;
import dev.hairpin.lb.aws.Rule;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.deploy.ElbMirror;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.model.StackResource.Binding;
import dev.hairpin.lb.model.StackResource.NetworkingPort;
import dev.hairpin.lb.model.StackResource.NetworkingRule;
import dev.hairpin.lb.model.StackResource.Peer;
import dev.hairpin.lb.model.Token;
import dev.hairpin.lb.options.FeatureGate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes AWS and the cluster's bindings what a stack says, with as few changes as may be.
 *
 * <p>Existing resources are found by their tags. First what the stack wants is made in the order of
 * dependence; then what it no longer wants is taken down in the reverse order. A load balancer that
 * must be replaced is deleted before its successor is made. Source: {@code pkg/deploy} of v2.8.2.
 */
final class StackDeployer {
  private static final String SHIELD_NAME = "managed by aws-load-balancer-controller";
  private static final Set<String> NLB_PROTOCOLS = Set.of("TCP", "UDP", "TCP_UDP", "TLS");

  private final Environment env;
  private final Ec2 ec2;
  private final Elbv2 elbv2;
  private final Protection protection;
  private final Bindings bindings;
  private final TargetBinder binder;
  private final @Nullable ElbMirror mirror;

  StackDeployer(
      Environment env, Bindings bindings, TargetBinder binder, @Nullable ElbMirror mirror) {
    this.mirror = mirror;
    this.env = env;
    this.ec2 = env.ec2();
    this.elbv2 = env.elbv2();
    this.protection = env.aws().protection();
    this.bindings = bindings;
    this.binder = binder;
  }

  /** Deploys a stack and returns its load balancer; null if it has none. */
  @Nullable
  LoadBalancer deploy(Stack stack) {
    env.requireRights();
    return new Run(stack).run();
  }

  /** The labels of bindings that belong to a stack. */
  private Map<String, String> bindingLabels(Stack stack) {
    String id = stack.id();
    int slash = id.indexOf('/');
    String prefix =
        stack.kind() == Stack.Kind.SERVICE ? "service.k8s.aws/stack" : "ingress.k8s.aws/stack";
    Map<String, String> labels = new TreeMap<>();
    if (slash < 0) {
      labels.put(prefix, id);
    } else {
      labels.put(prefix + "-namespace", id.substring(0, slash));
      labels.put(prefix + "-name", id.substring(slash + 1));
    }
    return labels;
  }

  /** One deployment: what the references of the stack have turned out to be. */
  private final class Run {
    private final Stack stack;
    private final Map<String, String> stackTags;
    private final Map<Token.Reference, String> resolved = new HashMap<>();
    private final List<SecurityGroup> oldSecurityGroups = new ArrayList<>();
    private final List<TargetGroup> oldTargetGroups = new ArrayList<>();

    Run(Stack stack) {
      this.stack = stack;
      this.stackTags = env.stackTags(stack.kind(), stack.id());
    }

    @Nullable
    LoadBalancer run() {
      securityGroups();
      targetGroups();
      LoadBalancer lb = loadBalancer();
      if (lb != null) {
        listeners(lb);
        addOns(lb);
      }
      if (mirror != null) {
        mirror.apply(stackTags);
      }
      targetGroupBindings();
      oldTargetGroups.forEach(g -> elbv2.deleteTargetGroup(g.arn()));
      if (mirror != null) {
        mirror.retire(stackTags);
      }
      oldSecurityGroups.forEach(g -> ec2.deleteSecurityGroup(g.id()));
      return lb;
    }

    private String resolve(Token token) {
      return token.resolve(reference -> {
        String value = resolved.get(reference);
        if (value == null) {
          throw new IllegalStateException(reference + " is not deployed yet");
        }
        return value;
      });
    }

    private Map<String, String> tags(StackResource resource, Map<String, String> userTags) {
      return env.resourceTags(stack, resource.id(), userTags);
    }

    private @Nullable String resourceId(Map<String, String> tags) {
      return tags.get(Environment.resourceTagKey(stack.kind()));
    }

    private void securityGroups() {
      List<SecurityGroup> existing = ec2.securityGroupsTagged(stackTags);
      Set<String> kept = new HashSet<>();
      for (StackResource.SecurityGroup wanted : stack.all(StackResource.SecurityGroup.class)) {
        Map<String, String> tags = tags(wanted, wanted.tags());
        String id = null;
        for (SecurityGroup group : existing) {
          if (wanted.id().equals(resourceId(group.tags()))
              && group.name().equals(wanted.groupName())
              && group.description().equals(wanted.description())) {
            id = group.id();
            if (!group.tags().equals(tags)) {
              ec2.setSecurityGroupTags(id, tags);
            }
          }
        }
        if (id == null) {
          id = ec2.createSecurityGroup(wanted.groupName(), wanted.description(), tags);
        }
        ec2.setIngress(
            id,
            wanted.ingress().stream()
                .map(p -> new IpPermission(p.protocol(), p.port(), p.port(), p.source(), ""))
                .toList());
        kept.add(id);
        resolved.put(new Token.Reference(wanted.type(), wanted.id(), "groupID"), id);
      }
      existing.stream().filter(g -> !kept.contains(g.id())).forEach(oldSecurityGroups::add);
    }

    private void targetGroups() {
      List<TargetGroup> existing = elbv2.targetGroupsTagged(stackTags);
      Set<String> kept = new HashSet<>();
      for (StackResource.TargetGroup wanted : stack.all(StackResource.TargetGroup.class)) {
        Map<String, String> tags = tags(wanted, wanted.tags());
        TargetGroup group = existing.stream()
            .filter(g -> wanted.id().equals(resourceId(g.tags())) && canStay(g, wanted))
            .findFirst()
            .orElse(null);
        RequestChecks.targetGroup(wanted, group == null);
        if (group == null) {
          group = elbv2.createTargetGroup(wanted, tags);
        } else {
          elbv2.modifyTargetGroup(group, wanted.healthCheck(), wanted.attributes(), tags);
        }
        kept.add(group.arn());
        resolved.put((Token.Reference) wanted.arn(), group.arn());
      }
      existing.stream().filter(g -> !kept.contains(g.arn())).forEach(oldTargetGroups::add);
    }

    /** Only these three cannot be changed in place; the name is not compared. */
    private boolean canStay(TargetGroup group, StackResource.TargetGroup wanted) {
      return group.targetType().equals(wanted.targetType())
          && group.protocol().equals(wanted.protocol())
          && (wanted.protocolVersion() == null
              || wanted.protocolVersion().equals(group.protocolVersion()))
          && (env.enabled(FeatureGate.NLB_HEALTH_CHECK_ADVANCED_CONFIG)
              || !NLB_PROTOCOLS.contains(wanted.protocol())
              || checksAlike(group.healthCheck(), wanted.healthCheck()));
    }

    /** What of an NLB's health checks could not be changed in place before 2023. */
    private static boolean checksAlike(@Nullable HealthCheck now, HealthCheck wanted) {
      return now != null
          && now.protocol().equals(wanted.protocol())
          && (wanted.httpCode() == null || wanted.httpCode().equals(now.httpCode()))
          && now.intervalSeconds() == wanted.intervalSeconds()
          && now.timeoutSeconds() == wanted.timeoutSeconds();
    }

    private @Nullable LoadBalancer loadBalancer() {
      StackResource.LoadBalancer wanted = stack.loadBalancer().orElse(null);
      LoadBalancer kept = null;
      for (LoadBalancer lb : elbv2.loadBalancersTagged(stackTags)) {
        if (wanted != null
            && kept == null
            && wanted.id().equals(resourceId(lb.tags()))
            && lb.network() == wanted.network()
            && lb.scheme().equals(wanted.scheme())) {
          kept = lb;
        } else {
          elbv2.deleteLoadBalancer(lb.arn());
        }
      }
      if (wanted == null) {
        return null;
      }
      List<String> groups = wanted.securityGroups().stream().map(this::resolve).toList();
      Map<String, String> tags = tags(wanted, wanted.tags());
      if (kept == null) {
        kept =
            elbv2.createLoadBalancer(wanted, groups, tags, env.state().clock().now());
      }
      LoadBalancer lb = elbv2.modifyLoadBalancer(kept, wanted, groups, wanted.attributes(), tags);
      resolved.put(new Token.Reference(wanted.type(), wanted.id(), "loadBalancerARN"), lb.arn());
      return lb;
    }

    private void listeners(LoadBalancer lb) {
      Map<Integer, StackResource.Listener> wanted = new TreeMap<>();
      for (StackResource.Listener listener : stack.all(StackResource.Listener.class)) {
        wanted.put(listener.port(), listener);
      }
      for (Listener listener : elbv2.listeners(lb.arn())) {
        if (!wanted.containsKey(listener.port())) {
          elbv2.deleteListener(listener);
        }
      }
      Map<String, List<StackResource.ListenerRule>> rules = new HashMap<>();
      for (StackResource.ListenerRule rule : stack.all(StackResource.ListenerRule.class)) {
        rules
            .computeIfAbsent(((Token.Reference) rule.listener()).id(), i -> new ArrayList<>())
            .add(rule);
      }
      for (StackResource.Listener listener : wanted.values()) {
        List<Action> actions = resolved(listener.defaultActions());
        RequestChecks.actions("CreateListenerInput", "DefaultActions", actions);
        Listener deployed = elbv2.putListener(
            lb.arn(),
            listener.port(),
            listener.protocol(),
            listener.certificates(),
            listener.sslPolicy(),
            listener.alpnPolicy(),
            listener.mutualAuthentication(),
            actions,
            tags(listener, listener.tags()));
        rules(deployed, rules.getOrDefault(listener.id(), List.of()));
      }
    }

    private List<Action> resolved(List<Action> actions) {
      return actions.stream()
          .map(a -> a.withGroups(token -> Token.of(resolve(token))))
          .toList();
    }

    /** Rules are matched by priority and changed in place. */
    private void rules(Listener listener, List<StackResource.ListenerRule> wanted) {
      Set<Integer> priorities = new HashSet<>();
      wanted.forEach(r -> priorities.add(r.priority()));
      for (Rule rule : elbv2.rules(listener.arn())) {
        if (!priorities.contains(rule.priority())) {
          elbv2.deleteRule(rule);
        }
      }
      for (StackResource.ListenerRule rule : wanted) {
        List<Action> actions = resolved(rule.actions());
        RequestChecks.actions("CreateRuleInput", "Actions", actions);
        elbv2.putRule(
            listener.arn(),
            rule.priority(),
            rule.conditions(),
            actions,
            env.enabled(FeatureGate.LISTENER_RULES_TAGGING) ? tags(rule, rule.tags()) : Map.of());
      }
    }

    private void targetGroupBindings() {
      Map<String, String> labels = bindingLabels(stack);
      List<Bindings.Bound> existing = existingBindings(labels);
      Map<String, ObjectMeta> names = new HashMap<>();
      existing.forEach(b -> names.putIfAbsent(b.targetGroupArn(), b.object().metadata()));
      Set<String> wantedArns = new HashSet<>();
      for (StackResource.TargetGroupBindingResource wanted :
          stack.all(StackResource.TargetGroupBindingResource.class)) {
        Binding binding = resolved(wanted.binding());
        String arn = resolve(binding.targetGroup());
        wantedArns.add(arn);
        ObjectMeta name = names.get(arn);
        StackResource.TargetGroupBindingResource named = name == null
            ? wanted
            : new StackResource.TargetGroupBindingResource(
                wanted.id(), name.namespace(), name.name(), binding);
        bindings.put(named, binding, labels);
      }
      for (Bindings.Bound bound : existing) {
        if (!wantedArns.contains(bound.targetGroupArn())) {
          binder.delete(bound);
        }
      }
    }

    private List<Bindings.Bound> existingBindings(Map<String, String> labels) {
      List<Bindings.Bound> found = new ArrayList<>();
      Set<String> arns = new HashSet<>();
      oldTargetGroups.forEach(g -> arns.add(g.arn()));
      resolved.forEach((reference, value) -> {
        if (reference.type().equals(StackResource.TARGET_GROUP)) {
          arns.add(value);
        }
      });
      for (String arn : new java.util.TreeSet<>(arns)) {
        bindings.ofTargetGroup(arn).stream()
            .filter(b -> b.object().metadata().labels().entrySet().containsAll(labels.entrySet()))
            .forEach(found::add);
      }
      return found;
    }

    private Binding resolved(Binding binding) {
      List<NetworkingRule> networking = binding.networking();
      List<NetworkingRule> rules = null;
      if (networking != null) {
        rules = new ArrayList<>();
        for (NetworkingRule rule : networking) {
          List<Peer> from = new ArrayList<>();
          for (Peer peer : rule.from()) {
            from.add(
                peer instanceof Peer.Group group
                    ? new Peer.Group(Token.of(resolve(group.groupId())))
                    : peer);
          }
          rules.add(new NetworkingRule(from, List.<NetworkingPort>copyOf(rule.ports())));
        }
      }
      return new Binding(
          Token.of(resolve(binding.targetGroup())),
          binding.targetType(),
          binding.serviceName(),
          binding.servicePort(),
          rules,
          binding.nodeSelector(),
          binding.ipAddressType(),
          binding.vpcId());
    }

    private void addOns(LoadBalancer lb) {
      for (StackResource.WebAclAssociation acl : stack.all(StackResource.WebAclAssociation.class)) {
        protection.associateWebAcl(lb.arn(), acl.webAclArn());
      }
      for (StackResource.RegionalWebAclAssociation acl :
          stack.all(StackResource.RegionalWebAclAssociation.class)) {
        protection.associateRegionalWebAcl(lb.arn(), acl.webAclId());
      }
      for (StackResource.ShieldProtection shield :
          stack.all(StackResource.ShieldProtection.class)) {
        if (protection.isShieldSubscribed()) {
          protection.protect(lb.arn(), shield.enabled() ? SHIELD_NAME : "");
        }
      }
    }
  }
}
