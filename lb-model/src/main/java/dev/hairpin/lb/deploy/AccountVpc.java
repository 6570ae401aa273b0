package dev.hairpin.lb.deploy;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import com.google.common.hash.Hashing;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.Ec2;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.elb.Certificate;
import dev.hairpin.lb.elb.SecurityGroupRule;
import dev.hairpin.lb.elb.Vpc;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The account as Elastic Load Balancing asks about it. */
public final class AccountVpc implements Vpc {
  private static final Cidr ELASTIC_ADDRESSES = Cidr.parse("198.19.0.0/16");

  private final Aws aws;
  private final Ec2 ec2;
  private final Multiset<IpAddress> podAddresses = HashMultiset.create();
  private final Map<String, SeenInstance> instances = new HashMap<>();
  private final Map<String, SeenInterface> interfaces = new HashMap<>();
  private final Map<String, SeenGroup> groups = new HashMap<>();

  /** How the account writes the addresses of targets, which are asked for at every check. */
  private final Map<IpAddress, String> texts = new HashMap<>();

  /** What an instance of the account looks like from here, kept until the instance is another. */
  private record SeenInstance(dev.hairpin.lb.aws.Instance of, Optional<Instance> view) {}

  /** The same for the groups of an interface. */
  private record SeenInterface(NetworkInterface of, Set<String> groups) {}

  /** The same for a security group. */
  private record SeenGroup(SecurityGroup of, List<SecurityGroupRule> rules) {}

  /**
   * A view of an account.
   *
   * @param aws the account
   * @param state the cluster, whose pods hold addresses of the VPC
   */
  public AccountVpc(Aws aws, ClusterState state) {
    this.aws = aws;
    this.ec2 = aws.ec2();
    state.list(Pod.class).forEach(pod -> addresses(pod).forEach(podAddresses::add));
    state.watch(this::changed);
  }

  private void changed(Change change) {
    List<IpAddress> before = addresses(change.before());
    List<IpAddress> after = addresses(change.after());
    if (!before.equals(after)) {
      before.forEach(podAddresses::remove);
      podAddresses.addAll(after);
    }
  }

  private static List<IpAddress> addresses(@Nullable KubeObject object) {
    return object instanceof Pod pod
        ? pod.podIps().stream().flatMap(ip -> IpAddress.tryParse(ip).stream()).toList()
        : List.of();
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
    return ec2.subnet(subnetId).map(AccountVpc::view);
  }

  @Override
  public Optional<Subnet> subnetOf(IpAddress address) {
    return ec2.subnets().stream()
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
    return ec2.instance(instanceId).flatMap(this::view);
  }

  @Override
  public Optional<Instance> instanceHolding(IpAddress address) {
    String ip = address.toString();
    return ec2.interfaceOf(ip).flatMap(eni -> ec2.instanceOf(eni.id())).flatMap(this::view);
  }

  private Optional<Instance> view(dev.hairpin.lb.aws.Instance instance) {
    SeenInstance seen = instances.get(instance.id());
    if (seen == null || seen.of() != instance) {
      seen = new SeenInstance(instance, look(instance));
      instances.put(instance.id(), seen);
    }
    return seen.view();
  }

  private static Optional<Instance> look(dev.hairpin.lb.aws.Instance instance) {
    return instance
        .primaryInterface()
        .map(NetworkInterface::ips)
        .flatMap(ips -> ips.stream().findFirst())
        .flatMap(IpAddress::tryParse)
        .map(ip -> new Instance(instance.id(), instance.zone(), ip, true));
  }

  @Override
  public Set<String> securityGroupsOf(IpAddress address) {
    Optional<NetworkInterface> eni =
        ec2.interfaceOf(texts.computeIfAbsent(address, IpAddress::toString));
    if (eni.isEmpty()) {
      return Set.of();
    }
    SeenInterface seen = interfaces.get(eni.get().id());
    if (seen == null || seen.of() != eni.get()) {
      seen = new SeenInterface(eni.get(), Set.copyOf(eni.get().securityGroups()));
      interfaces.put(eni.get().id(), seen);
    }
    return seen.groups();
  }

  @Override
  public Optional<List<SecurityGroupRule>> securityGroup(String groupId) {
    Optional<SecurityGroup> group = ec2.securityGroup(groupId);
    if (group.isEmpty()) {
      return Optional.empty();
    }
    SeenGroup seen = groups.get(groupId);
    if (seen == null || seen.of() != group.get()) {
      seen = new SeenGroup(
          group.get(), group.get().ingress().stream().map(AccountVpc::rule).toList());
      groups.put(groupId, seen);
    }
    return Optional.of(seen.rules());
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
    return podAddresses.contains(address) || ec2.interfaceOf(address.toString()).isPresent();
  }
}
