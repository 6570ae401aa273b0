package dev.hairpin.cluster;

import dev.hairpin.api.Quantity;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.ManifestException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a container asks for and what it is limited to.
 *
 * <p>Source: {@code ValidateContainerResourceRequirements} of kube-apiserver v1.36. Claims of
 * devices are not judged.
 */
final class ResourceValidation {
  private static final String HUGE_PAGES = "hugepages-";

  /** What a container may ask for by a name without a domain. */
  private static final Set<String> OF_CONTAINERS = Set.of("cpu", "memory", "ephemeral-storage");

  /** What else has a name without a domain, in quotas. */
  private static final Set<String> OF_OTHERS = Set.of(
      "configmaps",
      "limits.cpu",
      "limits.ephemeral-storage",
      "limits.memory",
      "persistentvolumeclaims",
      "pods",
      "replicationcontrollers",
      "requests.cpu",
      "requests.ephemeral-storage",
      "requests.memory",
      "requests.storage",
      "resourcequotas",
      "secrets",
      "services",
      "services.loadbalancers",
      "services.nodeports",
      "storage");

  private final FieldErrors errors;
  private final Fields resources;
  private final Map<String, String> limits;

  private ResourceValidation(FieldErrors errors, Fields resources) {
    this.errors = errors;
    this.resources = resources;
    this.limits = resources.quantities("limits");
  }

  /** Judges the field {@code resources} of a container. */
  static void of(FieldErrors errors, Fields resources) {
    ResourceValidation validation = new ResourceValidation(errors, resources);
    Map<String, String> requests = resources.quantities("requests");
    validation.limits.forEach((name, amount) -> validation.amount("limits", name, amount));
    requests.forEach((name, amount) -> {
      validation.amount("requests", name, amount);
      validation.request(name, amount);
    });
    validation.hugePages(requests.keySet());
  }

  private void amount(String list, String name, String amount) {
    String path = resources.path(list) + "[" + name + "]";
    @Nullable String problem = Quantity.problem(amount);
    if (problem != null) {
      throw new ManifestException(null, 0, 0, path, problem);
    }
    name(path, name);
    if (signum(amount) < 0) {
      errors.invalid(path, Quantity.canonical(amount), WorkloadValidation.NOT_NEGATIVE);
    }
    OptionalLong milli = Quantity.milli(amount);
    if (isExtended(name) && milli.isPresent() && milli.getAsLong() % 1_000 != 0) {
      errors.invalid(path, Quantity.canonical(amount), "must be an integer");
    }
    if (name.startsWith(HUGE_PAGES) && !isMultiple(milli, name.substring(HUGE_PAGES.length()))) {
      errors.invalid(
          path,
          Quantity.canonical(amount),
          Quantity.canonical(amount) + " is not positive integer multiple of " + name);
    }
  }

  private static boolean isMultiple(OptionalLong milli, String size) {
    OptionalLong page =
        Quantity.problem(size) == null ? Quantity.milli(size) : OptionalLong.empty();
    return page.isPresent()
        && page.getAsLong() > 0
        && page.getAsLong() % 1_000 == 0
        && milli.isPresent()
        && milli.getAsLong() % page.getAsLong() == 0;
  }

  private static int signum(String amount) {
    return amount.startsWith("-") && !Quantity.canonical(amount).equals("0") ? -1 : 1;
  }

  private void name(String path, String name) {
    List<String> bad = NameRules.qualifiedName(name);
    errors.invalid(path, name, bad);
    if (name.contains("/")) {
      if (isExtended(name) && !isExtendedName(name)) {
        errors.invalid(path, name, "doesn't follow extended resource name standard");
      }
      return;
    }
    boolean standard = OF_CONTAINERS.contains(name) || name.startsWith(HUGE_PAGES);
    if (bad.isEmpty()
        && !standard
        && !OF_OTHERS.contains(name)
        && !name.startsWith("requests." + HUGE_PAGES)) {
      errors.invalid(path, name, "must be a standard resource type or fully qualified");
    }
    if (!standard) {
      errors.invalid(path, name, "must be a standard resource for containers");
    }
  }

  /** Whether a quota could name it too. */
  private static boolean isExtendedName(String name) {
    return !name.startsWith("requests.")
        && NameRules.qualifiedName("requests." + name).isEmpty();
  }

  private void request(String name, String amount) {
    @Nullable String limit = limits.get(name);
    boolean overcommitted = !isExtended(name) && !name.startsWith(HUGE_PAGES);
    if (limit == null) {
      if (!overcommitted) {
        errors.required(
            resources.path("limits"), "Limit must be set for non overcommitable resources");
      }
      return;
    }
    OptionalLong asked = Quantity.milli(amount);
    OptionalLong most = Quantity.milli(limit);
    if (asked.isEmpty() || most.isEmpty() || asked.getAsLong() == most.getAsLong()) {
      return;
    }
    if (!overcommitted || asked.getAsLong() > most.getAsLong()) {
      errors.invalid(
          resources.path("requests"),
          Quantity.canonical(amount),
          (overcommitted ? "must be less than or equal to " : "must be equal to ")
              + name
              + " limit of "
              + Quantity.canonical(limit));
    }
  }

  /** A resource of somebody else's, such as {@code nvidia.com/gpu}. */
  private static boolean isExtended(String name) {
    return name.contains("/") && !name.contains("kubernetes.io/");
  }

  private void hugePages(Set<String> requests) {
    boolean huge = limits.keySet().stream().anyMatch(name -> name.startsWith(HUGE_PAGES))
        || requests.stream().anyMatch(name -> name.startsWith(HUGE_PAGES));
    boolean other = Set.of("cpu", "memory").stream()
        .anyMatch(name -> limits.containsKey(name) || requests.contains(name));
    if (huge && !other) {
      errors.forbidden(resources.path(), "HugePages require cpu or memory");
    }
  }
}
