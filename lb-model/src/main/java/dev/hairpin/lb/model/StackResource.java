package dev.hairpin.lb.model;

import dev.hairpin.api.IntOrString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One resource of a {@link Stack}. */
public sealed interface StackResource {

  /** The type of security groups. */
  String SECURITY_GROUP = "AWS::EC2::SecurityGroup";

  /** The type of load balancers. */
  String LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer";

  /** The type of listeners. */
  String LISTENER = "AWS::ElasticLoadBalancingV2::Listener";

  /** The type of rules. */
  String LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule";

  /** The type of target groups. */
  String TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup";

  /**
   * The security group in front of a load balancer.
   *
   * @param id its id in the stack
   * @param groupName its name
   * @param description its description
   * @param ingress who may come in
   * @param tags the user's tags
   */
  record SecurityGroup(
      String id,
      String groupName,
      String description,
      List<Permission> ingress,
      Map<String, String> tags)
      implements StackResource {
    /** Copies the collections. */
    public SecurityGroup {
      ingress = List.copyOf(ingress);
      tags = Sorted.copy(tags);
    }

    @Override
    public String type() {
      return SECURITY_GROUP;
    }
  }

  /** What kind of source a {@link Permission} names. */
  enum SourceKind {
    /** An IPv4 block. */
    IPV4,
    /** An IPv6 block. */
    IPV6,
    /** A prefix list. */
    PREFIX_LIST
  }

  /**
   * One source that may come in at one port.
   *
   * @param protocol {@code tcp}, {@code udp} or as the Service says
   * @param port the port
   * @param kind what the source is
   * @param source the block, or the id of a prefix list
   */
  record Permission(String protocol, int port, SourceKind kind, String source) {}

  /**
   * A load balancer.
   *
   * @param id its id in the stack
   * @param name its name, at most 32 characters
   * @param network true for an NLB, false for an ALB
   * @param scheme {@code internal} or {@code internet-facing}
   * @param ipAddressType {@code ipv4}, {@code dualstack} or {@code dualstack-without-public-ipv4}
   * @param subnets where it gets a network interface, one for each zone
   * @param securityGroups its security groups; empty for an NLB without
   * @param customerOwnedIpv4Pool a pool of an Outpost, or null
   * @param privateLinkRules {@code on} or {@code off}: whether clients of PrivateLink meet the
   *     inbound rules; null if not said
   * @param attributes its attributes
   * @param tags the user's tags
   */
  record LoadBalancer(
      String id,
      String name,
      boolean network,
      String scheme,
      String ipAddressType,
      List<SubnetMapping> subnets,
      List<Token> securityGroups,
      @Nullable String customerOwnedIpv4Pool,
      @Nullable String privateLinkRules,
      Map<String, String> attributes,
      Map<String, String> tags)
      implements StackResource {
    /** Copies the collections. */
    public LoadBalancer {
      subnets = List.copyOf(subnets);
      securityGroups = List.copyOf(securityGroups);
      attributes = Sorted.copy(attributes);
      tags = Sorted.copy(tags);
    }

    @Override
    public String type() {
      return LOAD_BALANCER;
    }
  }

  /**
   * A subnet of a load balancer, and the addresses that it is to have there.
   *
   * @param subnetId the subnet
   * @param allocationId an elastic address, or null
   * @param privateIpv4Address a private address, or null
   * @param ipv6Address an IPv6 address, or null
   */
  record SubnetMapping(
      String subnetId,
      @Nullable String allocationId,
      @Nullable String privateIpv4Address,
      @Nullable String ipv6Address) {}

  /**
   * A port that a load balancer listens on.
   *
   * @param id its id in the stack: the port
   * @param loadBalancer the load balancer's ARN
   * @param port the port
   * @param protocol TCP, UDP, TLS, HTTP or HTTPS
   * @param defaultActions what happens when no rule matches
   * @param certificates the certificates' ARNs, the default one first
   * @param sslPolicy the security policy, or null
   * @param alpnPolicy the ALPN policy; empty if not said
   * @param mutualAuthentication what is asked of clients' certificates, or null
   * @param tags the user's tags
   */
  record Listener(
      String id,
      Token loadBalancer,
      int port,
      String protocol,
      List<Action> defaultActions,
      List<String> certificates,
      @Nullable String sslPolicy,
      List<String> alpnPolicy,
      @Nullable MutualAuthentication mutualAuthentication,
      Map<String, String> tags)
      implements StackResource {
    /** Copies the collections. */
    public Listener {
      defaultActions = List.copyOf(defaultActions);
      certificates = List.copyOf(certificates);
      alpnPolicy = List.copyOf(alpnPolicy);
      tags = Sorted.copy(tags);
    }

    @Override
    public String type() {
      return LISTENER;
    }
  }

  /**
   * A rule of a listener.
   *
   * @param id its id in the stack: {@code port:priority}
   * @param listener the listener's ARN
   * @param priority the lowest is looked at first, from 1
   * @param conditions all of these must hold
   * @param actions what happens then
   * @param tags the user's tags
   */
  record ListenerRule(
      String id,
      Token listener,
      int priority,
      List<RuleCondition> conditions,
      List<Action> actions,
      Map<String, String> tags)
      implements StackResource {
    /** Copies the collections. */
    public ListenerRule {
      conditions = List.copyOf(conditions);
      actions = List.copyOf(actions);
      tags = Sorted.copy(tags);
    }

    @Override
    public String type() {
      return LISTENER_RULE;
    }
  }

  /**
   * A target group.
   *
   * @param id its id in the stack, such as {@code ui/ui-nlb:80}
   * @param name its name
   * @param targetType {@code instance} or {@code ip}
   * @param port the port of targets that name none
   * @param protocol TCP, UDP, TLS, HTTP or HTTPS
   * @param protocolVersion HTTP1, HTTP2 or GRPC; null for an NLB
   * @param ipAddressType {@code ipv4} or {@code ipv6}
   * @param healthCheck how its targets are checked
   * @param attributes its attributes
   * @param tags the user's tags
   */
  record TargetGroup(
      String id,
      String name,
      String targetType,
      int port,
      String protocol,
      @Nullable String protocolVersion,
      String ipAddressType,
      HealthCheck healthCheck,
      Map<String, String> attributes,
      Map<String, String> tags)
      implements StackResource {
    /** Copies the collections. */
    public TargetGroup {
      attributes = Sorted.copy(attributes);
      tags = Sorted.copy(tags);
    }

    @Override
    public String type() {
      return TARGET_GROUP;
    }

    /**
     * The target group's ARN, once it exists.
     *
     * @return the reference
     */
    public Token arn() {
      return new Token.Reference(TARGET_GROUP, id, "targetGroupARN");
    }
  }

  /**
   * A TargetGroupBinding to be made in the cluster.
   *
   * @param id its id in the stack: that of its target group
   * @param namespace its namespace
   * @param name its name: that of its target group
   * @param binding what it binds
   */
  record TargetGroupBindingResource(String id, String namespace, String name, Binding binding)
      implements StackResource {
    @Override
    public String type() {
      return "K8S::ElasticLoadBalancingV2::TargetGroupBinding";
    }
  }

  /**
   * The spec of a TargetGroupBinding: which pods or nodes are the targets of a target group.
   *
   * @param targetGroup the target group's ARN
   * @param targetType {@code instance} or {@code ip}
   * @param serviceName the Service
   * @param servicePort its port
   * @param networking who may reach the targets; null if that is not the controller's business
   * @param nodeSelector labels that nodes must have, or null
   * @param ipAddressType {@code ipv4} or {@code ipv6}
   * @param vpcId the VPC of the target group
   */
  record Binding(
      Token targetGroup,
      String targetType,
      String serviceName,
      IntOrString servicePort,
      @Nullable List<NetworkingRule> networking,
      @Nullable Map<String, String> nodeSelector,
      String ipAddressType,
      String vpcId) {
    /** Copies the collections. */
    public Binding {
      networking = networking == null ? null : List.copyOf(networking);
      nodeSelector = nodeSelector == null ? null : Sorted.copy(nodeSelector);
    }
  }

  /**
   * Peers that may reach the targets at ports.
   *
   * @param from the peers
   * @param ports the ports; empty for all of TCP
   */
  record NetworkingRule(List<Peer> from, List<NetworkingPort> ports) {
    /** Copies the lists. */
    public NetworkingRule {
      from = List.copyOf(from);
      ports = List.copyOf(ports);
    }
  }

  /** Who may reach a target. */
  sealed interface Peer {
    /**
     * The members of a security group.
     *
     * @param groupId the group's id
     */
    record Group(Token groupId) implements Peer {}

    /**
     * A block of addresses.
     *
     * @param cidr the block
     */
    record Block(String cidr) implements Peer {}
  }

  /**
   * A port of targets.
   *
   * @param protocol TCP or UDP
   * @param port the port by number or name; null for all
   */
  record NetworkingPort(String protocol, @Nullable IntOrString port) {}

  /**
   * A web ACL of WAFv2 in front of the load balancer.
   *
   * @param webAclArn the ACL; empty to take one away
   * @param resource the load balancer's ARN
   */
  record WebAclAssociation(String webAclArn, Token resource) implements StackResource {
    @Override
    public String type() {
      return "AWS::WAFv2::WebACLAssociation";
    }

    @Override
    public String id() {
      return "LoadBalancer";
    }
  }

  /**
   * A web ACL of WAF Classic in front of the load balancer.
   *
   * @param webAclId the ACL; empty to take one away
   * @param resource the load balancer's ARN
   */
  record RegionalWebAclAssociation(String webAclId, Token resource) implements StackResource {
    @Override
    public String type() {
      return "AWS::WAFRegional::WebACLAssociation";
    }

    @Override
    public String id() {
      return "LoadBalancer";
    }
  }

  /**
   * AWS Shield Advanced for the load balancer.
   *
   * @param enabled whether it is to be protected
   * @param resource the load balancer's ARN
   */
  record ShieldProtection(boolean enabled, Token resource) implements StackResource {
    @Override
    public String type() {
      return "AWS::Shield::Protection";
    }

    @Override
    public String id() {
      return "LoadBalancer";
    }
  }

  /**
   * The type, as the controller names it.
   *
   * @return the type
   */
  String type();

  /**
   * The id, unique among the resources of its type in a stack.
   *
   * @return the id
   */
  String id();
}
