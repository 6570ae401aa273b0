package dev.hairpin.cluster;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.collect.ForkableMap;
import java.util.Map;

/**
 * What the rooms of one API server share.
 *
 * @param state the objects
 * @param config how the server was started
 * @param services Services and their pools
 * @param cidrs the blocks that the pool of addresses is made of
 * @param lastApplied what was applied last, by object
 * @param webhooks whom to ask
 * @param names the names that are made up
 */
record ServerParts(
    ClusterState state,
    ApiServerConfig config,
    ServiceRegistry services,
    ServiceCidrController cidrs,
    ForkableMap<ObjectKey, Map<String, Object>> lastApplied,
    Webhooks webhooks,
    GeneratedNames names) {

  static ServerParts of(ClusterState state, ApiServerConfig config) {
    return of(
        state,
        config,
        new ServiceRegistry(state, config),
        new ForkableMap<>(),
        new GeneratedNames(state.seed()));
  }

  private static ServerParts of(
      ClusterState state,
      ApiServerConfig config,
      ServiceRegistry services,
      ForkableMap<ObjectKey, Map<String, Object>> lastApplied,
      GeneratedNames names) {
    Webhooks webhooks = new Webhooks();
    services.validateBy(webhooks::validate);
    return new ServerParts(
        state,
        config,
        services,
        new ServiceCidrController(state, services),
        lastApplied,
        webhooks,
        names);
  }

  /** The same for a fork of the state, without webhooks. */
  ServerParts fork(ClusterState copy) {
    return of(copy, config, services.fork(copy), lastApplied.fork(), names.fork());
  }
}
