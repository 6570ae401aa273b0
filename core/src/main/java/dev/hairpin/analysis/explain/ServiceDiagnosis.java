package dev.hairpin.analysis.explain;

import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the first broken link between a Service and its pods: the selector, the pods, their
 * addresses, their readiness, the port.
 */
public final class ServiceDiagnosis {
  private final ClusterView state;

  /**
   * A diagnosis of the Services of a cluster.
   *
   * @param state the objects
   */
  public ServiceDiagnosis(ClusterView state) {
    this.state = state;
  }

  /**
   * A broken link.
   *
   * @param cause its code
   * @param because a sentence with the names of the case
   * @param didYouMean what was probably meant, nearest first
   * @param field the path of the field that is probably wrong; may be empty
   */
  public record Broken(Reason cause, String because, List<String> didYouMean, String field) {

    /** Copies the list. */
    public Broken {
      didYouMean = List.copyOf(didYouMean);
    }
  }

  /**
   * Explains the state of a Service.
   *
   * @param service the Service
   * @return the explanation
   */
  public Explanation explain(Service service) {
    String subject = Explainer.subject(service);
    for (ServicePort port : service.spec().ports()) {
      Optional<Broken> broken = brokenLink(service, port);
      if (broken.isPresent()) {
        return Explanation.of("NO ENDPOINTS", Reason.NO_ENDPOINTS)
            .about(subject + " port " + port.port() + "/" + port.protocol())
            .causedBy(broken.get().cause(), broken.get().because())
            .suggesting(broken.get().didYouMean());
      }
    }
    return Explanation.of("NOTHING WRONG", Reason.NOTHING_WRONG).about(subject);
  }

  /**
   * The first broken link of a Service's port.
   *
   * @param service the Service
   * @param port one of its ports
   * @return the link; nothing if the port has a ready endpoint, or the Service is an alias
   */
  public Optional<Broken> brokenLink(Service service, ServicePort port) {
    if (service.spec().type() == ServiceType.EXTERNAL_NAME
        || !ready(service, port).isEmpty()) {
      return Optional.empty();
    }
    @Nullable Map<String, String> selector = service.spec().selector();
    if (selector == null || selector.isEmpty()) {
      return Optional.of(new Broken(
          Reason.SERVICE_WITHOUT_SELECTOR,
          Reason.SERVICE_WITHOUT_SELECTOR.sentence(),
          List.of(),
          "spec.selector"));
    }
    List<Pod> pods = matching(service);
    if (pods.isEmpty()) {
      return Optional.of(noPod(service, selector));
    }
    List<Pod> alive = pods.stream().filter(p -> !p.hasEnded()).toList();
    List<Pod> withAddress = alive.stream().filter(p -> !p.podIps().isEmpty()).toList();
    if (withAddress.isEmpty()) {
      return Optional.of(new Broken(
          Reason.PODS_WITHOUT_ADDRESS,
          "the selector matches " + counted(pods) + ", and none runs with an address: "
              + pods.stream()
                  .limit(3)
                  .map(p -> p.metadata().name() + " is " + p.phase())
                  .collect(Collectors.joining(", ")),
          List.of(),
          ""));
    }
    @Nullable String wanted = port.targetPort().name();
    List<Pod> declaring = wanted == null
        ? withAddress
        : withAddress.stream().filter(p -> declares(p, wanted, port)).toList();
    if (declaring.isEmpty()) {
      return Optional.of(undeclared(service, port, wanted == null ? "" : wanted, withAddress));
    }
    if (declaring.stream().noneMatch(Pod::isReady) && !service.spec().publishNotReadyAddresses()) {
      return Optional.of(new Broken(
          Reason.PODS_NOT_READY,
          "the selector matches " + counted(declaring) + ", and none is ready",
          List.of(),
          ""));
    }
    return Optional.empty();
  }

  /** The pods of the Service's namespace that its selector matches. */
  List<Pod> matching(Service service) {
    @Nullable Map<String, String> selector = service.spec().selector();
    if (selector == null || selector.isEmpty()) {
      return List.of();
    }
    LabelSelector labels = LabelSelector.of(selector);
    return state.list(Pod.class).stream()
        .filter(p -> p.metadata().namespace().equals(service.metadata().namespace()))
        .filter(p -> labels.matches(p.metadata().labels()))
        .toList();
  }

  /**
   * The endpoints of a Service's port that get traffic.
   *
   * @param service the Service
   * @param port one of its ports
   * @return the ready endpoints of all slices that have the port with a number
   */
  public List<Endpoint> ready(Service service, ServicePort port) {
    List<Endpoint> ready = new ArrayList<>();
    for (EndpointSlice slice : slices(service)) {
      if (slice.ports().stream().anyMatch(p -> is(p, port))) {
        slice.endpoints().stream().filter(e -> e.ready() == null || e.ready()).forEach(ready::add);
      }
    }
    return ready;
  }

  private static boolean is(EndpointPort p, ServicePort port) {
    String name = p.name() == null ? "" : p.name();
    return p.port() != null && name.equals(port.name()) && p.protocol() == port.protocol();
  }

  /**
   * The EndpointSlices of a Service.
   *
   * @param service the Service
   * @return all with its label, whoever wrote them
   */
  public List<EndpointSlice> slices(Service service) {
    return state.list(EndpointSlice.class).stream()
        .filter(s -> s.metadata().namespace().equals(service.metadata().namespace()))
        .filter(s -> s.serviceName().equals(service.metadata().name()))
        .toList();
  }

  // ---- no pod matches

  private Broken noPod(Service service, Map<String, String> selector) {
    Set<String> suggestions = new LinkedHashSet<>();
    String namespace = service.metadata().namespace();
    List<Pod> own = state.list(Pod.class).stream()
        .filter(p -> p.metadata().namespace().equals(namespace))
        .toList();
    List<Map<String, String>> labelSets = new ArrayList<>();
    own.forEach(p -> labelSets.add(p.metadata().labels()));
    nearestLabels(selector, labelSets).ifPresent(suggestions::addAll);
    String elsewhere = state.list(Pod.class).stream()
        .filter(p -> LabelSelector.of(selector).matches(p.metadata().labels()))
        .map(p -> p.metadata().namespace())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
    String because = "no pod of namespace " + namespace + " has the labels " + text(selector)
        + (elsewhere.isEmpty() ? "" : "; pods with them are in namespace " + elsewhere);
    if (!elsewhere.isEmpty()) {
      suggestions.add("metadata.namespace: " + elsewhere);
    }
    return new Broken(
        Reason.SELECTOR_MATCHES_NOTHING, because, List.copyOf(suggestions), "spec.selector");
  }

  /**
   * What a selector would have to say to match: the labels of the pod that meets most of it, where
   * they are near what it says.
   *
   * @param selector the selector
   * @param labelSets the labels of the pods
   * @return the labels that differ, such as {@code app=ui}, or nothing if no pod comes near
   */
  public static Optional<List<String>> nearestLabels(
      Map<String, String> selector, Collection<Map<String, String>> labelSets) {
    return labelSets.stream()
        .distinct()
        .map(labels -> corrections(selector, labels))
        .flatMap(Optional::stream)
        .min(Comparator.<List<String>>comparingInt(List::size).thenComparing(List::toString));
  }

  private static Optional<List<String>> corrections(
      Map<String, String> selector, Map<String, String> labels) {
    List<String> corrections = new ArrayList<>();
    for (Map.Entry<String, String> wanted : new TreeMap<>(selector).entrySet()) {
      String value = labels.get(wanted.getKey());
      if (wanted.getValue().equals(value)) {
        continue;
      }
      Optional<String> correction = value != null
          ? Nearest.isNear(wanted.getValue(), value)
                  || value.startsWith(wanted.getValue())
                  || wanted.getValue().startsWith(value)
              ? Optional.of(wanted.getKey() + "=" + value)
              : Optional.empty()
          : labels.entrySet().stream()
              .filter(l -> l.getValue().equals(wanted.getValue())
                  || (Nearest.isNear(wanted.getKey(), l.getKey())
                      && Nearest.isNear(wanted.getValue(), l.getValue())))
              .map(l -> l.getKey() + "=" + l.getValue())
              .sorted()
              .findFirst();
      if (correction.isEmpty()) {
        return Optional.empty();
      }
      corrections.add(correction.get());
    }
    return corrections.isEmpty() ? Optional.empty() : Optional.of(corrections);
  }

  private static String text(Map<String, String> labels) {
    return new TreeMap<>(labels)
        .entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(","));
  }

  // ---- no pod has the port

  private static List<ContainerPort> ports(Pod pod) {
    List<ContainerPort> ports = new ArrayList<>();
    for (Container container : pod.spec().containers()) {
      ports.addAll(container.ports());
    }
    pod.spec().initContainers().stream()
        .filter(c -> "Always".equals(c.restartPolicy()))
        .forEach(c -> ports.addAll(c.ports()));
    return ports;
  }

  private static boolean declares(Pod pod, String name, ServicePort port) {
    return ports(pod).stream()
        .anyMatch(p -> p.name().equals(name) && p.protocol() == port.protocol());
  }

  private static Broken undeclared(
      Service service, ServicePort port, String wanted, List<Pod> pods) {
    Set<String> names = new TreeSet<>();
    Set<String> otherProtocol = new TreeSet<>();
    Set<String> numbers = new TreeSet<>();
    for (Pod pod : pods) {
      for (ContainerPort p : ports(pod)) {
        if (p.name().equals(wanted)) {
          otherProtocol.add(wanted + " is " + p.protocol() + " in the pod");
        } else if (p.protocol() == port.protocol() && !p.name().isEmpty()) {
          names.add(p.name());
        } else if (p.protocol() == port.protocol()) {
          numbers.add(Integer.toString(p.containerPort()));
        }
      }
    }
    List<String> suggestions = new ArrayList<>(otherProtocol);
    Nearest.all(wanted, names).forEach(n -> suggestions.add("targetPort: " + n));
    if (suggestions.isEmpty()) {
      names.stream().limit(3).forEach(n -> suggestions.add("targetPort: " + n));
      numbers.stream().limit(3).forEach(n -> suggestions.add("targetPort: " + n));
    }
    int index = service.spec().ports().indexOf(port);
    return new Broken(
        Reason.TARGET_PORT_NOT_DECLARED,
        "targetPort \"" + wanted + "\" (" + port.protocol() + ") is the name of no container port"
            + " of " + counted(pods) + (names.isEmpty() ? "" : ", which declare " + names),
        suggestions,
        "spec.ports[" + index + "].targetPort");
  }

  private static String counted(List<Pod> pods) {
    return pods.size() == 1 ? "pod " + pods.get(0).metadata().name() : pods.size() + " pods";
  }
}
