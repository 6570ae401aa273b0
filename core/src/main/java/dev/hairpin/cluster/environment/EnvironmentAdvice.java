package dev.hairpin.cluster.environment;

import dev.hairpin.api.Container;
import dev.hairpin.api.EnvVar;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is odd about the environment of a container, each with why and with the way out.
 *
 * @param kind what it is about
 * @param subject the Service or variable
 * @param message a sentence or two
 */
public record EnvironmentAdvice(Kind kind, String subject, String message) {

  /** What advice is about. */
  public enum Kind {
    /** A Service is missing, because it was made after the container started. */
    SERVICE_TOO_LATE,
    /** The container holds the address of a Service that has another one by now, or is gone. */
    STALE_SERVICE,
    /** Two Services make a variable of one name. */
    COLLISION,
    /** The container's own variable hides a Service's. */
    HIDDEN_BY_OWN,
    /** A Service sets a variable that the program most likely reads as its own setting. */
    PORT_TRAP,
    /** The environment takes a large part of what the kernel allows. */
    SIZE
  }

  /** What Linux allows for arguments and environment together, with the usual stack of 8 MiB. */
  public static final long SIZE_LIMIT = 2_097_152;

  private static final List<String> PROGRAM_LABELS =
      List.of("app", "app.kubernetes.io/name", "app.kubernetes.io/component", "k8s-app");

  /**
   * Looks at a container.
   *
   * @param pod the pod
   * @param container the container
   * @param seen its environment
   * @param atStart all Services when the container started
   * @param now all Services as they are
   * @return the advice, in the order of the kinds
   */
  public static List<EnvironmentAdvice> of(
      Pod pod,
      Container container,
      Environment seen,
      Collection<Service> atStart,
      Collection<Service> now) {
    List<EnvironmentAdvice> advice = new ArrayList<>();
    List<Service> before = Environment.visible(pod, atStart);
    List<Service> after = Environment.visible(pod, now);
    changes(before, after, advice);
    collisions(before, advice);
    hidden(before, seen, advice);
    portTraps(pod, container, seen, advice);
    if (seen.sizeBytes() > SIZE_LIMIT / 4) {
      advice.add(new EnvironmentAdvice(
          Kind.SIZE,
          container.name(),
          ("the environment takes %d bytes of the %d that Linux allows for arguments and environment;"
                  + " beyond that the program fails with \"argument list too long\". Set"
                  + " enableServiceLinks: false")
              .formatted(seen.sizeBytes(), SIZE_LIMIT)));
    }
    return advice;
  }

  private static void changes(
      List<Service> before, List<Service> after, List<EnvironmentAdvice> advice) {
    Map<String, String> known = new LinkedHashMap<>();
    before.forEach(s -> known.put(s.metadata().name(), s.spec().clusterIp()));
    for (Service service : after) {
      if (!known.containsKey(service.metadata().name())) {
        advice.add(new EnvironmentAdvice(
            Kind.SERVICE_TOO_LATE,
            service.key().namespacedName(),
            "Service %s was made after the container started, so %s_SERVICE_HOST is not set; re-create the pod (kubectl rollout restart) or use DNS"
                .formatted(
                    service.key().namespacedName(),
                    ServiceVariables.upper(service.metadata().name()))));
      }
    }
    Map<String, String> current = new LinkedHashMap<>();
    after.forEach(s -> current.put(s.metadata().name(), s.spec().clusterIp()));
    known.forEach((name, ip) -> {
      @Nullable String newIp = current.get(name);
      if (newIp == null || !newIp.equals(ip)) {
        advice.add(new EnvironmentAdvice(
            Kind.STALE_SERVICE,
            name,
            "%s_SERVICE_HOST is still %s, but Service %s %s; a running container keeps its variables"
                .formatted(
                    ServiceVariables.upper(name),
                    ip,
                    name,
                    newIp == null ? "is gone" : "has address " + newIp + " now")));
      }
    });
  }

  private static void collisions(List<Service> services, List<EnvironmentAdvice> advice) {
    Map<String, Variable> first = new LinkedHashMap<>();
    for (Variable variable : ServiceVariables.of(services)) {
      @Nullable Variable other = first.putIfAbsent(variable.name(), variable);
      if (other != null && !other.origin().equals(variable.origin())) {
        advice.add(new EnvironmentAdvice(
            Kind.COLLISION,
            variable.name(),
            "%s and %s both make %s (%s and %s); which one a container gets is left to chance. Rename one"
                .formatted(
                    other.origin().object(),
                    variable.origin().object(),
                    variable.name(),
                    other.value(),
                    variable.value())));
      }
    }
  }

  private static void hidden(
      List<Service> services, Environment seen, List<EnvironmentAdvice> advice) {
    Map<String, Variable> fromServices = new LinkedHashMap<>();
    ServiceVariables.of(services).forEach(v -> fromServices.put(v.name(), v));
    for (Variable variable : seen.variables()) {
      @Nullable Variable service = fromServices.get(variable.name());
      if (service != null && variable.origin().source() != Variable.Source.SERVICE) {
        advice.add(new EnvironmentAdvice(
            Kind.HIDDEN_BY_OWN,
            variable.name(),
            "%s is set by the container itself to \"%s\", so the value \"%s\" of %s is not seen"
                .formatted(
                    variable.name(),
                    variable.value(),
                    service.value(),
                    service.origin().object())));
      }
    }
  }

  /**
   * A Service {@code redis} sets {@code REDIS_PORT=tcp://...}, and a program that reads
   * {@code REDIS_PORT} as a number fails. It is likely to read it if it is called like the Service,
   * or if its manifest sets other variables of the prefix.
   */
  private static void portTraps(
      Pod pod, Container container, Environment seen, List<EnvironmentAdvice> advice) {
    Set<String> programs = new HashSet<>();
    programs.add(ServiceVariables.upper(container.name()));
    PROGRAM_LABELS.forEach(label ->
        programs.add(ServiceVariables.upper(pod.metadata().labels().getOrDefault(label, ""))));
    for (Variable variable : seen.variables()) {
      String name = variable.name();
      if (variable.origin().source() != Variable.Source.SERVICE
          || !name.endsWith("_PORT")
          || !variable.value().contains("://")) {
        continue;
      }
      String prefix = name.substring(0, name.length() - "_PORT".length());
      @Nullable
      String sibling = container.env().stream()
          .map(EnvVar::name)
          .filter(n -> n.startsWith(prefix + "_"))
          .findFirst()
          .orElse(null);
      if (sibling != null || programs.contains(prefix)) {
        advice.add(new EnvironmentAdvice(
            Kind.PORT_TRAP,
            name,
            "%s is \"%s\" because of %s; %s, so it may take this for its own setting, where a number is expected. Set %s explicitly or enableServiceLinks: false"
                .formatted(
                    name,
                    variable.value(),
                    variable.origin().object(),
                    sibling != null
                        ? "the program is given " + sibling
                        : "the program is called " + prefix.toLowerCase(java.util.Locale.ROOT),
                    name)));
      }
    }
  }

  /** The message. */
  @Override
  public String toString() {
    return message;
  }
}
