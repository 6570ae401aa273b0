package dev.hairpin.examples.conformance.core;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.AddressAllocator;
import dev.hairpin.cluster.ApiError;
import dev.hairpin.cluster.ApiFeatures;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.PortRange;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kind {@code svc}: requests on Services, one after another. */
final class ServiceCases implements CoreCaseRunner {

  @Override
  public Set<String> kinds() {
    return Set.of("svc");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    ApiServerConfig config = config(recorded);
    ApiServer server = new ApiServer(new ClusterState(new VirtualClock(), 1), config);
    Placeholders placeholders = new Placeholders(value -> mayBeDrawn(server, value));
    List<Map<String, Object>> steps = recorded.objects("steps");
    List<?> expected = (List<?>) recorded.expected();
    for (int i = 0; i < steps.size(); i++) {
      Map<String, Object> outcome = run(server, steps.get(i));
      Map<?, ?> wanted = (Map<?, ?>) Objects.requireNonNull(expected.get(i));
      if (wanted.get("ipaddresses") instanceof List<?> list) {
        outcome.put("ipaddresses", likeRecorded(list, outcome.get("ipaddresses")));
      }
      Optional<String> difference = difference("steps[" + i + "]", wanted, outcome, placeholders);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> difference(
      String path, Map<?, ?> wanted, Map<String, Object> outcome, Placeholders placeholders) {
    Set<String> parts = new LinkedHashSet<>(List.of("error", "warnings"));
    wanted.keySet().forEach(part -> parts.add(String.valueOf(part)));
    parts.removeAll(Set.of("op", "description", "note"));
    for (String part : parts) {
      @Nullable Object expected = Trees.withoutEmpty(wanted.get(part));
      @Nullable Object actual = Trees.withoutEmpty(outcome.get(part));
      Optional<String> difference = Trees.firstDifference(
          path + "." + part,
          expected,
          Set.of("error", "metadata").contains(part) ? same(expected, actual) : actual,
          placeholders::same);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  /** Of an error only what was recorded is compared. */
  private static @Nullable Object same(@Nullable Object wanted, @Nullable Object actual) {
    if (wanted instanceof Map<?, ?> fields && actual instanceof Map<?, ?> all) {
      Map<String, @Nullable Object> common = new LinkedHashMap<>();
      fields.keySet().forEach(key -> common.put(String.valueOf(key), all.get(key)));
      return common;
    }
    return actual;
  }

  /** Addresses as names alone, where they were recorded so. */
  private static @Nullable Object likeRecorded(List<?> wanted, @Nullable Object actual) {
    boolean names = !wanted.isEmpty() && wanted.stream().allMatch(String.class::isInstance);
    if (names && actual instanceof List<?> list) {
      return list.stream().map(item -> ((Map<?, ?>) item).get("name")).toList();
    }
    return actual;
  }

  private static ApiServerConfig config(CoreCase recorded) {
    List<IpFamily> families = new ArrayList<>();
    for (Object family : recorded.list("families")) {
      families.add(family.equals("IPv6") ? IpFamily.IPV6 : IpFamily.IPV4);
    }
    if (families.isEmpty()) {
      families.add(IpFamily.IPV4);
    }
    List<Cidr> cidrs = new ArrayList<>();
    recorded.list("ipv4CIDRs").forEach(c -> cidrs.add(Cidr.parse(c.toString())));
    recorded.list("ipv6CIDRs").forEach(c -> cidrs.add(Cidr.parse(c.toString())));
    for (IpFamily family : families) {
      if (cidrs.stream().noneMatch(c -> c.family() == family)) {
        cidrs.add(Cidr.parse(family == IpFamily.IPV4 ? "10.96.0.0/16" : "fd00:10:96::/112"));
      }
    }
    Object range = recorded.input().getOrDefault("nodePortRange", PortRange.DEFAULT);
    ApiFeatures features = ApiFeatures.NEWEST;
    if (recorded.input().get("featureGates") instanceof Map<?, ?> gates) {
      for (Map.Entry<?, ?> gate : gates.entrySet()) {
        features = features.withGate(
            String.valueOf(gate.getKey()), Boolean.parseBoolean(String.valueOf(gate.getValue())));
      }
    }
    if ("bitmap".equals(recorded.input().get("allocator"))) {
      features = features.withGate("MultiCIDRServiceAllocator", false);
    }
    return new ApiServerConfig(families, cidrs, PortRange.parse(range.toString()), features);
  }

  /** Draws come from the dynamic band while it has free values. */
  private static boolean mayBeDrawn(ApiServer server, String value) {
    Optional<IpAddress> address = IpAddress.tryParse(value);
    if (address.isEmpty()) {
      PortRange range = server.config().nodePorts();
      int port = Integer.parseInt(value);
      int dynamic = range.first() + range.staticPorts();
      return range.contains(port)
          && (port >= dynamic || server.allocatedPorts().size() >= range.last() - dynamic);
    }
    for (Cidr cidr : server.config().serviceCidrs()) {
      if (cidr.contains(address.get())) {
        int band = AddressAllocator.staticAddresses(cidr);
        return address.get().compareTo(cidr.at(band)) > 0
            || server.allocatedAddresses().size() >= band;
      }
    }
    return false;
  }

  private static Map<String, Object> run(ApiServer server, Map<String, Object> step) {
    Map<String, Object> outcome = new LinkedHashMap<>();
    String op = String.valueOf(step.get("op"));
    switch (op) {
      case "allocated" -> {
        outcome.put(
            "ips", server.allocatedAddresses().stream().map(IpAddress::toString).toList());
        outcome.put("nodePorts", server.allocatedPorts());
      }
      case "ipaddresses" -> addresses(server, outcome);
      default -> {
        try {
          answer(request(server, op, step), outcome);
        } catch (ApiError e) {
          outcome.put("error", error(e));
        }
      }
    }
    return outcome;
  }

  private static Map<String, Object> error(ApiError e) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", e.code());
    error.put("reason", e.reason());
    error.put("message", String.valueOf(e.getMessage()));
    error.put(
        "causes",
        e.causes().stream()
            .map(c -> Map.of("reason", c.reason(), "message", c.message(), "field", c.field()))
            .toList());
    return error;
  }

  private static ApiServer.Response request(ApiServer all, String op, Map<String, Object> step) {
    ApiServer server = Boolean.TRUE.equals(step.get("dryRun")) ? all.dryRun() : all;
    ObjectKey key = new ObjectKey(
        Service.KIND,
        String.valueOf(step.getOrDefault("namespace", "default")),
        String.valueOf(step.get("name")));
    return switch (op) {
      case "create" -> server.create(object(step));
      case "update" -> server.update(object(step));
      case "apply" -> server.apply(object(step));
      case "status" -> server.updateStatus(object(step));
      case "patch" ->
        server.patch(
            key,
            PatchType.valueOf(String.valueOf(step.getOrDefault("patchType", "strategic"))
                .toUpperCase(Locale.ROOT)),
            Objects.requireNonNull(step.get("patch")));
      case "get" -> new ApiServer.Response(server.get(key), List.of());
      case "delete" -> new ApiServer.Response(server.delete(key), List.of());
      default -> throw new IllegalArgumentException("unknown operation \"" + op + "\"");
    };
  }

  private static Map<String, Object> object(Map<String, Object> step) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("apiVersion", "v1");
    tree.put("kind", Service.KIND);
    if (step.get("object") instanceof Map<?, ?> object) {
      object.forEach((name, value) -> tree.put(String.valueOf(name), value));
    }
    return tree;
  }

  private static void answer(ApiServer.Response response, Map<String, Object> outcome) {
    KubeObject object = response.object();
    Map<String, Object> tree = KubeObjects.toTree(object);
    outcome.put("spec", Objects.requireNonNull(tree.get("spec")));
    outcome.put("status", Objects.requireNonNull(tree.get("status")));
    outcome.put("metadata", Objects.requireNonNull(tree.get("metadata")));
    if (!response.warnings().isEmpty()) {
      outcome.put("warnings", response.warnings());
    }
  }

  private static void addresses(ApiServer server, Map<String, Object> outcome) {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (IpAddressObject object : server.ipAddresses()) {
      Map<String, Object> flat = new LinkedHashMap<>();
      flat.put("name", object.metadata().name());
      flat.put("labels", object.metadata().labels());
      flat.put("spec", Objects.requireNonNull(KubeObjects.toTree(object).get("spec")));
      objects.add(flat);
    }
    outcome.put("ipaddresses", objects);
    outcome.put("ipAddresses", objects);
  }
}
