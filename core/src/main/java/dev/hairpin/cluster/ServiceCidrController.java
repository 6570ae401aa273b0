package dev.hairpin.cluster;

import dev.hairpin.api.Condition;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * A ServiceCIDR gives new addresses while it is ready and not being deleted. One whose addresses are in use and in no
 * other block stays, not ready, until the last of them is free. Source: KEP-1880, servicecidrs controller of v1.36.
 */
/** Keeps the pool of ClusterIPs as ServiceCIDR and IPAddress objects say. Not thread-safe. */
final class ServiceCidrController {
  private static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";

  /** The allocator refuses larger blocks of IPv6, and a ServiceCIDR with one gives no addresses. */
  private static final int SHORTEST_V6_PREFIX = 64;

  private final ClusterState state;
  private final ServiceRegistry services;

  ServiceCidrController(ClusterState state, ServiceRegistry services) {
    this.state = state;
    this.services = services;
    state.list(ServiceCidr.class).forEach(this::added);
    state.list(IpAddressObject.class).forEach(this::reserved);
    state.watch(this::onChange);
  }

  /** The object of the blocks that the server was started with. */
  static ServiceCidr ofFlags(ApiServerConfig config) {
    List<String> cidrs = new ArrayList<>();
    config
        .families()
        .forEach(family -> config.serviceCidrs().stream()
            .filter(c -> c.family() == family)
            .findFirst()
            .ifPresent(c -> cidrs.add(c.toString())));
    return ready(new ServiceCidr(ObjectMeta.of("", "kubernetes"), cidrs, List.of()));
  }

  /** The same object as the controller marks it when it is new. */
  static ServiceCidr ready(ServiceCidr block) {
    return block
        .withMetadata(block.metadata().withFinalizers(List.of(FINALIZER)))
        .withConditions(
            List.of(new Condition("Ready", "True", "", "Kubernetes Service CIDR is ready", null)));
  }

  /** Deletes a block, or marks it until its addresses are free. */
  void delete(ServiceCidr block) {
    cidrs(block).stream()
        .filter(c -> !isOfAnother(block, c))
        .forEach(c -> services.cidrs().setReady(c, false));
    if (isFree(block)) {
      state.remove(block.key());
      return;
    }
    state.store(block
        .withConditions(List.of(new Condition(
            "Ready",
            "False",
            "Terminating",
            "There are still IPAddresses referencing the ServiceCIDR, please remove them or create"
                + " a new ServiceCIDR",
            null)))
        .withMetadata(block.metadata().withDeletion(state.clock().now())));
  }

  private boolean isFree(ServiceCidr block) {
    return cidrs(block).stream()
        .noneMatch(cidr -> !isOfAnother(block, cidr) && services.cidrs().isNeeded(cidr));
  }

  /** Whether another object gives addresses of the same block. */
  private boolean isOfAnother(ServiceCidr block, Cidr cidr) {
    return state.list(ServiceCidr.class).stream()
        .anyMatch(o -> !o.key().equals(block.key()) && o.isReady() && cidrs(o).contains(cidr));
  }

  private static List<Cidr> cidrs(ServiceCidr block) {
    return block.cidrs().stream()
        .flatMap(text -> AddressTexts.cidr(text).stream())
        .filter(c -> c.family() == IpFamily.IPV4 || c.prefixLength() >= SHORTEST_V6_PREFIX)
        .toList();
  }

  private void onChange(Change change) {
    KubeObject object = change.object();
    boolean gone = change.after() == null;
    if (object instanceof ServiceCidr block) {
      if (gone) {
        removed(block);
      } else {
        added(block);
      }
    } else if (object instanceof IpAddressObject address) {
      if (gone) {
        released(address);
      } else {
        reserved(address);
      }
      finishDeletions();
    } else if (object instanceof Service) {
      finishDeletions();
    }
  }

  private void added(ServiceCidr block) {
    for (Cidr cidr : cidrs(block)) {
      if (!services.cidrs().contains(cidr)) {
        services.cidrs().add(cidr);
      }
      services.cidrs().setReady(cidr, block.isReady() || isOfAnother(block, cidr));
    }
  }

  private void removed(ServiceCidr block) {
    for (Cidr cidr : cidrs(block)) {
      boolean another =
          state.list(ServiceCidr.class).stream().anyMatch(o -> cidrs(o).contains(cidr));
      if (!another) {
        services.cidrs().remove(cidr);
      }
    }
  }

  /** An address that somebody reserved is in use like a Service's. */
  private void reserved(IpAddressObject object) {
    address(object).ifPresent(services.cidrs()::take);
  }

  private void released(IpAddressObject object) {
    address(object)
        .filter(address -> services.owner(address) == null)
        .ifPresent(services.cidrs()::release);
  }

  private static Optional<IpAddress> address(IpAddressObject object) {
    return IpAddress.tryParse(object.metadata().name());
  }

  private void finishDeletions() {
    for (ServiceCidr block : List.copyOf(state.list(ServiceCidr.class))) {
      if (block.metadata().deletionTimestamp() != null && isFree(block)) {
        state.remove(block.key());
      }
    }
  }
}
