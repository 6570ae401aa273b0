package dev.hairpin.lb.deploy;

import com.google.common.hash.Hashing;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.elb.Certificate;
import dev.hairpin.lb.elb.SecurityGroupRule;
import dev.hairpin.lb.elb.Vpc;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The account as Elastic Load Balancing asks about it. */
public final class AccountVpc implements Vpc {
  private static final Cidr ELASTIC_ADDRESSES = Cidr.parse("198.19.0.0/16");

  private final Aws aws;
  private final ClusterState state;
  private Set<IpAddress> podAddresses = Set.of();
  private long podsAt = -1;

  /**
   * A view of an account.
   *
   * @param aws the account
   * @param state the cluster, whose pods hold addresses of the VPC
   */
  public AccountVpc(Aws aws, ClusterState state) {
    this.aws = aws;
    this.state = state;
  }

  @Override
  public String region() {
    return aws.region();
  }

  @Override
  public String account() {
    return aws.account();
  }

  @Override
  public String id() {
    return aws.vpc().id();
  }

  @Override
  public List<Cidr> cidrs() {
    List<Cidr> all = new ArrayList<>(aws.vpc().cidrs());
    all.addAll(aws.vpc().ipv6Cidrs());
    return all;
  }

  @Override
  public Optional<Subnet> subnet(String subnetId) {
    return aws.subnet(subnetId).map(AccountVpc::view);
  }

  @Override
  public Optional<Subnet> subnetOf(IpAddress address) {
    return aws.subnets().stream()
        .filter(s ->
            s.cidr().contains(address) || (s.ipv6Cidr() != null && s.ipv6Cidr().contains(address)))
        .findFirst()
        .map(AccountVpc::view);
  }

  private static Subnet view(dev.hairpin.lb.aws.Subnet s) {
    return new Subnet(s.id(), s.zone(), s.cidr(), s.ipv6Cidr());
  }

  @Override
  public Optional<Instance> instance(String instanceId) {
    return aws.instance(instanceId).flatMap(AccountVpc::view);
  }

  @Override
  public Optional<Instance> instanceHolding(IpAddress address) {
    String ip = address.toString();
    return aws.interfaceOf(ip)
        .flatMap(eni ->
            aws.instances().stream().filter(i -> i.interfaces().contains(eni)).findFirst())
        .flatMap(AccountVpc::view);
  }

  private static Optional<Instance> view(dev.hairpin.lb.aws.Instance instance) {
    return instance
        .primaryInterface()
        .map(NetworkInterface::ips)
        .flatMap(ips -> ips.stream().findFirst())
        .flatMap(IpAddress::tryParse)
        .map(ip -> new Instance(instance.id(), instance.zone(), ip, true));
  }

  @Override
  public Set<String> securityGroupsOf(IpAddress address) {
    return aws.interfaceOf(address.toString())
        .map(eni -> Set.copyOf(eni.securityGroups()))
        .orElse(Set.of());
  }

  @Override
  public Optional<List<SecurityGroupRule>> securityGroup(String groupId) {
    return aws.securityGroup(groupId)
        .map(g -> g.ingress().stream().map(AccountVpc::rule).toList());
  }

  private static SecurityGroupRule rule(IpPermission permission) {
    Optional<Cidr> block = Cidr.tryParseMasked(permission.source());
    Protocol protocol = switch (permission.protocol().toLowerCase(Locale.ROOT)) {
      case "tcp" -> Protocol.TCP;
      case "udp" -> Protocol.UDP;
      case "sctp" -> Protocol.SCTP;
      default -> null;
    };
    return new SecurityGroupRule(
        protocol,
        permission.fromPort(),
        permission.toPort(),
        block.orElse(null),
        block.isPresent() ? null : permission.source());
  }

  @Override
  public Optional<Certificate> certificate(String arn) {
    return Optional.of(aws.certificates().stream()
        .filter(c -> c.arn().equals(arn))
        .findFirst()
        .map(c -> Certificate.rsa(c.arn(), c.domains().toArray(new String[0])))
        .orElseGet(() -> Certificate.rsa(arn, "*")));
  }

  /** An elastic address follows from its id, since nobody says which one AWS gave. */
  @Override
  public Optional<IpAddress> elasticIp(String allocationId) {
    int number =
        Hashing.sha256().hashString(allocationId, StandardCharsets.UTF_8).asInt() & 0xffff;
    return Optional.of(ELASTIC_ADDRESSES.at(number));
  }

  @Override
  public boolean isTaken(IpAddress address) {
    if (podsAt != state.resourceVersion()) {
      Set<IpAddress> taken = new HashSet<>();
      for (Pod pod : state.list(Pod.class)) {
        pod.podIps().forEach(ip -> IpAddress.tryParse(ip).ifPresent(taken::add));
      }
      podAddresses = taken;
      podsAt = state.resourceVersion();
    }
    return podAddresses.contains(address) || aws.interfaceOf(address.toString()).isPresent();
  }
}
