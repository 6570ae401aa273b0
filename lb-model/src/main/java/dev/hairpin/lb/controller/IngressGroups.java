package dev.hairpin.lb.controller;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.lb.json.Trees;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which Ingresses are the controller's, and which of them share a load balancer.
 *
 * <p>Source: {@code class_loader.go} and {@code group_loader.go} of {@code pkg/ingress}, v2.8.2.
 */
final class IngressGroups {
  /** The old annotation that names the class. */
  static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

  private static final String DEFAULT_CLASS_ANNOTATION =
      "ingressclass.kubernetes.io/is-default-class";
  private static final String CONTROLLER = "ingress.k8s.aws/alb";
  private static final String PARAMS_GROUP = "elbv2.k8s.aws";
  private static final Pattern GROUP_NAME = Pattern.compile("([a-z0-9][-a-z0-9.]*)?[a-z0-9]");
  private static final int MAX_GROUP_NAME = 63;

  private final Environment env;

  IngressGroups(Environment env) {
    this.env = env;
  }

  /** An Ingress of the controller, with the settings of its class. */
  record Member(Ingress ingress, @Nullable IngressClassParams params, Annotations annotations) {
    String key() {
      return ingress.key().namespacedName();
    }
  }

  /** The members of a group in their order, and Ingresses that are leaving it. */
  record Group(GroupId id, List<Member> members, List<Ingress> leaving) {}

  /** An IngressClass or its parameters are wrong. */
  static final class InvalidClass extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidClass(String message) {
      super("invalid ingress class: " + message);
    }
  }

  /** The name of a group is wrong. */
  static final class InvalidGroup extends RuntimeException {
    private static final long serialVersionUID = 1;

    InvalidGroup(String message) {
      super("invalid ingress group: " + message);
    }
  }

  /** The group that an Ingress is to belong to; nothing if it is not the controller's. */
  Optional<GroupId> groupOf(Ingress ingress) {
    return ingress.metadata().deletionTimestamp() != null
        ? Optional.empty()
        : classify(ingress).map(IngressGroups::groupOf);
  }

  /** The groups that hold resources for an Ingress, by its finalizers. */
  static List<GroupId> groupsToFinalize(Ingress ingress) {
    List<GroupId> groups = new ArrayList<>();
    for (String finalizer : ingress.metadata().finalizers()) {
      GroupId.ofFinalizer(
              finalizer, ingress.metadata().namespace(), ingress.metadata().name())
          .ifPresent(groups::add);
    }
    return groups;
  }

  /** Loads a group from the Ingresses that may belong to it. */
  Group load(GroupId id, Collection<Ingress> candidates) {
    List<Member> members = new ArrayList<>();
    List<Ingress> leaving = new ArrayList<>();
    for (Ingress ingress : candidates) {
      boolean marked = groupsToFinalize(ingress).contains(id);
      Optional<Member> member = Optional.empty();
      try {
        if (ingress.metadata().deletionTimestamp() == null) {
          member = classify(ingress);
        }
        if (member.isPresent() && !groupOf(member.get()).equals(id)) {
          member = Optional.empty();
        }
      } catch (InvalidClass e) {
        if (marked) {
          // The class may have been changed by accident, so the group is left as it is.
          throw new ReconcileException("Ingress: "
              + ingress.key().namespacedName()
              + ": Ingress has invalid IngressClass configuration: "
              + e.getMessage());
        }
        continue;
      } catch (InvalidGroup e) {
        // A wrong name means at least that the Ingress does not want to be in this group.
        member = Optional.empty();
      }
      if (member.isPresent()) {
        members.add(member.get());
      } else if (marked) {
        leaving.add(ingress);
      }
    }
    return new Group(id, sorted(members), leaving);
  }

  private static List<Member> sorted(List<Member> members) {
    record Ordered(Member member, long order) {}

    List<Ordered> ordered = new ArrayList<>();
    for (Member member : members) {
      long order;
      try {
        order = member.annotations().int64("group.order", 0);
      } catch (ReconcileException e) {
        throw new ReconcileException("failed to load Ingress group order for ingress: "
            + member.key()
            + ": "
            + e.getMessage());
      }
      if (order < -1000 || order > 1000) {
        throw new ReconcileException(
            "explicit Ingress group order must be within [-1000:1000], Ingress: "
                + member.key()
                + ", order: "
                + order);
      }
      ordered.add(new Ordered(member, order));
    }
    ordered.sort(
        Comparator.comparingLong(Ordered::order).thenComparing(o -> o.member().key()));
    return ordered.stream().map(Ordered::member).toList();
  }

  /** The Ingress with its class; nothing if it is not the controller's. */
  Optional<Member> classify(Ingress ingress) {
    Annotations annotations = Annotations.ofIngress(ingress.metadata().annotations());
    if (ingress.metadata().annotations().containsKey(CLASS_ANNOTATION)) {
      return isNamedByAnnotation(ingress)
          ? Optional.of(new Member(ingress, null, annotations))
          : Optional.empty();
    }
    Optional<IngressClass> ingressClass = classOf(ingress);
    if (ingressClass.isEmpty()) {
      return env.options().ingressClass().isEmpty()
          ? Optional.of(new Member(ingress, null, annotations))
          : Optional.empty();
    }
    IngressClassParams params = paramsOf(ingress, ingressClass.get());
    return ingressClass.get().controller().equals(CONTROLLER)
        ? Optional.of(new Member(ingress, params, annotations))
        : Optional.empty();
  }

  /**
   * Whether an Ingress is the controller's, whatever the parameters of its class say.
   *
   * <p>That is all that the webhook asks: it reads the class but not its parameters.
   */
  boolean isOurs(Ingress ingress) {
    if (ingress.metadata().annotations().containsKey(CLASS_ANNOTATION)) {
      return isNamedByAnnotation(ingress);
    }
    return classOf(ingress)
        .map(c -> c.controller().equals(CONTROLLER))
        .orElse(env.options().ingressClass().isEmpty());
  }

  /** Whether the old annotation names the controller's class. */
  boolean isNamedByAnnotation(Ingress ingress) {
    String named = ingress.metadata().annotations().get(CLASS_ANNOTATION);
    String wanted = env.options().ingressClass();
    return named != null && (named.equals(wanted) || (wanted.isEmpty() && named.equals("alb")));
  }

  private Optional<IngressClass> classOf(Ingress ingress) {
    String name = ingress.ingressClassName();
    if (name == null) {
      List<IngressClass> defaults = env.state().list(IngressClass.class).stream()
          .filter(c -> "true".equals(c.metadata().annotations().get(DEFAULT_CLASS_ANNOTATION)))
          .toList();
      if (defaults.size() > 1) {
        throw new ReconcileException("multiple default IngressClasses found");
      }
      return defaults.stream().findFirst();
    }
    Optional<IngressClass> found = env.state().get(IngressClass.class, "", name);
    if (found.isEmpty()) {
      throw new InvalidClass("ingressclasses.networking.k8s.io " + Go.quoted(name) + " not found");
    }
    return found;
  }

  private @Nullable IngressClassParams paramsOf(Ingress ingress, IngressClass ingressClass) {
    Map<String, Object> reference = ingressClass.parameters();
    if (!ingressClass.controller().equals(CONTROLLER) || reference == null) {
      return null;
    }
    if (!PARAMS_GROUP.equals(reference.get("apiGroup"))
        || !IngressClassParams.KIND.equals(reference.get("kind"))) {
      throw new InvalidClass(
          "IngressClass " + ingressClass.metadata().name() + " references unknown parameters");
    }
    String name = Trees.text(reference.get("name"));
    Optional<KubeObject> object = env.state().get(new ObjectKey(IngressClassParams.KIND, "", name));
    if (!(object.orElse(null) instanceof GenericObject generic)) {
      throw new InvalidClass("ingressclassparams.elbv2.k8s.aws " + Go.quoted(name) + " not found");
    }
    IngressClassParams params;
    try {
      params = IngressClassParams.read(generic);
    } catch (IllegalArgumentException e) {
      throw new InvalidClass(String.valueOf(e.getMessage()));
    }
    LabelSelector selector = params.namespaceSelector();
    if (selector != null) {
      String namespace = ingress.metadata().namespace();
      Map<String, String> labels = env.state()
          .get(Namespace.class, "", namespace)
          .map(n -> n.metadata().labels())
          .orElseThrow(() -> new InvalidClass("namespaces " + Go.quoted(namespace) + " not found"));
      if (!selector.matches(labels)) {
        throw new InvalidClass("namespaceSelector of IngressClassParams " + name + " mismatch");
      }
    }
    return params;
  }

  static GroupId groupOf(Member member) {
    IngressClassParams params = member.params();
    String name = params == null ? null : params.groupName();
    if (name == null) {
      name = member.annotations().string("group.name").orElse(null);
    }
    if (name == null) {
      return new GroupId(
          member.ingress().metadata().namespace(), member.ingress().metadata().name());
    }
    if (!GROUP_NAME.matcher(name).matches()) {
      throw new InvalidGroup("groupName must consist of lower case alphanumeric characters, '-' or"
          + " '.', and must start and end with an alphanumeric character");
    }
    if (name.length() > MAX_GROUP_NAME) {
      throw new InvalidGroup("groupName must be no more than " + MAX_GROUP_NAME + " characters");
    }
    return GroupId.explicit(name);
  }
}
