package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Node;
import dev.hairpin.iptables.kubeproxy.HealthCheckServers.Answer;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Listener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A node's kube-proxy while it runs: what it knows and has written, its own health, and what it
 * serves. Not thread-safe.
 */
final class RunningProxy {
  private final NodeProxy proxy;
  private final List<Cidr> blocks;
  private final List<IpAddress> addresses;
  private final ProxyHealthServer health;
  private final @Nullable SocketAddress healthz;
  private final Map<String, String> sysctls;
  private final Map<IpFamily, SyncResult> lastSync = new EnumMap<>(IpFamily.class);
  private @Nullable List<Listener> servers;
  private boolean changed = true;
  private Instant changedAt;
  private long seen;

  /**
   * A kube-proxy that has not synced yet.
   *
   * @param proxy the kube-proxy, which knows the cluster as it is now
   * @param seen how many changes of the backlog it knows with it
   */
  RunningProxy(
      NodeProxy proxy,
      Node node,
      KubeProxyVersion version,
      KubeProxyConfiguration configuration,
      Instant now,
      long seen) {
    this.proxy = proxy;
    this.health = new ProxyHealthServer(version, configuration.syncPeriod(), now);
    this.healthz = configuration.healthzBindAddress();
    this.sysctls = configuration.conntrack().sysctls(KubeProxy.coresOf(node));
    this.changedAt = now;
    this.blocks = node.podCidrs().stream().map(Cidr::parse).toList();
    this.addresses = KubeProxy.hostOf(node, configuration).interfaceAddresses();
    this.seen = seen;
    health.nodeChanged(node);
  }

  private RunningProxy(RunningProxy original, SharedRules shared) {
    this.proxy = original.proxy.frozenCopy(shared);
    this.health = original.health.copy();
    this.healthz = original.healthz;
    this.sysctls = original.sysctls;
    this.changedAt = original.changedAt;
    this.blocks = original.blocks;
    this.addresses = original.addresses;
    this.lastSync.putAll(original.lastSync);
    this.servers = original.servers;
    this.changed = original.changed;
    this.seen = original.seen;
  }

  /**
   * A copy of one that is not changed any more, which goes on where that one is.
   *
   * @param shared what it shares with other nodes from then on
   */
  RunningProxy frozenCopy(SharedRules shared) {
    return new RunningProxy(this, shared);
  }

  NodeProxy proxy() {
    return proxy;
  }

  ProxyHealthServer health() {
    return health;
  }

  /** The settings of the kernel that it sets for connection tracking. */
  Map<String, String> sysctls() {
    return sysctls;
  }

  /** The node's blocks of pods as kube-proxy has read them. */
  List<Cidr> blocks() {
    return blocks;
  }

  /** The node's addresses as kube-proxy has read them. */
  List<IpAddress> addresses() {
    return addresses;
  }

  @Nullable
  SyncResult lastSync(IpFamily family) {
    return lastSync.get(family);
  }

  /** Whether something has changed since the last sync. */
  boolean isChanged() {
    return changed;
  }

  /** Takes in what has happened since it last did; says whether anything of it concerns it. */
  boolean catchUp(Backlog backlog) {
    boolean any = false;
    for (Backlog.Noted noted : backlog.after(seen)) {
      if (proxy.changed(noted.change())) {
        any = true;
        queued(noted.at());
        if (noted.change().object() instanceof Node node) {
          health.nodeChanged(node);
        }
      }
    }
    seen = backlog.total();
    return any;
  }

  private void queued(Instant at) {
    if (!changed) {
      changed = true;
      changedAt = at;
    }
    for (IpFamily family : IpFamily.values()) {
      if (proxy.proxier(family).isPresent()) {
        health.queued(family, at);
      }
    }
  }

  /**
   * Brings the rules in line with what it has taken in.
   *
   * @param now the time
   * @param late whether it takes until now; otherwise it was done when the first change came
   * @return what was done, IPv4 first
   */
  List<SyncResult> sync(Instant now, boolean late) {
    changed = false;
    List<SyncResult> results = proxy.sync(now);
    for (SyncResult result : results) {
      lastSync.put(result.family(), result);
      if (result.failure().isEmpty()) {
        health.updated(result.family(), late ? now : changedAt);
      }
      if (!result.healthCheckEvents().isEmpty()) {
        servers = null;
      }
    }
    return results;
  }

  /** Where it listens: its own health and that of Services. */
  List<Listener> servers() {
    @Nullable List<Listener> known = servers;
    if (known != null) {
      return known;
    }
    List<SocketAddress> listening = new ArrayList<>();
    if (healthz != null) {
      listening.add(healthz);
    }
    for (HealthCheckServers checks : healthChecks()) {
      checks
          .services()
          .forEach(service ->
              checks.addressesOf(service).forEach(a -> listening.add(SocketAddress.parse(a))));
    }
    List<Listener> found = listening.stream()
        .map(a -> new Listener("kube-proxy", Protocol.TCP, a.address(), a.port()))
        .toList();
    servers = found;
    return found;
  }

  /** The status of an answer to an HTTP request; nothing if no server listens on the port. */
  OptionalInt httpStatus(int port, String path, Instant now) {
    if (healthz != null && healthz.port() == port) {
      return OptionalInt.of(health.ask(path, now).status());
    }
    boolean healthy = healthz == null || health.isHealthy(now);
    for (HealthCheckServers checks : healthChecks()) {
      Optional<Answer> answer = checks.serviceOn(port).flatMap(s -> checks.ask(s, healthy));
      if (answer.isPresent()) {
        return OptionalInt.of(answer.get().status());
      }
    }
    return OptionalInt.empty();
  }

  private List<HealthCheckServers> healthChecks() {
    List<HealthCheckServers> all = new ArrayList<>(2);
    for (IpFamily family : IpFamily.values()) {
      proxy.proxier(family).map(Proxier::healthCheckServers).ifPresent(all::add);
    }
    return all;
  }
}
