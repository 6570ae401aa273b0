package dev.hairpin.analysis.explain;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The blocks that ClusterIPs are taken from, as the ServiceCIDR objects say. */
final class ServiceBlocks {
  private ServiceBlocks() {}

  /** The blocks; none in a snapshot without ServiceCIDR objects. */
  static List<Cidr> of(ClusterView state) {
    List<Cidr> blocks = new ArrayList<>();
    for (KubeObject object : state.list("ServiceCIDR")) {
      if (object instanceof GenericObject generic
          && generic.content().get("spec") instanceof Map<?, ?> spec
          && spec.get("cidrs") instanceof List<?> cidrs) {
        cidrs.forEach(c -> Cidr.tryParseMasked(String.valueOf(c)).ifPresent(blocks::add));
      }
    }
    return blocks;
  }
}
