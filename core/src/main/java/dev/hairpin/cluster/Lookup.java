package dev.hairpin.cluster;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/*
 * Two kinds of objects are there without being stored: the IPAddresses of Services, which say nothing that the
 * Services do not say, and namespaces that nobody made.
 */
/** Finds objects, those that are stored and those that the server makes when asked for. */
final class Lookup {
  private final ServerParts parts;

  Lookup(ServerParts parts) {
    this.parts = parts;
  }

  Optional<? extends KubeObject> find(ObjectKey key) {
    return key.kind().equals(IpAddressObject.KIND)
        ? IpAddress.tryParse(key.name()).flatMap(this::ipAddress)
        : parts.state().get(key);
  }

  KubeObject require(ObjectKey key) {
    return find(key).orElseThrow(() -> ApiError.notFound(Resources.of(key.kind()), key.name()));
  }

  List<IpAddressObject> ipAddresses() {
    List<IpAddressObject> objects = new ArrayList<>();
    if (parts.config().features().ipAddressObjects()) {
      for (IpAddress address : parts.services().cidrs().allocated()) {
        ipAddress(address).ifPresent(objects::add);
      }
    }
    return objects;
  }

  private Optional<IpAddressObject> ipAddress(IpAddress address) {
    @Nullable ObjectKey owner = parts.services().owner(address);
    return parts
        .state()
        .get(IpAddressObject.class, "", address.toString())
        .or(() -> Optional.ofNullable(owner).map(service -> ServiceCidrs.object(address, service)));
  }

  List<Namespace> namespaces() {
    ClusterState state = parts.state();
    TreeSet<String> names = new TreeSet<>(Namespace.SYSTEM);
    for (String kind : state.kinds()) {
      for (KubeObject object : state.list(kind)) {
        ObjectMeta meta = object.metadata();
        names.add(kind.equals(Namespace.KIND) ? meta.name() : meta.namespace());
      }
    }
    names.remove("");
    return names.stream().map(this::namespace).toList();
  }

  private Namespace namespace(String name) {
    ClusterState state = parts.state();
    return state.get(Namespace.class, "", name).orElseGet(() -> {
      Namespace unwritten = Namespace.unwritten(name);
      ObjectMeta meta = unwritten.metadata();
      return unwritten.withMetadata(state
          .get(Service.class, "default", "kubernetes")
          .map(first -> first.metadata().creationTimestamp())
          .map(created -> meta.stored("", created, null, 0, 0))
          .orElse(meta));
    });
  }

  /** A namespace that nobody made is there if something is in it. */
  Namespace requireNamespace(String name) {
    return namespaces().stream()
        .filter(namespace -> namespace.metadata().name().equals(name))
        .findFirst()
        .orElseThrow(() -> ApiError.notFound("namespaces", name));
  }
}
