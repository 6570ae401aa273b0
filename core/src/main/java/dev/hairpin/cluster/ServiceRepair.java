package dev.hairpin.cluster;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * The pools follow the stored Services, so that nothing leaks here. What can disagree came in beside admission, with a
 * snapshot: addresses and ports outside the ranges or of two Services, and IPAddress objects of nobody.
 */
/**
 * One round of the loops that compare Services with what is allocated.
 *
 * <p>Source: {@code ipallocator/controller} (repairip.go since 1.33, repair.go before) and
 * {@code portallocator/controller} of kube-apiserver v1.36.
 */
final class ServiceRepair {
  private static final String ADDRESS_REPORTER = "ipallocator-repair-controller";
  private static final String PORT_REPORTER = "portallocator-repair-controller";
  private static final String FAMILY_LABEL = "ipaddress.kubernetes.io/ip-family";
  private static final String MANAGED_BY_LABEL = "ipaddress.kubernetes.io/managed-by";
  private static final String ALLOCATOR = "ipallocator.k8s.io";

  /** A Service may still be on its way when its address is there: the server's time-out. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final ClusterState state;
  private final ApiServerConfig config;
  private final ServiceRegistry registry;

  ServiceRepair(ClusterState state, ApiServerConfig config, ServiceRegistry registry) {
    this.state = state;
    this.config = config;
    this.registry = registry;
  }

  /** Looks at everything once. */
  void run() {
    List<Service> services = state.list(Service.class).stream()
        .sorted(Comparator.comparing(s -> s.key().namespacedName()))
        .toList();
    for (Service service : services) {
      String ip = service.spec().clusterIp();
      boolean hasIp = service.spec().type() != ServiceType.EXTERNAL_NAME
          && !ip.isEmpty()
          && !ip.equals(ServiceDraft.NONE);
      if (hasIp) {
        service.spec().clusterIps().forEach(text -> address(service, text));
      }
    }
    if (config.features().ipAddressObjects()) {
      List.copyOf(state.list(IpAddressObject.class)).forEach(this::object);
    }
    ports(services);
  }

  private void address(Service service, String text) {
    Optional<IpAddress> parsed = AddressTexts.parse(text);
    if (parsed.isEmpty()) {
      warn(
          service,
          "ClusterIPNotValid",
          "Cluster IP <nil> is not a valid IP; please recreate Service");
      return;
    }
    IpAddress ip = parsed.get();
    if (!registry.cidrs().covers(ip)) {
      warn(service, "ClusterIPOutOfRange", outOfRange(ip));
      return;
    }
    ObjectKey key = new ObjectKey(IpAddressObject.KIND, "", ip.toString());
    if (state.get(key).orElse(null) instanceof IpAddressObject stored) {
      stored(service, ip, stored);
    } else if (!service.key().equals(registry.owner(ip))) {
      alreadyAllocated(service, ip);
    }
  }

  private String outOfRange(IpAddress ip) {
    if (config.features().ipAddressObjects()) {
      return "Cluster IP [%s]: %s is not within any configured Service CIDR; please recreate service"
          .formatted(ip.family(), ip);
    }
    String cidr = config.serviceCidrs().stream()
        .filter(c -> c.family() == ip.family())
        .findFirst()
        .map(Cidr::toString)
        .orElse("<nil>");
    return "Cluster IP [%s]:%s is not within the service CIDR %s; please recreate service"
        .formatted(ip.family(), ip, cidr);
  }

  private void alreadyAllocated(Service service, IpAddress ip) {
    warn(
        service,
        "ClusterIPAlreadyAllocated",
        "Cluster IP [%s]:%s was assigned to multiple services; please recreate service"
            .formatted(ip.family(), ip));
  }

  /** An object that somebody stored in the place of the one that the server keeps by itself. */
  private void stored(Service service, IpAddress ip, IpAddressObject object) {
    if (!object.parentRef().isService(service.key())) {
      @Nullable Service parent = parent(object);
      if (parent == null) {
        warn(
            service,
            "ClusterIPNotAllocated",
            "the ClusterIP [%s]: %s for Service %s has a wrong reference; repairing"
                .formatted(ip.family(), ip, service.key().namespacedName()));
        state.remove(object.key());
        return;
      }
      if (parent.spec().clusterIps().contains(object.metadata().name())) {
        alreadyAllocated(service, ip);
      }
    }
    Map<String, String> labels = object.metadata().labels();
    if (!ip.family().toString().equals(labels.get(FAMILY_LABEL)) || !isManaged(object)) {
      state.remove(object.key());
    }
  }

  private static boolean isManaged(IpAddressObject object) {
    return ALLOCATOR.equals(object.metadata().labels().get(MANAGED_BY_LABEL));
  }

  private static boolean refersToService(IpAddressObject object) {
    return object.parentRef().group().isEmpty() && object.parentRef().resource().equals("services");
  }

  private @Nullable Service parent(IpAddressObject object) {
    IpAddressObject.ParentReference ref = object.parentRef();
    return refersToService(object)
        ? state.get(Service.class, ref.namespace(), ref.name()).orElse(null)
        : null;
  }

  /** Objects of others are left alone. */
  private void object(IpAddressObject object) {
    if (!isManaged(object)) {
      return;
    }
    String name = object.metadata().name();
    IpAddressObject.ParentReference ref = object.parentRef();
    String of = "IPAddress: %s for Service %s/%s ".formatted(name, ref.namespace(), ref.name());
    if (!refersToService(object)) {
      cleanUp(
          object,
          "IPAddressNotAllocated",
          ("IPAddress %s appears to have been modified, not referencing a Service"
                  + " &ParentReference{Group:%s,Resource:%s,Namespace:%s,Name:%s,}: cleaning up")
              .formatted(name, ref.group(), ref.resource(), ref.namespace(), ref.name()));
      return;
    }
    @Nullable Service service = parent(object);
    if (service == null) {
      @Nullable Instant created = object.metadata().creationTimestamp();
      if (created != null && Duration.between(created, state.clock().now()).compareTo(GRACE) > 0) {
        cleanUp(object, "IPAddressNotAllocated", of + "appears to have leaked: cleaning up");
      }
    } else if (!service.spec().clusterIps().contains(name)) {
      cleanUp(object, "IPAddressWrongReference", of + "has a wrong reference; cleaning up");
    }
  }

  private void cleanUp(IpAddressObject object, String reason, String message) {
    state.report(object.key(), true, reason, message, ADDRESS_REPORTER);
    state.remove(object.key());
  }

  private void ports(List<Service> services) {
    Set<Integer> rebuilt = new HashSet<>();
    for (Service service : services) {
      for (int port : ports(service.spec())) {
        if (!config.nodePorts().contains(port)) {
          warnOfPort(
              service,
              "PortOutOfRange",
              "Port %d is not within the port range %s; please recreate service"
                  .formatted(port, config.nodePorts()));
        } else if (!rebuilt.add(port)) {
          warnOfPort(
              service,
              "PortAlreadyAllocated",
              "Port %d was assigned to multiple services; please recreate service".formatted(port));
        } else if (!registry.ports().has(port)) {
          warnOfPort(
              service, "PortNotAllocated", "Port %d is not allocated; repairing".formatted(port));
          registry.reserve(port, service.key());
        }
      }
    }
  }

  /** A number once for its protocols, but twice if one protocol has it twice. */
  private static List<Integer> ports(ServiceSpec spec) {
    List<Integer> numbers = new ArrayList<>();
    Map<Integer, Set<Protocol>> seen = new TreeMap<>();
    for (ServicePort port : spec.ports()) {
      if (port.nodePort() != 0) {
        boolean known = seen.containsKey(port.nodePort());
        boolean added = seen.computeIfAbsent(port.nodePort(), p -> EnumSet.noneOf(Protocol.class))
            .add(port.protocol());
        if (!known || !added) {
          numbers.add(port.nodePort());
        }
      }
    }
    int health = spec.healthCheckNodePort();
    @Nullable Set<Protocol> others = seen.get(health);
    if (health != 0 && (others == null || others.contains(Protocol.TCP))) {
      numbers.add(health);
    }
    return numbers;
  }

  private void warn(Service service, String reason, String message) {
    state.report(service.key(), true, reason, message, ADDRESS_REPORTER);
  }

  private void warnOfPort(Service service, String reason, String message) {
    state.report(service.key(), true, reason, message, PORT_REPORTER);
  }
}
