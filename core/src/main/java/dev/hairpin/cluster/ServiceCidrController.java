package dev.hairpin.cluster;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.manifest.Fields;
import dev.hairpin.net.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/*
 * A ServiceCIDR gives new addresses while it is ready and not being deleted. One whose addresses are in use and in no
 * other block stays, not ready, until the last of them is free. Source: KEP-1880, servicecidrs controller of v1.36.
 */
/** Keeps the pool of ClusterIPs as the ServiceCIDR objects say. Not thread-safe. */
final class ServiceCidrController {
  static final String KIND = "ServiceCIDR";
  private static final String FINALIZER = "networking.k8s.io/service-cidr-finalizer";

  private final ClusterState state;
  private final ServiceRegistry services;

  ServiceCidrController(ClusterState state, ServiceRegistry services) {
    this.state = state;
    this.services = services;
    state.list(KIND).forEach(this::added);
    state.watch(this::onChange);
  }

  /** The object of the blocks that the server was started with. */
  static GenericObject ofFlags(ApiServerConfig config) {
    List<String> cidrs = new ArrayList<>();
    config
        .families()
        .forEach(family -> config.serviceCidrs().stream()
            .filter(c -> c.family() == family)
            .findFirst()
            .ifPresent(c -> cidrs.add(c.toString())));
    return ready(new GenericObject(
        "networking.k8s.io/v1",
        KIND,
        ObjectMeta.of("", "kubernetes").withFinalizers(List.of(FINALIZER)),
        Map.of("spec", Map.of("cidrs", cidrs))));
  }

  /** The same object as the controller marks it when it is new. */
  static GenericObject ready(GenericObject object) {
    return withCondition(
        object.withMetadata(object.metadata().withFinalizers(List.of(FINALIZER))),
        "True",
        "",
        "Kubernetes Service CIDR is ready");
  }

  private static GenericObject withCondition(
      GenericObject object, String status, String reason, String message) {
    Map<String, Object> condition = new LinkedHashMap<>();
    condition.put("message", message);
    if (!reason.isEmpty()) {
      condition.put("reason", reason);
    }
    condition.put("status", status);
    condition.put("type", "Ready");
    Map<String, Object> content = new LinkedHashMap<>(object.content());
    content.put("status", Map.of("conditions", List.of(condition)));
    return new GenericObject(object.apiVersion(), object.kind(), object.metadata(), content);
  }

  /** Deletes a block, or marks it until its addresses are free. */
  void delete(GenericObject object) {
    ObjectMeta meta = object.metadata();
    cidrs(object).forEach(c -> services.cidrs().setReady(c, false));
    if (cidrs(object).stream().noneMatch(services.cidrs()::isNeeded)) {
      state.remove(object.key());
      return;
    }
    GenericObject waiting = withCondition(
        object,
        "False",
        "Terminating",
        "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new"
            + " ServiceCIDR");
    state.store(waiting.withMetadata(meta.stored(
        meta.uid(),
        Objects.requireNonNullElse(meta.creationTimestamp(), state.clock().now()),
        state.clock().now(),
        meta.resourceVersion(),
        meta.generation())));
  }

  private static List<Cidr> cidrs(KubeObject object) {
    if (!(object instanceof GenericObject generic)) {
      return List.of();
    }
    List<Cidr> cidrs = new ArrayList<>();
    for (String text : Fields.of(generic.content()).object("spec").texts("cidrs")) {
      AddressTexts.cidr(text).ifPresent(cidrs::add);
    }
    return cidrs;
  }

  private void onChange(Change change) {
    ObjectKey key = change.key();
    if (key.kind().equals(KIND)) {
      @Nullable KubeObject before = change.before();
      @Nullable KubeObject after = change.after();
      if (after != null) {
        added(after);
      } else if (before != null) {
        removed(before);
      }
    } else if (key.kind().equals("Service")) {
      finishDeletions();
    }
  }

  private void added(KubeObject object) {
    boolean usable = object.metadata().deletionTimestamp() == null && !isMarkedNotReady(object);
    for (Cidr cidr : cidrs(object)) {
      if (!services.cidrs().contains(cidr)) {
        services.cidrs().add(cidr);
      }
      services.cidrs().setReady(cidr, usable);
    }
  }

  private static boolean isMarkedNotReady(KubeObject object) {
    return object instanceof GenericObject generic
        && Fields.of(generic.content()).object("status").objects("conditions").stream()
            .anyMatch(c -> c.text("type").equals("Ready") && c.text("status").equals("False"));
  }

  private void removed(KubeObject object) {
    for (Cidr cidr : cidrs(object)) {
      boolean another = state.list(KIND).stream().anyMatch(o -> cidrs(o).contains(cidr));
      if (!another) {
        services.cidrs().remove(cidr);
      }
    }
  }

  private void finishDeletions() {
    for (KubeObject object : List.copyOf(state.list(KIND))) {
      if (object.metadata().deletionTimestamp() != null
          && cidrs(object).stream().noneMatch(services.cidrs()::isNeeded)) {
        state.remove(object.key());
      }
    }
  }
}
