package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who opens a connection, as far as a load balancer's treatment depends on it.
 *
 * @param inVpc whether it is inside the VPC, or in a network that routes to it
 * @param instanceId the instance that it is, or that its pod runs on; null if it is none
 * @param securityGroups the groups of the interface that it leaves by
 * @param vpcEndpointId the endpoint that it comes through (PrivateLink), or null
 */
public record Client(
    boolean inVpc,
    @Nullable String instanceId,
    Set<String> securityGroups,
    @Nullable String vpcEndpointId) {

  /** Someone on the internet. */
  public static final Client INTERNET = new Client(false, null, Set.of(), null);

  /** Something in the VPC that is no instance of the cluster. */
  public static final Client IN_VPC = new Client(true, null, Set.of(), null);

  /** Copies the groups. */
  public Client {
    securityGroups = ImmutableSet.copyOf(securityGroups);
  }

  /**
   * A process or pod on an instance.
   *
   * @param instanceId the instance
   * @param securityGroups the groups of its interface
   * @return the client
   */
  public static Client onInstance(String instanceId, String... securityGroups) {
    return new Client(true, instanceId, Set.of(securityGroups), null);
  }

  /**
   * Someone in another VPC, by PrivateLink.
   *
   * @param vpcEndpointId the endpoint
   * @return the client
   */
  public static Client throughEndpoint(String vpcEndpointId) {
    return new Client(true, null, Set.of(), vpcEndpointId);
  }
}
