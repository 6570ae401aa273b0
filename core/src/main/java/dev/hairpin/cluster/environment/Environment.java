package dev.hairpin.cluster.environment;

import dev.hairpin.api.Container;
import dev.hairpin.api.EnvVar;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.render.Escape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of a container, as the kubelet makes them when it creates the
 * container.
 *
 * <p>A container keeps them as long as it runs: a Service made later is seen only after the next
 * start. Precedence, strongest first: {@code env} (a later entry over an earlier), {@code envFrom}
 * (likewise), Services. Where two Services make the same variable the original leaves the winner to
 * chance; here it is the one whose name sorts last, and {@link EnvironmentAdvice} says so.
 *
 * @param variables the variables; first the container's own, then those of Services
 */
public record Environment(List<Variable> variables) {

  /** Copies the list. */
  public Environment {
    variables = List.copyOf(variables);
  }

  /**
   * Makes the environment of a container.
   *
   * @param pod the pod
   * @param container one of its containers
   * @param services all Services that the kubelet knows, of any namespace
   * @param objects finds ConfigMaps, Secrets, and the pod's node
   * @return the environment
   * @throws EnvironmentException if a ConfigMap, Secret or key is missing that is not optional
   */
  public static Environment of(
      Pod pod,
      Container container,
      Collection<Service> services,
      Function<ObjectKey, Optional<KubeObject>> objects) {
    Map<String, Variable> fromServices = new LinkedHashMap<>();
    for (Variable variable : ServiceVariables.of(visible(pod, services))) {
      fromServices.put(variable.name(), variable);
    }
    ConfigData data = new ConfigData(pod.metadata().namespace(), objects);
    Map<String, Variable> own = new LinkedHashMap<>();
    for (Map<String, Object> source : container.envFrom()) {
      addAll(own, source, data);
    }
    UnaryOperator<String> lookup = name -> {
      @Nullable Variable variable = own.getOrDefault(name, fromServices.get(name));
      return variable == null ? Expansion.unknown(name) : variable.value();
    };
    for (EnvVar entry : container.env()) {
      @Nullable
      String value = !entry.value().isEmpty()
          ? Expansion.expand(entry.value(), lookup)
          : entry.valueFrom() == null
              ? ""
              : resolve(entry.valueFrom(), pod, container, data, objects);
      if (value != null) {
        own.put(
            entry.name(),
            new Variable(entry.name(), value, new Variable.Origin(Variable.Source.ENV, "")));
      }
    }
    List<Variable> all = new ArrayList<>(own.values());
    fromServices.forEach((name, variable) -> {
      if (!own.containsKey(name)) {
        all.add(variable);
      }
    });
    return new Environment(all);
  }

  /**
   * The Services whose variables a pod's containers get: those of its namespace, unless it does not
   * want them, and always {@code default/kubernetes}, for which a Service of that name in the pod's
   * own namespace steps in.
   *
   * @param pod the pod
   * @param services all Services
   * @return those with a ClusterIP that count, by name
   */
  public static List<Service> visible(Pod pod, Collection<Service> services) {
    Map<String, Service> byName = new TreeMap<>();
    for (Service service : services) {
      String ip = service.spec().clusterIp();
      if (ip.isEmpty() || ip.equals("None")) {
        continue;
      }
      String name = service.metadata().name();
      String namespace = service.metadata().namespace();
      if (namespace.equals("default") && name.equals("kubernetes")) {
        byName.putIfAbsent(name, service);
      } else if (namespace.equals(pod.metadata().namespace()) && pod.spec().enableServiceLinks()) {
        byName.put(name, service);
      }
    }
    return List.copyOf(byName.values());
  }

  private static void addAll(
      Map<String, Variable> own, Map<String, Object> source, ConfigData data) {
    boolean secret = source.get("secretRef") instanceof Map<?, ?>;
    Map<String, Object> ref = map(source, secret ? "secretRef" : "configMapRef");
    String kind = secret ? ConfigData.SECRET : ConfigData.CONFIG_MAP;
    String name = text(ref, "name");
    String prefix = text(source, "prefix");
    Map<String, String> found = data.of(kind, name).orElse(null);
    if (found == null) {
      if (isOptional(ref)) {
        return;
      }
      throw data.notFound(kind, name);
    }
    Variable.Origin origin = new Variable.Origin(Variable.Source.ENV_FROM, kind + " " + name);
    found.forEach((key, value) -> {
      own.remove(prefix + key);
      own.put(prefix + key, new Variable(prefix + key, value, origin));
    });
  }

  /** The value of a {@code valueFrom}; null if it is optional and absent. */
  private static @Nullable String resolve(
      Map<String, Object> from,
      Pod pod,
      Container container,
      ConfigData data,
      Function<ObjectKey, Optional<KubeObject>> objects) {
    if (from.containsKey("fieldRef")) {
      return fields(pod, objects).value(text(map(from, "fieldRef"), "fieldPath"));
    }
    if (from.containsKey("resourceFieldRef")) {
      Map<String, Object> ref = map(from, "resourceFieldRef");
      return fields(pod, objects)
          .resource(
              container, text(ref, "containerName"), text(ref, "resource"), text(ref, "divisor"));
    }
    boolean secret = from.containsKey("secretKeyRef");
    if (!secret && !from.containsKey("configMapKeyRef")) {
      return "";
    }
    Map<String, Object> ref = map(from, secret ? "secretKeyRef" : "configMapKeyRef");
    String kind = secret ? ConfigData.SECRET : ConfigData.CONFIG_MAP;
    String name = text(ref, "name");
    String key = text(ref, "key");
    Map<String, String> found = data.of(kind, name).orElse(null);
    if (found == null) {
      if (isOptional(ref)) {
        return null;
      }
      throw data.notFound(kind, name);
    }
    if (!found.containsKey(key) && !isOptional(ref)) {
      throw data.noKey(kind, name, key);
    }
    return found.get(key);
  }

  private static PodFields fields(Pod pod, Function<ObjectKey, Optional<KubeObject>> objects) {
    @Nullable
    KubeObject node =
        objects.apply(new ObjectKey(Node.KIND, "", pod.spec().nodeName())).orElse(null);
    return new PodFields(pod, node instanceof Node known ? known : null);
  }

  private static boolean isOptional(Map<String, Object> ref) {
    return Boolean.TRUE.equals(ref.get("optional"));
  }

  @SuppressWarnings("unchecked") // the manifest's trees have texts as keys
  private static Map<String, Object> map(Map<String, Object> tree, String name) {
    return tree.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  private static String text(Map<String, Object> tree, String name) {
    Object value = tree.get(name);
    return value == null ? "" : value.toString();
  }

  /**
   * A variable's value.
   *
   * @param name the name
   * @return the value, or nothing if it is not set
   */
  public Optional<String> value(String name) {
    return variables.stream()
        .filter(v -> v.name().equals(name))
        .map(Variable::value)
        .findFirst();
  }

  /**
   * Replaces {@code $(NAME)} in a word of the container's {@code command} or {@code args}, where
   * all variables are known.
   *
   * @param word the word as the manifest writes it
   * @return the word as the program gets it; what is not set stays as it is written
   */
  public String expand(String word) {
    return Expansion.expand(word, name -> value(name).orElse(Expansion.unknown(name)));
  }

  /**
   * What the kernel counts when the program starts: every {@code NAME=value} with its final zero
   * byte and a pointer of 8 bytes.
   *
   * @return the size in bytes
   */
  public long sizeBytes() {
    long size = 0;
    for (Variable variable : variables) {
      size += variable.toString().getBytes(StandardCharsets.UTF_8).length + 1 + Long.BYTES;
    }
    return size;
  }

  /**
   * The variables as {@code printenv} prints them, one a line; but what would steer a terminal is
   * shown as {@code \\x1b}.
   */
  @Override
  public String toString() {
    return Escape.terminal(variables.stream().map(v -> v + "\n").collect(Collectors.joining()));
  }
}
