package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * What the kube-proxies of a cluster have in common: what there is to know of it, and the rules
 * that nodes write which are set up alike. Not thread-safe; each side of a fork has its own.
 */
final class SharedRules {

  /** What a pool is for. */
  private record Setup(ProxierSettings settings, List<IpAddress> nodePortAddresses) {}

  private final Map<Setup, RulePool> pools = new HashMap<>();

  /** What is known of the cluster after so many changes of the backlog. */
  private final Map<Watched, Known> latest = new HashMap<>();

  private long seen;

  /** What a fork of the cluster begins with. */
  SharedRules fork() {
    SharedRules fork = new SharedRules();
    fork.latest.putAll(latest);
    fork.seen = seen;
    return fork;
  }

  /** The pool of a node. */
  RulePool pool(ProxierSettings settings, List<IpAddress> nodePortAddresses) {
    ProxierSettings common = settings.ofAnyNode();
    return pools.computeIfAbsent(
        new Setup(common, nodePortAddresses),
        setup -> RulePool.ofMany(common, setup.nodePortAddresses()));
  }

  /** Everything that there is to know now. */
  Known everything(Watched watched, ClusterState state, Backlog backlog) {
    catchUp(backlog);
    return latest.computeIfAbsent(watched, w -> {
      List<Change> all = new ArrayList<>();
      state.list(Service.class).forEach(service -> all.add(new Change(null, service)));
      state.list(EndpointSlice.class).forEach(slice -> all.add(new Change(null, slice)));
      return Known.nothing(watched).after(all, new HashSet<>(), new HashSet<>());
    });
  }

  /** Takes in what has happened since it last did. */
  void catchUp(Backlog backlog) {
    if (!latest.isEmpty()) {
      List<Change> changes = new ArrayList<>();
      for (Backlog.Noted noted : backlog.after(seen)) {
        changes.add(noted.change());
      }
      latest.replaceAll((watched, known) -> known.after(changes, new HashSet<>(), new HashSet<>()));
    }
    seen = backlog.total();
  }

  /** Forgets the cluster, of whose changes nobody tells any more. */
  void forget() {
    latest.clear();
  }
}
