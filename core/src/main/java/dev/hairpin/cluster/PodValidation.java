package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges pods: their volumes and containers, host name, DNS, gates and tolerations.
 *
 * <p>Source: {@code ValidatePodSpec} of kube-apiserver v1.36. An image may be left out, since none
 * is run; security contexts, affinities, spread constraints and claims of devices are not judged.
 */
final class PodValidation {
  private static final List<String> RESTART_POLICIES = List.of("Always", "OnFailure", "Never");
  private static final List<String> DNS_POLICIES =
      List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
  private static final List<String> EFFECTS =
      List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
  private static final int MOST_NAMESERVERS = 3;
  private static final int MOST_SEARCHES = 32;
  private static final int LONGEST_SEARCH_LIST = 2_048;

  private final FieldErrors errors;
  private final Fields spec;

  private PodValidation(FieldErrors errors, Fields spec) {
    this.errors = errors;
    this.spec = spec;
  }

  /** Judges the spec of a template. */
  static void of(FieldErrors errors, Fields spec) {
    new PodValidation(errors, spec).spec(false);
  }

  /** Judges the spec of a pod that is new. */
  static void ofNew(FieldErrors errors, Fields spec) {
    ofPod(errors, spec);
    if (!spec.text("nodeName").isEmpty() && !spec.objects("schedulingGates").isEmpty()) {
      errors.forbidden(
          spec.path("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
  }

  /** Judges the spec of a pod by itself, whatever it was before. */
  static void ofPod(FieldErrors errors, Fields spec) {
    new PodValidation(errors, spec).spec(true);
  }

  private void spec(boolean pod) {
    Set<String> volumes = new VolumeValidation(errors).volumes(spec);
    containers(volumes);
    if (spec.bool("hostNetwork", false)) {
      hostNetwork(pod);
    }
    oneOf("restartPolicy", RESTART_POLICIES);
    oneOf("dnsPolicy", DNS_POLICIES);
    NameRules.labels(errors, spec.path("nodeSelector"), spec.textMap("nodeSelector"));
    dns();
    for (Fields gate : spec.objects("readinessGates")) {
      String type = gate.text("conditionType");
      errors.invalid(gate.path("conditionType"), type, NameRules.qualifiedName(type));
    }
    schedulingGates();
    subdomain("serviceAccountName");
    String node = spec.text("nodeName");
    if (!node.isEmpty()) {
      errors.invalid(spec.path("nodeName"), node, NameRules.dnsSubdomain(node));
    }
    if (spec.has("activeDeadlineSeconds")) {
      long deadline = spec.int64("activeDeadlineSeconds", 0);
      if (deadline < 1 || deadline > Integer.MAX_VALUE) {
        errors.invalid(
            spec.path("activeDeadlineSeconds"),
            deadline,
            "must be between 1 and 2147483647, inclusive");
      }
    }
    for (String name : List.of("hostname", "subdomain")) {
      String value = spec.text(name);
      if (!value.isEmpty()) {
        errors.invalid(spec.path(name), value, NameRules.dnsLabel(value));
      }
    }
    tolerations(errors, spec);
    for (Fields alias : spec.objects("hostAliases")) {
      AddressTexts.address(
          errors, errors.features(), alias.path("ip"), alias.text("ip"), List.of());
      List<String> names = alias.texts("hostnames");
      for (int i = 0; i < names.size(); i++) {
        errors.invalid(
            alias.path("hostnames[" + i + "]"), names.get(i), NameRules.dnsSubdomain(names.get(i)));
      }
    }
    subdomain("priorityClassName");
    subdomain("runtimeClassName");
    oneOf("preemptionPolicy", List.of("PreemptLowerPriority", "Never"));
  }

  private void subdomain(String name) {
    String value = spec.text(name);
    if (!value.isEmpty()) {
      errors.invalid(spec.path(name), value, NameRules.dnsSubdomain(value));
    }
  }

  private void oneOf(String name, List<String> values) {
    String value = spec.text(name);
    if (!value.isEmpty() && !values.contains(value)) {
      errors.notSupported(spec.path(name), value, values);
    }
  }

  private void containers(Set<String> volumes) {
    ContainerValidation judge = new ContainerValidation(errors, spec, volumes);
    List<Fields> containers = spec.objects("containers");
    if (containers.isEmpty()) {
      errors.required(spec.path("containers"), "");
    }
    Set<String> names = new HashSet<>();
    for (Fields container : containers) {
      judge.container(container);
      unique(container, names);
      judge.running(container);
      if (container.has("restartPolicy")) {
        errors.forbidden(container.path("restartPolicy"), "may not be set for non-init containers");
      }
    }
    Set<String> hostPorts = new HashSet<>();
    containers.forEach(c -> hostPorts(c, c.path(), hostPorts));
    for (Fields container : spec.objects("initContainers")) {
      judge.container(container);
      initRestartPolicy(container);
      unique(container, names);
      // they run one after the other; the server points at the first whichever it is
      hostPorts(container, spec.path("initContainers[0]"), new HashSet<>());
      if (container.text("restartPolicy").equals("Always")) {
        judge.running(container);
      } else {
        judge.ending(container);
      }
    }
  }

  private void unique(Fields container, Set<String> names) {
    String name = container.text("name");
    if (!name.isEmpty() && !names.add(name)) {
      errors.duplicate(container.path("name"), name);
    }
  }

  private void initRestartPolicy(Fields container) {
    @Nullable String policy = container.textOrNull("restartPolicy");
    if (policy != null && !policy.equals("Always")) {
      errors.notSupported(container.path("restartPolicy"), policy, List.of("Always"));
    }
  }

  private void hostPorts(Fields container, String path, Set<String> taken) {
    List<Fields> ports = container.objects("ports");
    for (int i = 0; i < ports.size(); i++) {
      Fields port = ports.get(i);
      int hostPort = port.int32("hostPort", 0);
      String key = port.text("protocol", "TCP") + "/" + port.text("hostIP") + "/" + hostPort;
      if (hostPort != 0 && !taken.add(key)) {
        errors.duplicate(path + ".ports[" + i + "].hostPort", key);
      }
    }
  }

  /** A template may leave the host port to the pod that is made of it. */
  private void hostNetwork(boolean pod) {
    for (Fields container : spec.objects("containers")) {
      for (Fields port : container.objects("ports")) {
        int hostPort = port.int32("hostPort", 0);
        if ((pod || hostPort != 0) && hostPort != port.int32("containerPort", 0)) {
          errors.invalid(
              port.path("hostPort"),
              hostPort,
              "must match `containerPort` when `hostNetwork` is true");
        }
      }
    }
  }

  private void dns() {
    @Nullable Fields config = spec.objectOrNull("dnsConfig");
    if (spec.text("dnsPolicy").equals("None")) {
      if (config == null) {
        errors.required(
            spec.path("dnsConfig"), "must provide `dnsConfig` when `dnsPolicy` is None");
        return;
      }
      if (config.texts("nameservers").isEmpty()) {
        errors.required(
            config.path("nameservers"),
            "must provide at least one DNS nameserver when `dnsPolicy` is None");
        return;
      }
    }
    if (config == null) {
      return;
    }
    List<String> servers = config.texts("nameservers");
    if (servers.size() > MOST_NAMESERVERS) {
      errors.invalid(
          config.path("nameservers"),
          servers,
          "must not have more than " + MOST_NAMESERVERS + " nameservers");
    }
    for (int i = 0; i < servers.size(); i++) {
      AddressTexts.address(
          errors,
          errors.features(),
          config.path("nameservers[" + i + "]"),
          servers.get(i),
          List.of());
    }
    List<String> searches = config.texts("searches");
    if (searches.size() > MOST_SEARCHES) {
      errors.invalid(
          config.path("searches"),
          searches,
          "must not have more than " + MOST_SEARCHES + " search paths");
    }
    if (String.join(" ", searches).length() > LONGEST_SEARCH_LIST) {
      errors.invalid(
          config.path("searches"),
          searches,
          "must not have more than "
              + LONGEST_SEARCH_LIST
              + " characters (including spaces) in the search list");
    }
    for (int i = 0; i < searches.size(); i++) {
      String search = searches.get(i);
      if (!search.equals(".")) {
        String name = search.endsWith(".") ? search.substring(0, search.length() - 1) : search;
        errors.invalid(config.path("searches[" + i + "]"), name, NameRules.searchDomain(name));
      }
    }
    for (Fields option : config.objects("options")) {
      if (option.text("name").isEmpty()) {
        errors.required(option.path(), "must not be empty");
      }
    }
  }

  private void schedulingGates() {
    Set<String> seen = new HashSet<>();
    for (Fields gate : spec.objects("schedulingGates")) {
      String name = gate.text("name");
      errors.invalid(gate.path(), name, NameRules.qualifiedName(name));
      if (!seen.add(name)) {
        errors.duplicate(gate.path(), name);
      }
    }
  }

  /** Judges the tolerations of a pod's spec. */
  static void tolerations(FieldErrors errors, Fields spec) {
    for (Fields f : spec.objects("tolerations")) {
      String key = f.text("key");
      String operator = f.text("operator");
      String effect = f.text("effect");
      String value = f.text("value");
      if (!key.isEmpty()) {
        errors.invalid(f.path("key"), key, NameRules.qualifiedName(key));
      } else if (!operator.equals("Exists")) {
        errors.invalid(
            f.path("operator"),
            operator,
            "operator must be Exists when `key` is empty, which means \"match all values and all"
                + " keys\"");
      }
      if (f.has("tolerationSeconds") && !effect.equals("NoExecute")) {
        errors.invalid(
            f.path("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
      }
      switch (operator) {
        case "", "Equal" -> {
          List<String> bad = NameRules.labelValue(value);
          if (!bad.isEmpty()) {
            errors.invalid(f.path("operator"), value, String.join(";", bad));
          }
        }
        case "Exists" -> {
          if (!value.isEmpty()) {
            errors.invalid(
                f.path("operator"), value, "value must be empty when `operator` is 'Exists'");
          }
        }
        default -> errors.notSupported(f.path("operator"), operator, List.of("Equal", "Exists"));
      }
      if (!effect.isEmpty() && !EFFECTS.contains(effect)) {
        errors.notSupported(f.path("effect"), effect, EFFECTS);
      }
    }
  }
}
