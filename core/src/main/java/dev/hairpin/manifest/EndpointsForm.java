package dev.hairpin.manifest;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.ObjectReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** EndpointSlices and Endpoints. Source: {@code discoveryv1.EndpointSlice, v1.Endpoints}. */
final class EndpointsForm {
  private EndpointsForm() {}

  static EndpointSlice readSlice(ObjectMeta meta, Fields f) {
    return new EndpointSlice(
        meta,
        f.text("addressType"),
        f.list("endpoints", EndpointsForm::readEndpoint),
        f.list("ports", EndpointsForm::readPort));
  }

  private static Endpoint readEndpoint(Fields f) {
    Fields conditions = f.object("conditions");
    Fields hints = f.object("hints");
    Endpoint endpoint = new Endpoint(
        f.texts("addresses"),
        conditions.boolOrNull("ready"),
        conditions.boolOrNull("serving"),
        conditions.boolOrNull("terminating"),
        f.textOrNull("hostname"),
        f.textOrNull("nodeName"),
        f.textOrNull("zone"),
        readHints(hints, "forZones"),
        readHints(hints, "forNodes"),
        readReference(f));
    conditions.end();
    hints.end();
    f.ignoring("deprecatedTopology").end();
    return endpoint;
  }

  private static List<String> readHints(Fields hints, String name) {
    return hints.list(name, f -> {
      String hint = f.text("name");
      f.end();
      return hint;
    });
  }

  private static @Nullable ObjectReference readReference(Fields f) {
    @Nullable Fields reference = f.objectOrNull("targetRef");
    if (reference == null) {
      return null;
    }
    ObjectReference result = new ObjectReference(
        reference.text("kind"),
        reference.text("namespace"),
        reference.text("name"),
        reference.text("uid"));
    reference.ignoring("apiVersion", "resourceVersion", "fieldPath").end();
    return result;
  }

  private static EndpointPort readPort(Fields f) {
    EndpointPort port = new EndpointPort(
        f.text("name"),
        ServiceForm.readProtocol(f),
        f.int32OrNull("port"),
        f.textOrNull("appProtocol"));
    f.end();
    return port;
  }

  static void writeSlice(EndpointSlice slice, TreeWriter tree) {
    tree.text("addressType", slice.addressType())
        .always(
            "endpoints",
            slice.endpoints().stream().map(EndpointsForm::writeEndpoint).toList())
        .always("ports", slice.ports().stream().map(p -> writePort(p, true)).toList());
  }

  private static Map<String, Object> writeEndpoint(Endpoint endpoint) {
    return new TreeWriter()
        .list("addresses", endpoint.addresses())
        .object(
            "conditions",
            new TreeWriter()
                .optional("ready", endpoint.ready())
                .optional("serving", endpoint.serving())
                .optional("terminating", endpoint.terminating()))
        .object(
            "hints",
            new TreeWriter()
                .list("forNodes", endpoint.nodeHints(), n -> Map.of("name", n))
                .list("forZones", endpoint.zoneHints(), z -> Map.of("name", z)))
        .optional("hostname", endpoint.hostname())
        .optional("nodeName", endpoint.nodeName())
        .map("targetRef", writeReference(endpoint.targetRef()))
        .optional("zone", endpoint.zone())
        .tree();
  }

  private static Map<String, Object> writeReference(@Nullable ObjectReference reference) {
    return reference == null
        ? Map.of()
        : new TreeWriter()
            .text("kind", reference.kind())
            .text("name", reference.name())
            .text("namespace", reference.namespace())
            .text("uid", reference.uid())
            .tree();
  }

  /** A slice writes the name of an unnamed port as an empty text, Endpoints leave it out. */
  private static Map<String, Object> writePort(EndpointPort port, boolean emptyName) {
    TreeWriter tree = new TreeWriter()
        .optional("appProtocol", port.appProtocol())
        .optional("port", port.port())
        .text("protocol", port.protocol().name());
    return emptyName
        ? tree.always("name", Objects.requireNonNullElse(port.name(), "")).tree()
        : tree.text("name", port.name()).tree();
  }

  static Endpoints readEndpoints(ObjectMeta meta, Fields f) {
    return new Endpoints(meta, f.list("subsets", EndpointsForm::readSubset));
  }

  private static EndpointSubset readSubset(Fields f) {
    EndpointSubset subset = new EndpointSubset(
        f.list("addresses", EndpointsForm::readAddress),
        f.list("notReadyAddresses", EndpointsForm::readAddress),
        f.list("ports", EndpointsForm::readPort));
    f.end();
    return subset;
  }

  private static EndpointAddress readAddress(Fields f) {
    EndpointAddress address = new EndpointAddress(
        f.text("ip"), f.text("hostname"), f.textOrNull("nodeName"), readReference(f));
    f.end();
    return address;
  }

  static void writeEndpoints(Endpoints endpoints, TreeWriter tree) {
    tree.list(
        "subsets",
        endpoints.subsets(),
        s -> new TreeWriter()
            .list("addresses", s.addresses(), EndpointsForm::writeAddress)
            .list("notReadyAddresses", s.notReadyAddresses(), EndpointsForm::writeAddress)
            .list("ports", s.ports(), p -> writePort(p, false))
            .tree());
  }

  private static Map<String, Object> writeAddress(EndpointAddress address) {
    return new TreeWriter()
        .text("hostname", address.hostname())
        .text("ip", address.ip())
        .optional("nodeName", address.nodeName())
        .map("targetRef", writeReference(address.targetRef()))
        .tree();
  }
}
