package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Judges ServiceCIDRs and IPAddresses, which are read strictly even by releases that accept odd
 * forms of addresses elsewhere.
 *
 * <p>Source: {@code ValidateServiceCIDR} and {@code ValidateIPAddress} of Kubernetes v1.36.
 */
final class ServiceCidrValidation {
  private static final String IMMUTABLE = "field is immutable";

  private ServiceCidrValidation() {}

  static void block(ApiFeatures features, FieldErrors errors, Fields f, @Nullable Fields before) {
    List<String> cidrs = f.object("spec").texts("cidrs");
    if (before == null) {
      cidrs(features, errors, cidrs);
      return;
    }
    List<String> old = before.object("spec").texts("cidrs");
    if (old.size() == cidrs.size()) {
      for (int i = 0; i < cidrs.size(); i++) {
        if (!cidrs.get(i).equals(old.get(i))) {
          errors.invalid("spec.cidrs[" + i + "]", cidrs.get(i), IMMUTABLE);
        }
      }
    } else if (old.size() == 1 && cidrs.size() == 2) {
      // a block of the other family may be added later
      if (!cidrs.get(0).equals(old.get(0))) {
        errors.invalid("spec.cidrs[0]", cidrs.get(0), IMMUTABLE);
      }
      cidrs(features, errors, cidrs);
    } else {
      errors.invalid("spec.cidrs", cidrs, IMMUTABLE);
    }
  }

  private static void cidrs(ApiFeatures features, FieldErrors errors, List<String> cidrs) {
    if (cidrs.isEmpty()) {
      errors.required("spec.cidrs", "at least one CIDR required");
      return;
    }
    if (cidrs.size() > 2) {
      // the server shows the whole spec, whose one field has a capital letter inside
      errors.invalid(
          "spec.cidrs",
          new FieldErrors.Shown(Map.of("CIDRs", cidrs), "networking.ServiceCIDRSpec{...}"),
          "may only hold up to 2 values");
      return;
    }
    for (int i = 0; i < cidrs.size(); i++) {
      AddressTexts.strictCidr(errors, features, "spec.cidrs[" + i + "]", cidrs.get(i));
    }
    if (cidrs.size() == 2
        && AddressTexts.cidr(cidrs.get(0)).isPresent()
        && AddressTexts.cidr(cidrs.get(0))
            .map(c -> c.family())
            .equals(AddressTexts.cidr(cidrs.get(1)).map(c -> c.family()))) {
      errors.invalid(
          "spec.cidrs",
          cidrs,
          "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and"
              + " 2001:db8::/64");
    }
  }

  static void address(ApiFeatures features, FieldErrors errors, Fields f, @Nullable Fields before) {
    Fields spec = f.object("spec");
    if (before != null) {
      @Nullable Map<String, Object> old = before.object("spec").rawOrNull("parentRef");
      @Nullable Map<String, Object> now = spec.rawOrNull("parentRef");
      if (!Objects.equals(old, now)) {
        errors.invalid("spec.parentRef", now, IMMUTABLE);
      }
      return;
    }
    AddressTexts.strictAddress(
        errors, features, "metadata.name", f.object("metadata").text("name"));
    @Nullable Fields parent = spec.objectOrNull("parentRef");
    if (parent == null) {
      errors.required("spec.parentRef", "");
      return;
    }
    String group = parent.text("group");
    if (!group.isEmpty()) {
      errors.invalid(parent.path("group"), group, NameRules.dnsSubdomain(group));
    }
    References.parts(errors, parent, "resource", "name");
    String namespace = parent.text("namespace");
    errors.invalid(parent.path("namespace"), namespace, NameRules.pathSegment(namespace));
  }
}
