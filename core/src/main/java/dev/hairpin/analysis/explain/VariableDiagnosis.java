package dev.hairpin.analysis.explain;

import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.environment.ServiceVariables;
import dev.hairpin.cluster.environment.Variable;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks why a container does not have a variable, or has another value than one expects. */
public final class VariableDiagnosis {
  private final ClusterState state;

  /**
   * A diagnosis of the environments of a cluster.
   *
   * @param state the objects
   */
  public VariableDiagnosis(ClusterState state) {
    this.state = state;
  }

  /**
   * Explains a variable of a container.
   *
   * @param pod the pod
   * @param environment the container's environment
   * @param name the variable's name
   * @return the explanation; {@link Reason#NOTHING_WRONG} if it is set and up to date
   */
  public Explanation explain(Pod pod, Environment environment, String name) {
    String subject = "variable " + name + " of " + Explainer.subject(pod);
    String namespace = pod.metadata().namespace();
    Optional<String> value = environment.value(name);
    Optional<Variable> now =
        ServiceVariables.of(Environment.visible(pod, state.list(Service.class))).stream()
            .filter(v -> v.name().equals(name))
            .findFirst();
    if (value.isPresent()) {
      boolean fromService = environment.variables().stream()
          .anyMatch(v -> v.name().equals(name) && v.origin().source() == Variable.Source.SERVICE);
      boolean stale =
          fromService && now.filter(v -> v.value().equals(value.get())).isEmpty();
      return stale
          ? Explanation.of("STALE", Reason.ENV_STALE)
              .causedBy(
                  Reason.ENV_STALE,
                  name + " is still " + value.get() + ", as it was when the container started; it"
                      + " would be " + now.map(Variable::value).orElse("unset") + " now")
              .about(subject)
          : Explanation.of("NOTHING WRONG", Reason.NOTHING_WRONG).about(subject);
    }
    if (now.isPresent()) {
      return missing(subject, Reason.ENV_SERVICE_TOO_LATE)
          .causedBy(
              Reason.ENV_SERVICE_TOO_LATE,
              now.get().origin().object()
                  + " was made after the container started, and variables are set once, at the"
                  + " start")
          .fixedBy("use DNS: " + dnsName(now.get(), namespace));
    }
    for (Service service : state.list(Service.class)) {
      if (makes(service, name)) {
        return elsewhere(service, pod, subject);
      }
    }
    List<String> names = new ArrayList<>();
    environment.variables().forEach(v -> names.add(v.name()));
    return missing(subject, Reason.ENV_NO_SUCH_SERVICE).suggesting(Nearest.all(name, names));
  }

  /** Whether a Service's variables begin as the name does, be they visible or not. */
  private static boolean makes(Service service, String name) {
    String prefix = ServiceVariables.upper(service.metadata().name());
    return name.startsWith(prefix + "_SERVICE_") || name.startsWith(prefix + "_PORT");
  }

  private static Explanation elsewhere(Service service, Pod pod, String subject) {
    String key = service.key().namespacedName();
    if (!service.metadata().namespace().equals(pod.metadata().namespace())) {
      return missing(subject, Reason.ENV_OTHER_NAMESPACE)
          .causedBy(
              Reason.ENV_OTHER_NAMESPACE,
              "Service " + key + " is in another namespace than the pod, which gets the variables"
                  + " of its own");
    }
    String ip = service.spec().clusterIp();
    if (ip.isEmpty() || ip.equals("None")) {
      return missing(subject, Reason.ENV_NO_CLUSTER_IP)
          .causedBy(
              Reason.ENV_NO_CLUSTER_IP,
              "Service " + key + " is " + (ip.isEmpty() ? "an ExternalName" : "headless")
                  + ", and only a ClusterIP gives variables");
    }
    return missing(
        subject,
        pod.spec().enableServiceLinks() ? Reason.ENV_NO_SUCH_SERVICE : Reason.ENV_LINKS_OFF);
  }

  private static Explanation missing(String subject, Reason reason) {
    return Explanation.of("NOT SET", reason).about(subject).seenAs("an empty variable");
  }

  /** The origin of a Service's variable is {@code Service/namespace/name}. */
  private static String dnsName(Variable variable, String namespace) {
    String object = variable.origin().object();
    return object.substring(object.lastIndexOf('/') + 1) + "." + namespace + ".svc.cluster.local";
  }
}
