package dev.hairpin.manifest;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.IpAddressObject.ParentReference;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.ServiceCidr;

/**
 * ServiceCIDRs and IPAddresses. Source: {@code networkingv1.ServiceCIDR},
 * {@code networkingv1.IPAddress}.
 */
final class ServiceCidrForm {
  private ServiceCidrForm() {}

  static ServiceCidr readBlock(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields status = f.object("status");
    ServiceCidr block = new ServiceCidr(
        meta, spec.texts("cidrs"), status.list("conditions", MetaForm::readCondition));
    spec.end();
    status.end();
    return block;
  }

  static void write(ServiceCidr block, TreeWriter tree) {
    tree.always("spec", new TreeWriter().list("cidrs", block.cidrs()).tree());
    tree.object(
        "status",
        new TreeWriter().list("conditions", block.conditions(), MetaForm::writeCondition));
  }

  static IpAddressObject readAddress(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields parent = spec.object("parentRef");
    IpAddressObject address = new IpAddressObject(
        meta,
        new ParentReference(
            parent.text("group"),
            parent.text("resource"),
            parent.text("namespace"),
            parent.text("name")));
    parent.end();
    spec.end();
    return address;
  }

  /** The group of core kinds is empty, and is written. */
  static void write(IpAddressObject address, TreeWriter tree) {
    ParentReference parent = address.parentRef();
    tree.always(
        "spec",
        new TreeWriter()
            .object(
                "parentRef",
                new TreeWriter()
                    .always("group", parent.group())
                    .text("name", parent.name())
                    .text("namespace", parent.namespace())
                    .text("resource", parent.resource()))
            .tree());
  }
}
