package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.manifest.Fields;
import dev.hairpin.net.Cidr;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges NetworkPolicies. Source: {@code ValidateNetworkPolicy} of Kubernetes v1.36. */
final class NetworkPolicyValidation {
  private final ApiFeatures features;
  private final FieldErrors errors;

  NetworkPolicyValidation(ApiFeatures features, FieldErrors errors) {
    this.features = features;
    this.errors = errors;
  }

  void policy(Fields f) {
    Fields spec = f.object("spec");
    ObjectValidation.selector(errors, "spec.podSelector", spec.object("podSelector"));
    rules(spec, "ingress", "from");
    rules(spec, "egress", "to");
    List<String> types = spec.texts("policyTypes");
    if (types.size() > 2) {
      errors.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
      return;
    }
    for (int i = 0; i < types.size(); i++) {
      if (!List.of("Ingress", "Egress").contains(types.get(i))) {
        errors.notSupported(
            "spec.policyTypes[" + i + "]", types.get(i), List.of("Ingress", "Egress"));
      }
    }
  }

  private void rules(Fields spec, String direction, String peers) {
    for (Fields rule : spec.objects(direction)) {
      rule.objects("ports").forEach(this::port);
      rule.objects(peers).forEach(this::peer);
    }
  }

  private void port(Fields f) {
    String protocol = f.text("protocol");
    if (!protocol.isEmpty() && !ServiceValidation.PROTOCOLS.contains(protocol)) {
      errors.notSupported(f.path("protocol"), protocol, List.of("TCP", "UDP", "SCTP"));
    }
    @Nullable IntOrString port = f.intOrStringOrNull("port");
    @Nullable Integer endPort = f.int32OrNull("endPort");
    String endPath = f.path("endPort");
    if (port == null) {
      if (endPort != null) {
        errors.invalid(endPath, endPort, "may not be specified when `port` is not specified");
      }
    } else if (port.name() != null) {
      if (endPort != null) {
        errors.invalid(endPath, endPort, "may not be specified when `port` is non-numeric");
      }
      errors.invalid(f.path("port"), port.name(), NameRules.portName(port.name()));
    } else {
      errors.invalid(f.path("port"), port.number(), NameRules.portNumber(port.number()));
      if (endPort != null) {
        if (endPort < port.number()) {
          // the server shows the port here, not the end
          errors.invalid(endPath, port.number(), "must be greater than or equal to `port`");
        }
        errors.invalid(endPath, endPort, NameRules.portNumber(endPort));
      }
    }
  }

  private void peer(Fields f) {
    int peers = 0;
    for (String name : List.of("podSelector", "namespaceSelector")) {
      @Nullable Fields selector = f.objectOrNull(name);
      if (selector != null) {
        peers++;
        ObjectValidation.selector(errors, f.path(name), selector);
      }
    }
    @Nullable Fields block = f.objectOrNull("ipBlock");
    if (block != null) {
      peers++;
      block(block);
    }
    if (peers == 0) {
      errors.required(f.path(), "must specify a peer");
    } else if (peers > 1 && block != null) {
      errors.forbidden(f.path(), "may not specify both ipBlock and another peer");
    }
  }

  private void block(Fields f) {
    String text = f.text("cidr");
    if (text.isEmpty()) {
      errors.required(f.path("cidr"), "");
      return;
    }
    AddressTexts.cidr(errors, features, f.path("cidr"), text, List.of());
    Optional<Cidr> cidr = AddressTexts.cidr(text);
    List<String> excepts = f.texts("except");
    for (int i = 0; cidr.isPresent() && i < excepts.size(); i++) {
      String path = f.path("except[" + i + "]");
      AddressTexts.cidr(errors, features, path, excepts.get(i), List.of());
      Optional<Cidr> except = AddressTexts.cidr(excepts.get(i));
      boolean subset = except
          .map(e -> cidr.get().contains(e) && e.prefixLength() > cidr.get().prefixLength())
          .orElse(true);
      if (!subset) {
        errors.invalid(path, excepts.get(i), "must be a strict subset of `cidr`");
      }
    }
  }
}
