package dev.hairpin.lb.controller;

import dev.hairpin.lb.aws.SecurityGroup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds security groups by name, and keeps the one that all load balancers of the cluster share.
 *
 * <p>Source: {@code security_group_resolver.go} and {@code backend_sg_provider.go} of
 * {@code pkg/networking}.
 */
final class SecurityGroups {
  private static final String BACKEND_DESCRIPTION =
      "[k8s] Shared Backend SecurityGroup for LoadBalancer";

  private final Environment env;
  /** The stacks that need the shared group, as {@code kind stack}. */
  private final Set<String> users = new TreeSet<>();

  private @Nullable String backendGroup;

  SecurityGroups(Environment env) {
    this.env = env;
  }

  SecurityGroups(Environment env, SecurityGroups other) {
    this.env = env;
    this.users.addAll(other.users);
    this.backendGroup = other.backendGroup;
  }

  /** Ids first and then the named ones, whatever the order of the list. */
  List<String> resolve(List<String> namesOrIds) {
    env.requireRights();
    List<String> found = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (String nameOrId : namesOrIds) {
      if (!nameOrId.startsWith("sg-")) {
        names.add(nameOrId);
      } else if (env.ec2().securityGroup(nameOrId).isPresent()) {
        found.add(nameOrId);
      }
    }
    for (SecurityGroup group : env.ec2().securityGroups()) {
      String name = group.tags().get("Name");
      if (name != null && names.contains(name) && isInVpc(group)) {
        found.add(group.id());
      }
    }
    if (found.size() != namesOrIds.size()) {
      throw new ReconcileException("couldn't find all securityGroups, nameOrIDs: "
          + Go.list(namesOrIds)
          + ", found: "
          + Go.list(found));
    }
    return found;
  }

  private boolean isInVpc(SecurityGroup group) {
    return group.vpcId().equals(env.aws().vpc().id());
  }

  /** The shared group, which is made when it is first needed. */
  String acquireBackend(String user) {
    users.add(user);
    if (!env.options().backendSecurityGroup().isEmpty()) {
      return env.options().backendSecurityGroup();
    }
    String known = backendGroup;
    if (known != null && env.ec2().securityGroup(known).isPresent()) {
      return known;
    }
    env.requireRights();
    String name = Naming.ofBackendSecurityGroup(env.clusterName());
    Map<String, String> tags = env.backendGroupTags();
    Optional<SecurityGroup> existing =
        env.ec2().securityGroupsTagged(tags).stream().filter(this::isInVpc).findFirst();
    String id = existing
        .map(SecurityGroup::id)
        .orElseGet(
            () -> env.ec2().createSecurityGroup(name, BACKEND_DESCRIPTION, withDefaults(tags)));
    backendGroup = id;
    return id;
  }

  private Map<String, String> withDefaults(Map<String, String> tags) {
    Map<String, String> all = new java.util.TreeMap<>(env.options().defaultTags());
    all.putAll(tags);
    return all;
  }

  /** A stack no longer needs the shared group; it goes with its last user. */
  void releaseBackend(String user) {
    users.remove(user);
    String id = backendGroup;
    if (users.isEmpty() && id != null) {
      env.ec2().deleteSecurityGroup(id);
      backendGroup = null;
    }
  }
}
