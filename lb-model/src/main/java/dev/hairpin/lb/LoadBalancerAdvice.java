package dev.hairpin.lb;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.Severity;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.controller.KnownAnnotations;
import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.HealthCheck;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.Scheme;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.elb.TargetType;
import dev.hairpin.lb.elb.alb.ShadowedRules;
import dev.hairpin.lb.model.Reconciliation;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.Expert;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What the controller and its load balancers know about failures: errors of the last pass, tags
 * that subnets lack, health checks, and rules that no request reaches.
 */
final class LoadBalancerAdvice {
  private static final String GROUP_ANNOTATION = "alb.ingress.kubernetes.io/group.name";
  private static final String RESOURCE_TAG = "ingress.k8s.aws/resource";
  private static final String INTERNAL_ROLE = "kubernetes.io/role/internal-elb";
  private static final String PUBLIC_ROLE = "kubernetes.io/role/elb";

  private final ClusterState state;
  private final Aws aws;
  private final ElasticLoadBalancing elb;
  private final Function<String, Optional<Reconciliation>> results;

  LoadBalancerAdvice(
      ClusterState state,
      Aws aws,
      ElasticLoadBalancing elb,
      Function<String, Optional<Reconciliation>> results) {
    this.state = state;
    this.aws = aws;
    this.elb = elb;
    this.results = results;
  }

  // ---- objects

  Optional<Explanation> explain(KubeObject object) {
    if (object instanceof Service service) {
      return service.spec().type() == ServiceType.LOAD_BALANCER
          ? explain(service, result("service", service.key().namespacedName()), hostOf(service))
          : Optional.empty();
    }
    if (object instanceof Ingress ingress) {
      return explain(ingress, resultOf(ingress), hostOf(ingress));
    }
    return Optional.empty();
  }

  private Optional<Reconciliation> result(String kind, String id) {
    return results.apply(kind + " " + id);
  }

  private Optional<Reconciliation> resultOf(Ingress ingress) {
    String own = ingress.key().namespacedName();
    String group = ingress.metadata().annotations().getOrDefault(GROUP_ANNOTATION, own);
    return result("ingress", own)
        .filter(r -> r.error() != null)
        .or(() -> result("ingressGroup", group));
  }

  private static String hostOf(Service service) {
    return service.loadBalancer().isEmpty() ? "" : service.loadBalancer().get(0).hostname();
  }

  private static String hostOf(Ingress ingress) {
    return ingress.loadBalancer().isEmpty() ? "" : ingress.loadBalancer().get(0).hostname();
  }

  private Optional<Explanation> explain(
      KubeObject object, Optional<Reconciliation> result, String host) {
    String subject =
        object.kind().toLowerCase(java.util.Locale.ROOT) + " " + object.key().namespacedName();
    String error = result.map(Reconciliation::error).orElse(null);
    if (error != null) {
      return Optional.of(failed(object, error).about(subject));
    }
    if (result.isEmpty()) {
      return Optional.of(Explanation.of("PENDING", Reason.LB_NO_CONTROLLER)
          .causedBy(Reason.LB_NO_CONTROLLER, unclaimed(object))
          .suggesting(misspelt(object))
          .about(subject)
          .seenAs("no address, and no events"));
    }
    Optional<LoadBalancerState> balancer = named(host);
    if (balancer.isEmpty() || !balancer.get().isActive()) {
      return Optional.of(Explanation.of("PENDING", Reason.LB_PENDING)
          .causedBy(Reason.LB_PENDING, "the load balancer is being made, which takes minutes")
          .about(subject));
    }
    return health(balancer.get(), subject);
  }

  private static String unclaimed(KubeObject object) {
    return object instanceof Service
        ? "the Service has neither spec.loadBalancerClass service.k8s.aws/nlb nor the annotation"
            + " service.beta.kubernetes.io/aws-load-balancer-type: external, so the AWS Load"
            + " Balancer Controller leaves it alone"
        : "the Ingress has no class of the AWS Load Balancer Controller: spec.ingressClassName is "
            + (((Ingress) object).ingressClassName() == null
                ? "not set"
                : "\"" + ((Ingress) object).ingressClassName() + "\"");
  }

  private Explanation failed(KubeObject object, String error) {
    boolean subnets = error.contains("unable to resolve at least one subnet")
        || error.contains("subnets count less than");
    Reason cause = subnets ? Reason.SUBNET_TAG_MISSING : Reason.LB_RECONCILE_FAILED;
    Explanation failed = Explanation.of("PENDING", cause).causedBy(cause, error);
    return subnets
        ? failed.preventable("whoever made the subnets").suggesting(tags(internal(object)))
        : failed.studiedIn(incidentOf(error));
  }

  private static String incidentOf(String error) {
    if (error.contains("exactly one securityGroup")) {
      return "lb-19-sg-tag";
    }
    if (error.contains("conflicting") || error.contains("multiple")) {
      return "lb-17-exclusive-annotations";
    }
    return (error.contains("TooMany") || error.contains("maximum number")) ? "lb-16-quotas" : "";
  }

  private static boolean internal(KubeObject object) {
    Map<String, String> annotations = object.metadata().annotations();
    String scheme = object instanceof Service
        ? annotations.getOrDefault(
            "service.beta.kubernetes.io/aws-load-balancer-scheme", "internal")
        : annotations.getOrDefault("alb.ingress.kubernetes.io/scheme", "internal");
    return scheme.equals("internal");
  }

  /** The subnets that would serve if they had the tag, as far as the scheme tells. */
  private List<String> tags(boolean internal) {
    String role = internal ? INTERNAL_ROLE : PUBLIC_ROLE;
    List<String> missing = new ArrayList<>();
    for (Subnet subnet : aws.ec2().subnets()) {
      if (subnet.isPublic() != internal && !subnet.tags().containsKey(role)) {
        missing.add(role + "=1 on " + subnet.id() + " (" + subnet.zone() + ")");
      }
    }
    return missing;
  }

  private Optional<Explanation> health(LoadBalancerState balancer, String subject) {
    for (String arn : balancer.targetGroupArns()) {
      TargetGroupState group = elb.targetGroup(arn);
      if (group.targets().isEmpty()) {
        return Optional.of(Explanation.of("NO TARGETS", Reason.LB_NO_TARGETS)
            .about(subject + ", target group " + group.config().name()));
      }
      boolean healthy =
          group.targets().stream().anyMatch(t -> t.health().state() == TargetHealthState.HEALTHY);
      boolean sick =
          group.targets().stream().allMatch(t -> t.health().state() == TargetHealthState.UNHEALTHY);
      if (!healthy && sick) {
        TargetState first = group.targets().iterator().next();
        return Optional.of(Explanation.of("UNHEALTHY", Reason.LB_NO_HEALTHY_TARGET_FAIL_OPEN)
            .causedBy(
                Reason.LB_NO_HEALTHY_TARGET_FAIL_OPEN,
                "no target is healthy (" + first.health() + "), so all of them get traffic")
            .about(subject + ", target group " + group.config().name()));
      }
    }
    return Optional.of(Explanation.of("NOTHING WRONG", Reason.NOTHING_WRONG).about(subject));
  }

  private Optional<LoadBalancerState> named(String host) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return elb.loadBalancers().stream()
        .filter(lb -> lb.dnsName().equalsIgnoreCase(name))
        .findFirst();
  }

  // ---- connections

  Explanation refine(Expert.Failure failure) {
    Explanation soFar = failure.soFar();
    List<Hop> hops = failure.trace().hops();
    if (hops.isEmpty()) {
      boolean waits = named(failure.target()).filter(lb -> !lb.isActive()).isPresent();
      return waits
          ? soFar.causedBy(
              Reason.LB_PENDING, "the load balancer is being made, which takes minutes")
          : soFar;
    }
    Optional<LoadBalancerState> balancer =
        elb.loadBalancerAt(hops.get(0).before().destination().address());
    if (balancer.isPresent()) {
      return through(balancer.get(), failure);
    }
    return soFar.reason() == Reason.NO_LOCAL_ENDPOINTS ? checked(failure) : soFar;
  }

  private Explanation through(LoadBalancerState balancer, Expert.Failure failure) {
    Explanation about =
        failure.soFar().about("load balancer " + balancer.config().name());
    boolean internal = balancer.config().scheme() == Scheme.INTERNAL;
    if (internal && failure.source() instanceof Source.Internet) {
      return about.causedBy(
          Reason.LB_INTERNAL,
          "load balancer " + balancer.config().name()
              + " is internal: it has private addresses only, which lead nowhere outside the VPC");
    }
    Reason reason = about.reason();
    boolean bypassed = reason == Reason.REPLY_BYPASSED_NAT
        || reason == Reason.REPLY_LOST
        || reason == Reason.REPLY_INVALID
        || reason == Reason.MARTIAN;
    if (bypassed && !(failure.source() instanceof Source.Internet)) {
      return about.causedBy(
          Reason.LB_HAIRPIN,
          "the caller runs on the target that the load balancer chose, which keeps the caller's"
              + " address, so the answer goes straight back and never passes the load balancer");
    }
    if (reason == Reason.LB_FIXED_RESPONSE && matchedNoRule(hops(failure))) {
      return about.causedBy(Reason.LB_NO_RULE, Reason.LB_NO_RULE.sentence());
    }
    return reason == Reason.NO_LOCAL_ENDPOINTS ? checked(failure) : about;
  }

  private static List<Hop> hops(Expert.Failure failure) {
    return failure.trace().hops();
  }

  private static boolean matchedNoRule(List<Hop> hops) {
    return hops.get(hops.size() - 1).steps().stream()
        .noneMatch(s -> s instanceof Step.Note note
            && note.text().startsWith(">")
            && !note.text().contains("default"));
  }

  /** Which health check should have kept the client away from the node, and when it will. */
  private Explanation checked(Expert.Failure failure) {
    List<Hop> hops = hops(failure);
    int port = hops.get(hops.size() - 1).after().destination().port();
    String node = failure.trace().outcome().decidedAt();
    for (TargetGroupState group : elb.targetGroups()) {
      for (TargetState target : group.targets()) {
        if (target.description().port() == port && node.contains(nodeOf(target))) {
          HealthCheck check = group.config().healthCheck();
          return failure
              .soFar()
              .preventable("the health check " + check.protocol() + ":"
                  + target.healthCheckPort() + check.path() + " of target "
                  + target.description().id() + ", which is " + target.health()
                  + "; a target is taken out after " + check.unhealthyThresholdCount()
                  + " checks, one"
                  + " every " + check.intervalSeconds() + " s");
        }
      }
    }
    return failure.soFar();
  }

  private String nodeOf(TargetState target) {
    return target
        .instanceId()
        .flatMap(id -> state.list(dev.hairpin.api.Node.class).stream()
            .filter(n -> n.providerId().endsWith("/" + id))
            .map(n -> n.metadata().name())
            .findFirst())
        .orElse("no node");
  }

  // ---- lint

  void lint(Consumer<Finding> found) {
    for (Service service : state.list(Service.class)) {
      failed(service, found);
      annotations(service, found);
    }
    for (Ingress ingress : state.list(Ingress.class)) {
      failed(ingress, found);
      annotations(ingress, found);
    }
    for (KubeObject binding : state.list("TargetGroupBinding")) {
      result("targetGroupBinding", binding.key().namespacedName())
          .map(Reconciliation::error)
          .ifPresent(error -> found.accept(new Finding(
              Severity.ERROR,
              Reason.LB_RECONCILE_FAILED.name(),
              binding.key(),
              "spec",
              error,
              Reason.LB_RECONCILE_FAILED.fixes().get(0),
              List.of(),
              incidentOf(error))));
    }
    for (LoadBalancerState balancer : elb.loadBalancers()) {
      if (balancer.config().type() == LoadBalancerType.APPLICATION) {
        balancer.listeners().forEach(listener -> shadowed(balancer, listener, found));
      }
      overlay(balancer, found);
    }
  }

  private void failed(KubeObject object, Consumer<Finding> found) {
    explain(object).ifPresent(e -> {
      if (e.cause() == Reason.SUBNET_TAG_MISSING || e.cause() == Reason.LB_RECONCILE_FAILED) {
        found.accept(Finding.of(Severity.ERROR, e.cause(), object, "", e.because())
            .suggesting(e.didYouMean()));
      }
      boolean waits = e.cause() == Reason.LB_NO_CONTROLLER
          && (object instanceof Service || ((Ingress) object).loadBalancer().isEmpty());
      if (waits) {
        found.accept(Finding.of(Severity.WARNING, e.cause(), object, "", e.because())
            .suggesting(e.didYouMean()));
      }
    });
  }

  private static void annotations(KubeObject object, Consumer<Finding> found) {
    for (String key : object.metadata().annotations().keySet()) {
      List<String> near = KnownAnnotations.nearTo(key, object instanceof Service);
      if (!near.isEmpty()) {
        found.accept(new Finding(
            Severity.WARNING,
            "ANNOTATION_UNKNOWN",
            object.key(),
            "metadata.annotations[" + key + "]",
            "nobody reads the annotation " + key,
            "correct its name",
            near,
            "lb-02-no-controller-or-class"));
      }
    }
  }

  private static List<String> misspelt(KubeObject object) {
    List<String> near = new ArrayList<>();
    object
        .metadata()
        .annotations()
        .keySet()
        .forEach(key -> near.addAll(KnownAnnotations.nearTo(key, object instanceof Service)));
    return near;
  }

  private void shadowed(
      LoadBalancerState balancer, ListenerState listener, Consumer<Finding> found) {
    for (ShadowedRules.Finding shadow : ShadowedRules.find(listener)) {
      Optional<Ingress> victim = ingressOf(listener, shadow.ruleArn());
      Optional<Ingress> culprit = ingressOf(listener, shadow.shadowedByArn());
      if (victim.isPresent()) {
        found.accept(new Finding(
            Severity.WARNING,
            "RULE_SHADOWED",
            victim.get().key(),
            "spec.rules",
            "rule " + shadow.priority() + " of " + balancer.config().name()
                + " is unreachable, shadowed by rule " + shadow.shadowedByPriority()
                + culprit.map(c -> " (" + c.key().namespacedName() + ")").orElse(""),
            "give the Ingress with the more special paths a lower group.order",
            List.of(),
            "lb-15-rule-order"));
      }
    }
  }

  /** The Ingress whose backend a rule sends to, by the tag of the target group. */
  private Optional<Ingress> ingressOf(ListenerState listener, String ruleArn) {
    return listener.rules().stream()
        .filter(r -> r.arn().equals(ruleArn))
        .flatMap(r -> r.rule().actions().stream())
        .filter(Action.Forward.class::isInstance)
        .flatMap(a -> ((Action.Forward) a).targetGroups().stream())
        .map(
            g -> elb.targetGroup(g.targetGroupArn()).config().tags().getOrDefault(RESOURCE_TAG, ""))
        .flatMap(tag -> state.list(Ingress.class).stream()
            .filter(i -> tag.startsWith(i.key().namespacedName() + "-")))
        .findFirst();
  }

  /** Pods as targets whose addresses are not of the VPC. */
  private void overlay(LoadBalancerState balancer, Consumer<Finding> found) {
    for (String arn : balancer.targetGroupArns()) {
      for (TargetState target : elb.targetGroup(arn).targets()) {
        boolean outside = elb.vpc().cidrs().stream()
            .noneMatch(c -> c.contains(target.socketAddress().address()));
        if (outside && elb.targetGroup(arn).config().targetType() == TargetType.IP) {
          podWith(target.description().id())
              .ifPresent(pod -> found.accept(new Finding(
                  Severity.ERROR,
                  "TARGET_OUTSIDE_VPC",
                  pod,
                  "status.podIP",
                  "the pod's address " + target.description().id()
                      + " is not of the VPC, so the load balancer cannot reach it",
                  "the VPC CNI, or target type instance",
                  List.of(),
                  "lb-24-ip-mode-overlay")));
        }
      }
    }
  }

  private Optional<ObjectKey> podWith(String address) {
    return state.list(Pod.class).stream()
        .filter(p -> p.podIps().contains(address))
        .map(Pod::key)
        .findFirst();
  }
}
