package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges EndpointSlices and Endpoints. Source: Kubernetes v1.36. */
final class EndpointsValidation {
  private static final int MAX_ENDPOINTS = 1_000;
  private static final int MAX_ADDRESSES = 100;
  private static final int MAX_PORTS = 20_000;
  private static final int MAX_HINTS = 8;
  private static final List<String> ADDRESS_TYPES = List.of("FQDN", "IPv4", "IPv6");

  private final ApiFeatures features;
  private final FieldErrors errors;

  EndpointsValidation(ApiFeatures features, FieldErrors errors) {
    this.features = features;
    this.errors = errors;
  }

  void slice(Fields f, @Nullable Fields before) {
    String type = f.text("addressType");
    if (type.isEmpty()) {
      errors.required("addressType", "");
    } else if (!ADDRESS_TYPES.contains(type)) {
      errors.notSupported("addressType", type, ADDRESS_TYPES);
    }
    slicePorts(f.objects("ports"));
    List<Fields> endpoints = f.objects("endpoints");
    if (endpoints.size() > MAX_ENDPOINTS) {
      errors.tooMany("endpoints", endpoints.size(), MAX_ENDPOINTS);
    } else {
      endpoints.forEach(e -> endpoint(e, type));
    }
    if (before != null && !before.text("addressType").equals(type)) {
      errors.invalid("addressType", type, "field is immutable");
    }
  }

  private void slicePorts(List<Fields> ports) {
    if (ports.size() > MAX_PORTS) {
      errors.tooMany("ports", ports.size(), MAX_PORTS);
      return;
    }
    Set<String> names = new HashSet<>();
    for (Fields port : ports) {
      String name = port.text("name");
      if (!name.isEmpty()) {
        errors.invalid(port.path("name"), name, NameRules.dnsLabel(name));
      }
      if (!names.add(name)) {
        errors.duplicate(port.path("name"), name);
      }
      protocols(port);
    }
  }

  private void protocols(Fields port) {
    String protocol = port.text("protocol", "TCP");
    if (!ServiceValidation.PROTOCOLS.contains(protocol)) {
      errors.notSupported(port.path("protocol"), protocol, ServiceValidation.PROTOCOLS);
    }
    @Nullable String appProtocol = port.textOrNull("appProtocol");
    if (appProtocol != null) {
      errors.invalid(port.path("appProtocol"), appProtocol, NameRules.qualifiedName(appProtocol));
    }
  }

  private void endpoint(Fields f, String type) {
    List<String> addresses = f.texts("addresses");
    if (addresses.isEmpty()) {
      errors.required(f.path("addresses"), "must contain at least 1 address");
    } else if (addresses.size() > MAX_ADDRESSES) {
      errors.tooMany(f.path("addresses"), addresses.size(), MAX_ADDRESSES);
    }
    for (int i = 0; i < addresses.size(); i++) {
      address(f, addresses.get(i), i, type);
    }
    @Nullable String nodeName = f.textOrNull("nodeName");
    if (nodeName != null) {
      errors.invalid(f.path("nodeName"), nodeName, NameRules.dnsSubdomain(nodeName));
    }
    @Nullable String hostname = f.textOrNull("hostname");
    if (hostname != null) {
      errors.invalid(f.path("hostname"), hostname, NameRules.dnsLabel(hostname));
    }
    Fields hints = f.object("hints");
    hints(hints, "forZones");
    hints(hints, "forNodes");
  }

  private void address(Fields f, String address, int index, String type) {
    String path = f.path("addresses[" + index + "]");
    if (type.equals("FQDN")) {
      errors.invalid(path, address, NameRules.dnsSubdomain(address));
      return;
    }
    if (!type.equals("IPv4") && !type.equals("IPv6")) {
      return;
    }
    int before = errors.size();
    AddressTexts.address(errors, features, path, address, List.of());
    if (errors.size() > before) {
      return;
    }
    if (AddressTexts.isV6(address) != type.equals("IPv6")) {
      // the server names the list here, not the item
      errors.invalid(f.path("addresses"), address, "must be an " + type + " address");
    } else {
      AddressTexts.special(errors, path, address);
    }
  }

  private void hints(Fields hints, String name) {
    List<Fields> list = hints.objects(name);
    if (list.size() > MAX_HINTS) {
      errors.tooMany(hints.path(name), list.size(), MAX_HINTS);
      return;
    }
    Set<String> seen = new HashSet<>();
    for (Fields hint : list) {
      String value = hint.text("name");
      if (!seen.add(value)) {
        errors.duplicate(hint.path("name"), value);
      }
      errors.invalid(
          hint.path("name"),
          value,
          name.equals("forZones") ? NameRules.labelValue(value) : NameRules.dnsSubdomain(value));
    }
  }

  void endpoints(Fields f) {
    for (Fields subset : f.objects("subsets")) {
      List<Fields> ready = subset.objects("addresses");
      List<Fields> notReady = subset.objects("notReadyAddresses");
      if (ready.isEmpty() && notReady.isEmpty()) {
        errors.required(subset.path(), "must specify `addresses` or `notReadyAddresses`");
      }
      ready.forEach(this::endpointAddress);
      notReady.forEach(this::endpointAddress);
      List<Fields> ports = subset.objects("ports");
      ports.forEach(p -> endpointPort(p, ports.size() > 1));
    }
  }

  private void endpointAddress(Fields f) {
    String ip = f.text("ip");
    int before = errors.size();
    AddressTexts.address(errors, features, f.path("ip"), ip, List.of());
    boolean readable = errors.size() == before;
    String hostname = f.text("hostname");
    if (!hostname.isEmpty()) {
      errors.invalid(f.path("hostname"), hostname, NameRules.dnsLabel(hostname));
    }
    @Nullable String nodeName = f.textOrNull("nodeName");
    if (nodeName != null) {
      errors.invalid(f.path("nodeName"), nodeName, NameRules.dnsSubdomain(nodeName));
    }
    if (readable) {
      AddressTexts.special(errors, f.path("ip"), ip);
    }
  }

  private void endpointPort(Fields f, boolean nameRequired) {
    String name = f.text("name");
    if (!name.isEmpty()) {
      errors.invalid(f.path("name"), name, NameRules.dnsLabel(name));
    } else if (nameRequired) {
      errors.required(f.path("name"), "");
    }
    int port = f.int32("port", 0);
    errors.invalid(f.path("port"), port, NameRules.portNumber(port));
    protocols(f);
  }
}
