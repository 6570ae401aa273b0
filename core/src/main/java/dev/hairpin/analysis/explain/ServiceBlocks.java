package dev.hairpin.analysis.explain;

import dev.hairpin.api.ServiceCidr;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.net.Cidr;
import java.util.List;

/** The blocks that ClusterIPs are taken from, as the ServiceCIDR objects say. */
final class ServiceBlocks {
  private ServiceBlocks() {}

  /** The blocks; none in a snapshot without ServiceCIDR objects. */
  static List<Cidr> of(ClusterView state) {
    return state.list(ServiceCidr.class).stream()
        .flatMap(block -> block.cidrs().stream())
        .flatMap(text -> Cidr.tryParseMasked(text).stream())
        .toList();
  }
}
