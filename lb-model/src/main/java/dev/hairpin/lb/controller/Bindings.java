package dev.hairpin.lb.controller;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.lb.json.Trees;
import dev.hairpin.lb.model.StackJson;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.model.StackResource.Binding;
import dev.hairpin.lb.model.StackResource.NetworkingPort;
import dev.hairpin.lb.model.StackResource.NetworkingRule;
import dev.hairpin.lb.model.StackResource.Peer;
import dev.hairpin.lb.model.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The TargetGroupBindings of the cluster, between their trees and typed values. */
final class Bindings {
  /** The kind of the object. */
  static final String KIND = "TargetGroupBinding";

  /** What keeps a binding until its targets are deregistered. */
  static final String FINALIZER = "elbv2.k8s.aws/resources";

  private static final String API_VERSION = "elbv2.k8s.aws/v1beta1";

  private final Environment env;
  private final Map<ObjectKey, Bound> byKey = new TreeMap<>();
  private final Map<String, Set<ObjectKey>> byTargetGroup = new HashMap<>();
  private final Map<String, Set<ObjectKey>> byService = new HashMap<>();
  private final Set<ObjectKey> forgotten = new TreeSet<>();
  private int withNetworking;

  Bindings(Environment env) {
    this.env = env;
    env.state().list(KIND).forEach(this::note);
  }

  /** An object with what it says. */
  record Bound(GenericObject object, Binding binding) {
    ObjectKey key() {
      return object.key();
    }

    String targetGroupArn() {
      return binding.targetGroup() instanceof Token.Literal literal ? literal.value() : "";
    }

    String service() {
      return object.metadata().namespace() + "/" + binding.serviceName();
    }
  }

  static ObjectKey key(String namespace, String name) {
    return new ObjectKey(KIND, namespace, name);
  }

  Optional<Bound> find(ObjectKey key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** All bindings by namespace and name. */
  List<Bound> all() {
    return List.copyOf(byKey.values());
  }

  /** How many bindings say who may reach their targets. */
  int countWithNetworking() {
    return withNetworking;
  }

  boolean hasNetworking(ObjectKey key) {
    Bound bound = byKey.get(key);
    return bound != null && bound.binding().networking() != null;
  }

  List<Bound> ofTargetGroup(String arn) {
    return byTargetGroup.getOrDefault(arn, Set.of()).stream()
        .map(byKey::get)
        .filter(Objects::nonNull)
        .toList();
  }

  /** The bindings of a Service by namespace and name. */
  List<ObjectKey> ofService(String namespace, String name) {
    return List.copyOf(byService.getOrDefault(namespace + "/" + name, Set.of()));
  }

  /** Takes over an object as it is stored now. */
  void note(KubeObject object) {
    if (object instanceof GenericObject generic) {
      Bound before = byKey.get(generic.key());
      if (before != null && before.object().equals(generic)) {
        return;
      }
      forget(generic.key());
      Binding binding = before != null && before.object().content().equals(generic.content())
          ? before.binding()
          : read(generic);
      Bound bound = new Bound(generic, binding);
      byKey.put(bound.key(), bound);
      byTargetGroup
          .computeIfAbsent(bound.targetGroupArn(), a -> new TreeSet<>())
          .add(bound.key());
      byService.computeIfAbsent(bound.service(), a -> new TreeSet<>()).add(bound.key());
      withNetworking += binding.networking() == null ? 0 : 1;
    }
  }

  /** An object is gone. */
  void forget(ObjectKey key) {
    Bound bound = byKey.remove(key);
    if (bound != null) {
      remove(byTargetGroup, bound.targetGroupArn(), key);
      remove(byService, bound.service(), key);
      withNetworking -= bound.binding().networking() == null ? 0 : 1;
      forgotten.add(key);
    }
  }

  private static void remove(Map<String, Set<ObjectKey>> index, String entry, ObjectKey key) {
    Set<ObjectKey> keys = index.get(entry);
    if (keys != null && keys.remove(key) && keys.isEmpty()) {
      index.remove(entry);
    }
  }

  /** The bindings that went away since this was last asked. */
  List<ObjectKey> takeForgotten() {
    List<ObjectKey> keys = List.copyOf(forgotten);
    forgotten.clear();
    return keys;
  }

  static Binding read(GenericObject object) {
    Map<?, ?> spec = Trees.map(object.content().get("spec"));
    Map<?, ?> service = Trees.map(spec.get("serviceRef"));
    Map<String, String> selector =
        Trees.stringMap(Trees.map(spec.get("nodeSelector")).get("matchLabels"));
    return new Binding(
        Token.of(Trees.text(spec.get("targetGroupARN"))),
        Trees.text(spec.get("targetType")),
        Trees.text(service.get("name")),
        Trees.port(service.get("port")),
        spec.get("networking") == null
            ? null
            : networking(Trees.map(spec.get("networking")).get("ingress")),
        selector.isEmpty() ? null : selector,
        Trees.text(spec.get("ipAddressType")),
        Trees.text(spec.get("vpcID")));
  }

  private static List<NetworkingRule> networking(@Nullable Object ingress) {
    List<NetworkingRule> rules = new ArrayList<>();
    for (Object item : Trees.list(ingress)) {
      Map<?, ?> rule = Trees.map(item);
      List<Peer> from = new ArrayList<>();
      for (Object peer : Trees.list(rule.get("from"))) {
        Object group = Trees.map(peer).get("securityGroup");
        from.add(
            group != null
                ? new Peer.Group(Token.of(Trees.text(Trees.map(group).get("groupID"))))
                : new Peer.Block(
                    Trees.text(Trees.map(Trees.map(peer).get("ipBlock")).get("cidr"))));
      }
      List<NetworkingPort> ports = new ArrayList<>();
      for (Object port : Trees.list(rule.get("ports"))) {
        Map<?, ?> tree = Trees.map(port);
        Object protocol = tree.get("protocol");
        ports.add(new NetworkingPort(
            protocol == null ? "TCP" : Trees.text(protocol),
            tree.get("port") == null ? null : Trees.port(tree.get("port"))));
      }
      rules.add(new NetworkingRule(from, ports));
    }
    return rules;
  }

  /** Makes the binding of a stack, or changes it. */
  void put(
      StackResource.TargetGroupBindingResource resource,
      Binding binding,
      Map<String, String> labels) {
    ObjectKey key = key(resource.namespace(), resource.name());
    Bound before = byKey.get(key);
    if (before != null
        && before.binding().equals(binding)
        && before.object().metadata().labels().equals(labels)) {
      return;
    }
    ObjectMeta meta = before == null
        ? ObjectMeta.of(resource.namespace(), resource.name())
        : before.object().metadata();
    store(new GenericObject(
        API_VERSION, KIND, meta.withLabels(labels), Map.of("spec", StackJson.binding(binding))));
  }

  /** Stores an object and takes it over. */
  void store(GenericObject object) {
    note(env.state().store(object));
  }

  /** Removes an object from the cluster. */
  void remove(ObjectKey key) {
    env.state().remove(key);
    forget(key);
  }
}
