package dev.hairpin.analysis.explain;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks why a name has no address. */
final class NameDiagnosis {
  private static final String CLUSTER_DOMAIN = ".cluster.local";

  private final ClusterView state;
  private final boolean hasNames;

  /**
   * A diagnosis.
   *
   * @param state the objects
   * @param hasNames whether something answers for names
   */
  NameDiagnosis(ClusterView state, boolean hasNames) {
    this.state = state;
    this.hasNames = hasNames;
  }

  Explanation explain(Source source, NameService.Lookup lookup, Explanation plain) {
    Explanation about = plain.about("name " + lookup.name() + " asked by " + source);
    if (source instanceof Source.Internet) {
      return about.causedBy(
          Reason.NO_SUCH_NAME,
          "public DNS knows the names of load balancers only; names of Services exist in the"
              + " cluster's own DNS");
    }
    if (!hasNames) {
      return about.causedBy(Reason.DNS_NOT_RUNNING, Reason.DNS_NOT_RUNNING.sentence());
    }
    if (lookup.reason() == Reason.DNS_NO_ANSWER) {
      return about;
    }
    List<String> labels = labels(lookup.name());
    String own = source instanceof Source.InPod in ? in.namespace() : "";
    if (labels.isEmpty() || labels.size() > 3) {
      return about;
    }
    String name = labels.get(labels.size() > 2 ? 1 : 0);
    String namespace = labels.size() > 1 ? labels.get(labels.size() - 1) : own;
    Optional<Service> service = state.get(Service.class, namespace, name);
    return service.isPresent()
        ? known(service.get(), labels, lookup, about)
        : unknown(name, namespace, labels, own, about);
  }

  /** The labels of a cluster name before {@code svc}; empty for other names of several labels. */
  private static List<String> labels(String name) {
    String rest = name.toLowerCase(Locale.ROOT);
    rest = rest.endsWith(".") ? rest.substring(0, rest.length() - 1) : rest;
    boolean full = rest.endsWith(CLUSTER_DOMAIN);
    rest = full ? rest.substring(0, rest.length() - CLUSTER_DOMAIN.length()) : rest;
    if (rest.endsWith(".svc")) {
      rest = rest.substring(0, rest.length() - ".svc".length());
    } else if (full) {
      return List.of();
    }
    return rest.isEmpty() ? List.of() : Arrays.asList(rest.split("\\.", -1));
  }

  // ---- the Service exists

  private Explanation known(
      Service service, List<String> labels, NameService.Lookup lookup, Explanation about) {
    String key = service.key().namespacedName();
    if (service.spec().type() == ServiceType.EXTERNAL_NAME) {
      return about.causedBy(
          Reason.EXTERNAL_NAME_UNRESOLVED,
          "Service " + key + " is an alias of " + service.spec().externalName()
              + ", which does not resolve");
    }
    if (service.spec().isHeadless()) {
      return headless(service, labels, about);
    }
    return lookup.reason() == Reason.NAME_HAS_NO_ADDRESS
        ? about.causedBy(
            Reason.NAME_HAS_NO_ADDRESS,
            "Service " + key + " has the addresses " + service.spec().clusterIps()
                + " and none of the family that was asked for")
        : about;
  }

  private Explanation headless(Service service, List<String> labels, Explanation about) {
    String key = service.key().namespacedName();
    List<Pod> pods = new ServiceDiagnosis(state).matching(service);
    long ready = pods.stream().filter(Pod::isReady).count();
    if (labels.size() == 3 && ready > 0) {
      Set<String> hosts = new LinkedHashSet<>();
      state.list(EndpointSlice.class).stream()
          .filter(s -> s.metadata().namespace().equals(service.metadata().namespace()))
          .filter(s -> s.serviceName().equals(service.metadata().name()))
          .flatMap(s -> s.endpoints().stream())
          .filter(e -> e.hostname() != null)
          .forEach(e -> hosts.add(String.valueOf(e.hostname())));
      return about
          .causedBy(
              Reason.NO_SUCH_NAME,
              "headless Service " + key + " has no ready endpoint with the host name \""
                  + labels.get(0) + "\"" + (hosts.isEmpty() ? "" : "; it has " + hosts))
          .suggesting(Nearest.all(labels.get(0), hosts));
    }
    if (pods.isEmpty()) {
      return about.causedBy(
          Reason.SELECTOR_MATCHES_NOTHING,
          "Service " + key + " is headless, and its selector matches no pod");
    }
    return about.causedBy(
        Reason.HEADLESS_WITHOUT_READY_PODS,
        "Service " + key + " is headless, and " + ready + " of its " + pods.size()
            + " pods are ready");
  }

  // ---- there is no such Service

  private Explanation unknown(
      String name, String namespace, List<String> labels, String own, Explanation about) {
    List<String> elsewhere = state.list(Service.class).stream()
        .filter(s -> s.metadata().name().equals(name))
        .map(s -> name + "." + s.metadata().namespace())
        .sorted()
        .toList();
    if (!elsewhere.isEmpty()) {
      return about
          .causedBy(
              Reason.NAME_OF_OTHER_NAMESPACE,
              "there is no Service " + name + " in namespace " + namespace + ", but there is "
                  + elsewhere.stream()
                      .map(e -> e.substring(name.length() + 1) + "/" + name)
                      .collect(Collectors.joining(", ")))
          .suggesting(elsewhere);
    }
    Set<String> suggestions = new LinkedHashSet<>();
    List<String> inNamespace = new ArrayList<>();
    List<String> qualified = new ArrayList<>();
    for (Service s : state.list(Service.class)) {
      if (s.metadata().namespace().equals(namespace)) {
        inNamespace.add(s.metadata().name());
      }
      qualified.add(s.metadata().name() + "." + s.metadata().namespace());
    }
    String suffix = namespace.equals(own) && labels.size() == 1 ? "" : "." + namespace;
    Nearest.all(name, inNamespace).forEach(n -> suggestions.add(n + suffix));
    Nearest.all(name + "." + namespace, qualified).forEach(suggestions::add);
    boolean inCluster = labels.size() == 1
        || !suggestions.isEmpty()
        || state.list(Service.class).stream()
            .anyMatch(s -> s.metadata().namespace().equals(namespace));
    return inCluster
        ? about
            .causedBy(
                Reason.NO_SUCH_NAME,
                "there is no Service " + namespace + "/" + name
                    + ", and the search list leads to no other name that exists")
            .suggesting(suggestions.stream().limit(3).toList())
        : about;
  }
}
