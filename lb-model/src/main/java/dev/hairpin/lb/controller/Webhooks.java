package dev.hairpin.lb.controller;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.controller.Bindings.Bound;
import dev.hairpin.lb.json.Trees;
import dev.hairpin.lb.model.AdmissionException;
import dev.hairpin.lb.model.StackJson;
import dev.hairpin.lb.model.StackResource.Binding;
import dev.hairpin.lb.model.Token;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the controller's webhooks change in new objects, and what they refuse.
 *
 * <p>Source: {@code webhooks} of v2.8.2.
 */
final class Webhooks {
  private static final String GATE_LABEL = "elbv2.k8s.aws/pod-readiness-gate-inject";
  private static final String INGRESS_WEBHOOK = "vingress.elbv2.k8s.aws";
  private static final String BINDING_MUTATOR = "mtargetgroupbinding.elbv2.k8s.aws";
  private static final String BINDING_VALIDATOR = "vtargetgroupbinding.elbv2.k8s.aws";
  private static final String NO_ADDRESS_TYPE = "unable to get target group IP address type";
  private static final String NO_VPC = "unable to get target group VpcID";
  private static final Pattern VPC_ID = Pattern.compile("vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})");
  private static final String PARAMS_WEBHOOK = "vingressclassparams.elbv2.k8s.aws";

  private final Environment env;
  private final IngressGroups ingressGroups;
  private final Bindings bindings;

  Webhooks(Environment env, IngressGroups ingressGroups, Bindings bindings) {
    this.env = env;
    this.ingressGroups = ingressGroups;
    this.bindings = bindings;
  }

  /** The object as the mutating webhooks leave it. */
  KubeObject mutate(KubeObject object, @Nullable KubeObject old) {
    if (object instanceof Service service) {
      return service(service, old instanceof Service before ? before : null);
    }
    if (object instanceof Pod pod) {
      return old == null ? pod(pod) : pod;
    }
    return old == null && object instanceof GenericObject generic && isBinding(generic)
        ? filled(generic)
        : object;
  }

  /** Refuses what the validating webhooks refuse. */
  void validate(KubeObject object, @Nullable KubeObject old) {
    if (object instanceof Ingress ingress) {
      ingress(ingress, old instanceof Ingress before ? before : null);
    } else if (object instanceof GenericObject generic) {
      if (isBinding(generic)) {
        checkType(Bindings.read(generic));
        if (old instanceof GenericObject before) {
          checkUnchanged(Bindings.read(generic), Bindings.read(before));
          checkSelector(Bindings.read(generic));
        } else {
          checkNew(generic);
        }
      } else if (generic.kind().equals(IngressClassParams.KIND)) {
        params(generic);
      }
    }
  }

  private static boolean isBinding(GenericObject object) {
    return object.kind().equals(Bindings.KIND);
  }

  /**
   * The class that a Service of type LoadBalancer without one is to have: for a new one the
   * controller's, for another the one that it had.
   *
   * @param old the Service as it is stored, or null
   * @return the class; null if it stays without
   */
  @Nullable
  String classFor(@Nullable Service old) {
    if (!env.options().serviceMutatorWebhook()) {
      return null;
    }
    return old == null || old.spec().type() != ServiceType.LOAD_BALANCER
        ? env.options().loadBalancerClass()
        : old.spec().loadBalancerClass();
  }

  /** Every new LoadBalancer Service without a class gets the controller's. */
  private Service service(Service service, @Nullable Service old) {
    if (service.spec().type() != ServiceType.LOAD_BALANCER
        || service.spec().loadBalancerClass() != null) {
      return service;
    }
    String wanted = classFor(old);
    return wanted == null
        ? service
        : service.withSpec(service.spec().toBuilder().loadBalancerClass(wanted).build());
  }

  private Pod pod(Pod pod) {
    String namespace = pod.metadata().namespace();
    boolean wanted = env.state()
        .get(Namespace.class, "", namespace)
        .map(n -> "enabled".equals(n.metadata().labels().get(GATE_LABEL)))
        .orElse(false);
    if (!wanted) {
      return pod;
    }
    List<String> gates = new ArrayList<>(pod.spec().readinessGates());
    for (Bound bound : bindings.all()) {
      String gate = TargetBinder.gateOf(bound.key());
      if (bound.object().metadata().namespace().equals(namespace)
          && bound.binding().targetType().equals("ip")
          && !gates.contains(gate)
          && selects(namespace, bound.binding().serviceName(), pod)) {
        gates.add(gate);
      }
    }
    return gates.size() == pod.spec().readinessGates().size()
        ? pod
        : pod.withSpec(pod.spec().toBuilder().readinessGates(gates).build());
  }

  private boolean selects(String namespace, String serviceName, Pod pod) {
    Map<String, String> selector = env.state()
        .get(Service.class, namespace, serviceName)
        .map(s -> s.spec().selector())
        .orElse(null);
    return selector != null
        && !selector.isEmpty()
        && pod.metadata().labels().entrySet().containsAll(selector.entrySet());
  }

  // Ingress

  private void ingress(Ingress ingress, @Nullable Ingress old) {
    try {
      if (!ingressGroups.isOurs(ingress)) {
        return;
      }
    } catch (IngressGroups.InvalidClass | ReconcileException e) {
      throw AdmissionException.denied(INGRESS_WEBHOOK, String.valueOf(e.getMessage()));
    }
    if (env.options().disableIngressClassAnnotation()) {
      checkClassAnnotation(ingress, old);
    }
    if (env.options().disableIngressGroupNameAnnotation()) {
      checkGroupAnnotation(ingress, old);
    }
    for (IngressRule rule : ingress.rules()) {
      for (IngressPath path : rule.paths()) {
        checkConditions(ingress, path.backend());
      }
    }
  }

  /** One that named another controller's class before is as new as one that was not there. */
  private void checkClassAnnotation(Ingress ingress, @Nullable Ingress old) {
    String key = IngressGroups.CLASS_ANNOTATION;
    if (ingressGroups.isNamedByAnnotation(ingress)
        && (old == null || !ingressGroups.isNamedByAnnotation(old))) {
      throw AdmissionException.denied(
          INGRESS_WEBHOOK, "new usage of `" + key + "` annotation is forbidden");
    }
  }

  private static void checkGroupAnnotation(Ingress ingress, @Nullable Ingress old) {
    String key = Annotations.INGRESS_PREFIX + "group.name";
    String value = ingress.metadata().annotations().get(key);
    if (value == null) {
      return;
    }
    if (old == null || !value.equals(old.metadata().annotations().get(key))) {
      throw AdmissionException.denied(
          INGRESS_WEBHOOK, "new usage of `" + key + "` annotation is forbidden");
    }
  }

  private static void checkConditions(Ingress ingress, IngressBackend backend) {
    try {
      IngressBackends.conditions(
          Annotations.ofIngress(ingress.metadata().annotations()), backend.serviceName());
    } catch (Annotations.Unreadable e) {
      throw AdmissionException.denied(INGRESS_WEBHOOK, String.valueOf(e.getMessage()));
    } catch (ReconcileException e) {
      throw AdmissionException.denied(
          INGRESS_WEBHOOK,
          "ignoring Ingress "
              + ingress.key().namespacedName()
              + " since invalid "
              + Annotations.INGRESS_PREFIX
              + "conditions."
              + backend.serviceName()
              + " annotation: "
              + e.getMessage());
    }
  }

  // TargetGroupBinding

  /** Where nothing is said, target type, address type and VPC are those of the target group. */
  private GenericObject filled(GenericObject object) {
    Binding given = Bindings.read(object);
    String arn = arnOf(given);
    String targetType = given.targetType();
    if (targetType.isEmpty()) {
      targetType =
          groupOf(arn, BINDING_MUTATOR, "couldn't determine TargetType").targetType();
      if (!targetType.equals("ip") && !targetType.equals("instance")) {
        throw AdmissionException.denied(BINDING_MUTATOR, "unsupported TargetType: " + targetType);
      }
    }
    String addressType = given.ipAddressType().isEmpty()
        ? addressTypeOf(groupOf(arn, BINDING_MUTATOR, NO_ADDRESS_TYPE))
        : given.ipAddressType();
    String vpcId =
        given.vpcId().isEmpty() ? groupOf(arn, BINDING_MUTATOR, NO_VPC).vpcId() : given.vpcId();
    Binding filled = new Binding(
        given.targetGroup(),
        targetType,
        given.serviceName(),
        given.servicePort(),
        given.networking(),
        given.nodeSelector(),
        addressType,
        vpcId);
    return new GenericObject(
        object.apiVersion(),
        object.kind(),
        object.metadata(),
        Map.of("spec", StackJson.binding(filled)));
  }

  private TargetGroup groupOf(String arn, String webhook, String problem) {
    return env.elbv2()
        .targetGroup(arn)
        .orElseThrow(() -> AdmissionException.denied(
            webhook, problem + ": TargetGroupNotFound: One or more target groups not found"));
  }

  private static String arnOf(Binding binding) {
    return binding.targetGroup() instanceof Token.Literal literal ? literal.value() : "";
  }

  private static String addressTypeOf(TargetGroup group) {
    return group.ipAddressType() == null ? "ipv4" : group.ipAddressType();
  }

  private void checkNew(GenericObject object) {
    Binding given = Bindings.read(object);
    String arn = arnOf(given);
    checkSelector(given);
    for (Bound other : bindings.ofTargetGroup(arn)) {
      if (!other.key().equals(object.key())) {
        throw AdmissionException.denied(
            BINDING_VALIDATOR,
            "TargetGroup "
                + arn
                + " is already bound to TargetGroupBinding "
                + other.key().namespacedName());
      }
    }
    checkFits(given, arn);
  }

  private static void checkType(Binding given) {
    if (given.targetType().isEmpty()) {
      throw AdmissionException.denied(
          BINDING_VALIDATOR, "TargetGroupBinding must specify these fields: spec.targetType");
    }
  }

  private static void checkSelector(Binding given) {
    if (given.targetType().equals("ip") && given.nodeSelector() != null) {
      throw AdmissionException.denied(
          BINDING_VALIDATOR, "TargetGroupBinding cannot set NodeSelector when TargetType is ip");
    }
  }

  /** The text shows the address type of the target group, not the one that was asked for. */
  private void checkFits(Binding given, String arn) {
    TargetGroup group = groupOf(arn, BINDING_VALIDATOR, NO_ADDRESS_TYPE);
    String addressType = addressTypeOf(group);
    String wanted = given.ipAddressType().isEmpty() ? "ipv4" : given.ipAddressType();
    if (!wanted.equals(addressType)) {
      throw AdmissionException.denied(
          BINDING_VALIDATOR,
          "invalid IP address type " + addressType + " for TargetGroup " + group.arn());
    }
    if (given.vpcId().isEmpty()) {
      return;
    }
    if (!VPC_ID.matcher(given.vpcId()).matches()) {
      throw AdmissionException.denied(
          BINDING_VALIDATOR,
          "ValidationError: vpcID "
              + given.vpcId()
              + " failed to satisfy constraint: VPC Id must begin with 'vpc-' followed by 8 or 17"
              + " lowercase letters (a-f) or numbers.");
    }
    if (!given.vpcId().equals(group.vpcId())) {
      throw AdmissionException.denied(
          BINDING_VALIDATOR,
          "invalid VpcID " + given.vpcId() + " doesnt match VpcID from TargetGroup " + group.arn());
    }
  }

  /** An address type or VPC that was left open may be said later if it is what was meant. */
  private void checkUnchanged(Binding now, Binding before) {
    List<String> changed = new ArrayList<>();
    if (!now.targetGroup().equals(before.targetGroup())) {
      changed.add("spec.targetGroupARN");
    }
    if (!now.targetType().equals(before.targetType())) {
      changed.add("spec.targetType");
    }
    boolean firstSaid = before.ipAddressType().isEmpty() && now.ipAddressType().equals("ipv4");
    if (!now.ipAddressType().equals(before.ipAddressType()) && !firstSaid) {
      changed.add("spec.ipAddressType");
    }
    boolean vpcFirstSaid =
        before.vpcId().isEmpty() && now.vpcId().equals(env.aws().vpc().id());
    if (!now.vpcId().equals(before.vpcId()) && !vpcFirstSaid) {
      changed.add("spec.vpcID");
    }
    if (!changed.isEmpty()) {
      throw AdmissionException.denied(
          BINDING_VALIDATOR,
          "TargetGroupBinding update may not change these fields: " + String.join(",", changed));
    }
  }

  // IngressClassParams

  private static void params(GenericObject object) {
    List<String> errors = new ArrayList<>();
    Map<?, ?> spec = Trees.map(object.content().get("spec"));
    List<String> cidrs = Trees.strings(spec.get("inboundCIDRs"));
    for (int i = 0; i < cidrs.size(); i++) {
      String problem = problemOf(cidrs.get(i));
      if (problem != null) {
        errors.add("spec.inboundCIDRs["
            + i
            + "]: Invalid value: "
            + Go.quoted(cidrs.get(i))
            + ": "
            + problem);
      }
    }
    if (spec.get("subnets") != null) {
      subnets(Trees.map(spec.get("subnets")), errors);
    }
    if (!errors.isEmpty()) {
      throw AdmissionException.denied(
          PARAMS_WEBHOOK,
          errors.size() == 1 ? errors.get(0) : "[" + String.join(", ", errors) + "]");
    }
  }

  private static @Nullable String problemOf(String text) {
    Optional<Cidr> masked = Cidr.tryParseMasked(text);
    if (masked.isEmpty()) {
      return "Could not be parsed as a CIDR"
          + IpAddress.tryParse(text)
              .map(a -> " (did you mean \"" + text + (a.isV4() ? "/32" : "/64") + "\")")
              .orElse("");
    }
    String written = text.substring(0, text.indexOf('/'));
    return IpAddress.tryParse(written).equals(Optional.of(masked.get().address()))
        ? null
        : "Network contains bits outside prefix (did you mean "
            + Go.quoted(masked.get().toString())
            + ")";
  }

  private static void subnets(Map<?, ?> subnets, List<String> errors) {
    List<String> ids = Trees.strings(subnets.get("ids"));
    boolean listed = subnets.get("ids") != null;
    boolean tagged = subnets.get("tags") != null;
    if (!listed && !tagged) {
      errors.add("spec.subnets: Required value: must have either `ids` or `tags`");
      return;
    }
    if (listed && tagged) {
      errors.add("spec.subnets.tags: Forbidden: may not have both `ids` and `tags` set");
      return;
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < ids.size(); i++) {
      if (!seen.add(ids.get(i))) {
        errors.add("spec.subnets.ids[" + i + "]: Duplicate value: " + Go.quoted(ids.get(i)));
      }
    }
    if (tagged && Trees.map(subnets.get("tags")).isEmpty()) {
      errors.add("spec.subnets.tags: Required value: must have at least one tag key");
    }
    Map<String, List<String>> tags = new java.util.TreeMap<>();
    Trees.map(subnets.get("tags")).forEach((k, v) -> tags.put(Trees.text(k), Trees.strings(v)));
    tags.forEach((key, values) -> {
      Set<String> distinct = new TreeSet<>();
      for (int i = 0; i < values.size(); i++) {
        if (!distinct.add(values.get(i))) {
          errors.add("spec.subnets.tags["
              + key
              + "]["
              + i
              + "]: Duplicate value: "
              + Go.quoted(values.get(i)));
        }
      }
    });
  }
}
