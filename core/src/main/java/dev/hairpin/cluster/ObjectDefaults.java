package dev.hairpin.cluster;

import dev.hairpin.api.Kinds;
import dev.hairpin.api.Namespace;
import dev.hairpin.manifest.ManifestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the API server fills in before it looks at an object, in the object's tree.
 *
 * <p>Source: the {@code SetDefaults_} functions of Kubernetes v1.36, as far as they bear on
 * networking.
 */
final class ObjectDefaults {
  private static final long FILE_MODE = 0644;

  private ObjectDefaults() {}

  /** A complete copy of a tree. */
  static Map<String, Object> of(Map<String, ?> tree) {
    Map<String, Object> copy = copy(tree);
    switch (Kinds.qualified(
        String.valueOf(copy.getOrDefault("apiVersion", "")), String.valueOf(copy.get("kind")))) {
      case "Service" -> service(copy);
      case "Endpoints" ->
        each(copy, "subsets", s -> each(s, "ports", p -> set(p, "protocol", "TCP")));
      case "EndpointSlice" ->
        each(copy, "ports", p -> {
          set(p, "name", "");
          set(p, "protocol", "TCP");
        });
      case "NetworkPolicy" -> networkPolicy(object(copy, "spec"));
      case "IngressClass" -> ingressClass(object(copy, "spec"));
      case "Namespace" -> namespace(copy);
      case "Node" -> node(copy);
      case "Pod" -> pod(object(copy, "spec"));
      case "Deployment" -> deployment(object(copy, "spec"));
      case "ReplicaSet" -> replicas(object(copy, "spec"));
      case "StatefulSet" -> statefulSet(object(copy, "spec"));
      case "DaemonSet" -> daemonSet(object(copy, "spec"));
      default -> {
        // nothing that bears on networking
      }
    }
    return copy;
  }

  private static void service(Map<String, Object> tree) {
    Map<String, Object> spec = object(tree, "spec");
    set(spec, "sessionAffinity", "None");
    if ("None".equals(spec.get("sessionAffinity"))) {
      spec.remove("sessionAffinityConfig");
    } else if ("ClientIP".equals(spec.get("sessionAffinity"))) {
      set(object(object(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", 10_800L);
    }
    set(spec, "type", ServiceDraft.CLUSTER_IP);
    each(spec, "ports", port -> {
      set(port, "protocol", "TCP");
      @Nullable Object target = port.get("targetPort");
      if (target == null || target.equals("") || isZero(target)) {
        port.put("targetPort", port.getOrDefault("port", 0L));
      }
    });
    Object type = spec.get("type");
    boolean loadBalancer = ServiceDraft.LOAD_BALANCER.equals(type);
    boolean hasIps = spec.get("externalIPs") instanceof List<?> ips && !ips.isEmpty();
    if (loadBalancer
        || ServiceDraft.NODE_PORT.equals(type)
        || (ServiceDraft.CLUSTER_IP.equals(type) && hasIps)) {
      set(spec, "externalTrafficPolicy", "Cluster");
    }
    if (loadBalancer
        || ServiceDraft.NODE_PORT.equals(type)
        || ServiceDraft.CLUSTER_IP.equals(type)) {
      set(spec, "internalTrafficPolicy", "Cluster");
    }
    if (loadBalancer) {
      if (spec.get("allocateLoadBalancerNodePorts") == null) {
        spec.put("allocateLoadBalancerNodePorts", true);
      }
      each(object(object(tree, "status"), "loadBalancer"), "ingress", ingress -> {
        if (ingress.get("ip") instanceof String ip && !ip.isEmpty()) {
          set(ingress, "ipMode", "VIP");
        }
      });
    }
  }

  private static boolean isZero(Object value) {
    return value instanceof Number number && number.doubleValue() == 0;
  }

  private static void networkPolicy(Map<String, Object> spec) {
    for (String direction : List.of("ingress", "egress")) {
      each(spec, direction, rule -> each(rule, "ports", port -> set(port, "protocol", "TCP")));
    }
    if (!(spec.get("policyTypes") instanceof List<?> types) || types.isEmpty()) {
      boolean egress = spec.get("egress") instanceof List<?> rules && !rules.isEmpty();
      spec.put("policyTypes", egress ? List.of("Ingress", "Egress") : List.of("Ingress"));
    }
  }

  private static void ingressClass(Map<String, Object> spec) {
    if (spec.get("parameters") != null) {
      set(object(spec, "parameters"), "scope", "Cluster");
    }
  }

  /** A namespace carries its own name as a label, which selectors of namespaces go by. */
  private static void namespace(Map<String, Object> tree) {
    @Nullable Object name = object(tree, "metadata").get("name");
    if (name != null && !name.equals("")) {
      object(object(tree, "metadata"), "labels").put(Namespace.NAME_LABEL, name);
    }
  }

  private static void node(Map<String, Object> tree) {
    if (tree.get("status") instanceof Map<?, ?> status
        && status.get("capacity") != null
        && status.get("allocatable") == null) {
      object(tree, "status").put("allocatable", copyValue(status.get("capacity")));
    }
  }

  /** What a pod has beyond {@link #podSpec}; the pods of templates get it when they are made. */
  private static void pod(Map<String, Object> spec) {
    podSpec(spec);
    setIfAbsent(spec, "enableServiceLinks", true);
    boolean hostNetwork = Boolean.TRUE.equals(spec.get("hostNetwork"));
    for (String list : List.of("containers", "initContainers")) {
      each(spec, list, container -> {
        requestLimits(object(container, "resources"));
        if (hostNetwork) {
          each(container, "ports", ObjectDefaults::hostPort);
        }
      });
    }
  }

  /** A limit without a request is also the request. */
  private static void requestLimits(Map<String, Object> resources) {
    if (resources.get("limits") instanceof Map<?, ?> limits && !limits.isEmpty()) {
      Map<String, Object> requests = object(resources, "requests");
      limits.forEach((name, value) -> requests.putIfAbsent(String.valueOf(name), value));
    }
  }

  private static void hostPort(Map<String, Object> port) {
    boolean unset = port.get("hostPort") == null || isZero(port.get("hostPort"));
    if (unset && port.get("containerPort") != null) {
      port.put("hostPort", port.get("containerPort"));
    }
  }

  private static void podSpec(Map<String, Object> spec) {
    set(spec, "dnsPolicy", "ClusterFirst");
    set(spec, "restartPolicy", "Always");
    set(spec, "schedulerName", "default-scheduler");
    object(spec, "securityContext");
    setIfAbsent(spec, "terminationGracePeriodSeconds", 30L);
    for (String list : List.of("containers", "initContainers")) {
      each(spec, list, ObjectDefaults::container);
    }
    each(spec, "volumes", ObjectDefaults::volume);
  }

  private static void volume(Map<String, Object> volume) {
    if (volume.size() == (volume.containsKey("name") ? 1 : 0)) {
      volume.put("emptyDir", new LinkedHashMap<>());
    }
    for (String source : List.of("secret", "configMap", "downwardAPI", "projected")) {
      if (volume.get(source) != null) {
        setIfAbsent(object(volume, source), "defaultMode", FILE_MODE);
      }
    }
  }

  private static void container(Map<String, Object> container) {
    String image = String.valueOf(container.getOrDefault("image", ""));
    set(container, "imagePullPolicy", isLatest(image) ? "Always" : "IfNotPresent");
    set(container, "terminationMessagePath", "/dev/termination-log");
    set(container, "terminationMessagePolicy", "File");
    object(container, "resources");
    each(container, "env", variable -> {
      if (variable.get("valueFrom") instanceof Map<?, ?> from && from.get("fieldRef") != null) {
        set(object(object(variable, "valueFrom"), "fieldRef"), "apiVersion", "v1");
      }
    });
    each(container, "ports", port -> set(port, "protocol", "TCP"));
    for (String name : List.of("readinessProbe", "livenessProbe", "startupProbe")) {
      if (container.get(name) != null) {
        probe(object(container, name));
      }
    }
    if (container.get("lifecycle") != null) {
      for (String hook : List.of("postStart", "preStop")) {
        if (object(container, "lifecycle").get(hook) != null) {
          httpGet(object(object(container, "lifecycle"), hook));
        }
      }
    }
  }

  /** Whether an image has no tag, or the tag {@code latest}, and no digest. */
  private static boolean isLatest(String image) {
    String name = image.substring(image.lastIndexOf('/') + 1);
    return !name.contains("@") && (name.endsWith(":latest") || !name.contains(":"));
  }

  private static void probe(Map<String, Object> probe) {
    setNumber(probe, "timeoutSeconds", 1);
    setNumber(probe, "periodSeconds", 10);
    setNumber(probe, "successThreshold", 1);
    setNumber(probe, "failureThreshold", 3);
    httpGet(probe);
    if (probe.get("grpc") != null) {
      setIfAbsent(object(probe, "grpc"), "service", "");
    }
  }

  private static void httpGet(Map<String, Object> action) {
    if (action.get("httpGet") != null) {
      set(object(action, "httpGet"), "path", "/");
      set(object(action, "httpGet"), "scheme", "HTTP");
    }
  }

  private static void replicas(Map<String, Object> spec) {
    if (spec.get("replicas") == null) {
      spec.put("replicas", 1L);
    }
    if (spec.get("template") != null) {
      podSpec(object(object(spec, "template"), "spec"));
    }
  }

  private static void deployment(Map<String, Object> spec) {
    replicas(spec);
    Map<String, Object> strategy = object(spec, "strategy");
    set(strategy, "type", "RollingUpdate");
    if ("RollingUpdate".equals(strategy.get("type"))) {
      Map<String, Object> rolling = object(strategy, "rollingUpdate");
      set(rolling, "maxUnavailable", "25%");
      set(rolling, "maxSurge", "25%");
    }
    setIfAbsent(spec, "revisionHistoryLimit", 10L);
    setIfAbsent(spec, "progressDeadlineSeconds", 600L);
  }

  private static void statefulSet(Map<String, Object> spec) {
    set(spec, "podManagementPolicy", "OrderedReady");
    Map<String, Object> strategy = object(spec, "updateStrategy");
    boolean untyped = strategy.get("type") == null || "".equals(strategy.get("type"));
    set(strategy, "type", "RollingUpdate");
    boolean rolls = "RollingUpdate".equals(strategy.get("type"));
    if (untyped || (rolls && strategy.get("rollingUpdate") != null)) {
      setIfAbsent(object(strategy, "rollingUpdate"), "partition", 0L);
    }
    Map<String, Object> retention = object(spec, "persistentVolumeClaimRetentionPolicy");
    set(retention, "whenDeleted", "Retain");
    set(retention, "whenScaled", "Retain");
    setIfAbsent(spec, "revisionHistoryLimit", 10L);
    each(spec, "volumeClaimTemplates", ObjectDefaults::volumeClaim);
    replicas(spec);
  }

  private static void volumeClaim(Map<String, Object> claim) {
    set(claim, "apiVersion", "v1");
    set(claim, "kind", "PersistentVolumeClaim");
    set(object(claim, "spec"), "volumeMode", "Filesystem");
    set(object(claim, "status"), "phase", "Pending");
  }

  private static void daemonSet(Map<String, Object> spec) {
    Map<String, Object> strategy = object(spec, "updateStrategy");
    set(strategy, "type", "RollingUpdate");
    if ("RollingUpdate".equals(strategy.get("type"))) {
      setIfAbsent(object(strategy, "rollingUpdate"), "maxUnavailable", 1L);
      setIfAbsent(object(strategy, "rollingUpdate"), "maxSurge", 0L);
    }
    setIfAbsent(spec, "revisionHistoryLimit", 10L);
    if (spec.get("template") != null) {
      podSpec(object(object(spec, "template"), "spec"));
    }
  }

  private static void setIfAbsent(Map<String, Object> map, String name, Object value) {
    if (map.get(name) == null) {
      map.put(name, value);
    }
  }

  /** Sets a text that is absent or empty. */
  private static void set(Map<String, Object> map, String name, Object value) {
    if (map.get(name) == null || "".equals(map.get(name))) {
      map.put(name, value);
    }
  }

  private static void setNumber(Map<String, Object> map, String name, long value) {
    if (map.get(name) == null || isZero(map.get(name))) {
      map.put(name, value);
    }
  }

  @SuppressWarnings("unchecked") // the copy's maps have texts as keys
  private static Map<String, Object> object(Map<String, Object> map, String name) {
    @Nullable Object value = map.get(name);
    if (value == null) {
      value = new LinkedHashMap<String, Object>();
      map.put(name, value);
    }
    if (value instanceof Map) {
      return (Map<String, Object>) value;
    }
    throw new ManifestException(null, 0, 0, name, "expected an object");
  }

  @SuppressWarnings("unchecked") // as above
  private static void each(
      Map<String, Object> map, String name, Consumer<Map<String, Object>> action) {
    if (map.get(name) instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof Map) {
          action.accept((Map<String, Object>) item);
        }
      }
    }
  }

  private static Map<String, Object> copy(Map<?, ?> tree) {
    Map<String, Object> copy = new LinkedHashMap<>();
    tree.forEach((key, value) -> {
      if (value != null) {
        copy.put(String.valueOf(key), copyValue(value));
      }
    });
    return copy;
  }

  private static Object copyValue(Object value) {
    if (value instanceof Map<?, ?> map) {
      return copy(map);
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>(list.size());
      for (Object item : list) {
        copy.add(item == null ? new LinkedHashMap<String, Object>() : copyValue(item));
      }
      return copy;
    }
    return value;
  }
}
