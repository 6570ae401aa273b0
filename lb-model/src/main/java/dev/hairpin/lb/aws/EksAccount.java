package dev.hairpin.lb.aws;

import com.google.common.hash.Hashing;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The account of an EKS cluster as {@code eksctl} lays it out: a VPC of /16, and in each zone a
 * public and a private subnet of /19 with the tags that load balancers are placed by.
 */
public final class EksAccount {
  /** The VPC of the EKS workshop. */
  public static final Cidr WORKSHOP = Cidr.parse("10.42.0.0/16");

  private static final int SUBNET_PREFIX = 19;
  private static final String ACCOUNT = "111122223333";

  private EksAccount() {}

  /**
   * An account in us-west-2 with three zones, as in the EKS workshop.
   *
   * @param clusterName the cluster's name, for the tags
   * @return the account
   */
  public static Aws create(String clusterName) {
    return create(
        clusterName, "us-west-2", WORKSHOP, List.of("us-west-2a", "us-west-2b", "us-west-2c"));
  }

  /**
   * An account with a public and a private subnet in each zone.
   *
   * @param clusterName the cluster's name, for the tags
   * @param region the region
   * @param vpc the VPC's block; 8 subnets of /19 fit in a /16
   * @param zones the zones, at most half as many as subnets fit
   * @return the account
   * @throws IllegalArgumentException if the VPC is too small for the zones
   */
  public static Aws create(String clusterName, String region, Cidr vpc, List<String> zones) {
    int fitting =
        vpc.prefixLength() > SUBNET_PREFIX ? 0 : 1 << (SUBNET_PREFIX - vpc.prefixLength());
    if (2 * zones.size() > fitting) {
      throw new IllegalArgumentException("VPC "
          + vpc
          + " has room for "
          + fitting
          + " subnets of /19; "
          + zones.size()
          + " zones need "
          + 2 * zones.size());
    }
    Aws aws = new Aws(region, ACCOUNT, new Vpc("vpc-0e5c0ffee0e5c0fee", List.of(vpc), List.of()));
    long size = 1L << (32 - SUBNET_PREFIX);
    for (int i = 0; i < zones.size(); i++) {
      String zone = zones.get(i);
      String letter = zone.substring(zone.length() - 1);
      aws.ec2().add(new AvailabilityZone(zone, zone, "availability-zone"));
      aws.ec2()
          .add(subnet(clusterName, aws, zone, true, "subnet-0" + letter + "1p", vpc.at(i * size)));
      aws.ec2()
          .add(subnet(
              clusterName,
              aws,
              zone,
              false,
              "subnet-0" + letter + "2v",
              vpc.at((zones.size() + i) * size)));
    }
    aws.ec2()
        .add(new SecurityGroup(
            "sg-cluster",
            "eks-cluster-sg-" + clusterName,
            "EKS created security group applied to ENI that is attached to EKS Control Plane master"
                + " nodes, as well as any managed workloads.",
            aws.vpc().id(),
            Map.of("kubernetes.io/cluster/" + clusterName, "owned"),
            new TreeSet<>(List.of(new IpPermission("-1", -1, -1, "sg-cluster", "")))));
    return aws;
  }

  private static Subnet subnet(
      String clusterName, Aws aws, String zone, boolean isPublic, String id, IpAddress first) {
    Map<String, String> tags = new TreeMap<>();
    tags.put("Name", (isPublic ? "pub-" : "priv-") + zone.substring(zone.length() - 1));
    tags.put("kubernetes.io/cluster/" + clusterName, "shared");
    tags.put(isPublic ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb", "1");
    Cidr block = Cidr.containing(first, SUBNET_PREFIX);
    int usable = (1 << block.hostBits()) - 5;
    return new Subnet(id, aws.vpc().id(), zone, block, null, usable, isPublic, "", tags);
  }

  /**
   * Adds the machine of a node, with one network interface in the cluster's security group.
   *
   * <p>Where no subnet holds the node's address, a private one of /19 is added for it.
   *
   * @param aws the account
   * @param clusterName the cluster's name, for the tags
   * @param instanceId the instance, such as {@code i-0aa}
   * @param zone its zone
   * @param address its private address
   */
  public static void addMachine(
      Aws aws, String clusterName, String instanceId, String zone, IpAddress address) {
    Optional<Subnet> subnet =
        aws.ec2().subnets().stream().filter(s -> s.cidr().contains(address)).findFirst();
    if (subnet.isEmpty() && address.isV4() && aws.vpc().contains(address)) {
      Subnet added = subnet(
          clusterName, aws, zone, false, "subnet-0" + digits(address.toString(), 8), address);
      aws.ec2().add(added);
      subnet = Optional.of(added);
    }
    aws.ec2()
        .add(new Instance(
            instanceId,
            zone.isEmpty() ? subnet.map(Subnet::zone).orElse("") : zone,
            List.of(new NetworkInterface(
                interfaceId(instanceId),
                subnet.map(Subnet::id).orElse(""),
                List.of(address.toString()),
                clusterGroups(aws, clusterName),
                true))));
  }

  /** The security group that EKS makes for a cluster. */
  private static List<String> clusterGroups(Aws aws, String clusterName) {
    return aws.ec2().securityGroups().stream()
        .filter(g -> g.tags().containsKey("kubernetes.io/cluster/" + clusterName))
        .limit(1)
        .map(SecurityGroup::id)
        .toList();
  }

  /**
   * Adds the network interface of a pod that does not share one with its node.
   *
   * @param aws the account
   * @param clusterName the cluster's name, for the tags
   * @param id the interface's id
   * @param addresses the pod's addresses
   * @param groups its security groups; none for the cluster's
   * @param instanceId the machine that it hangs on; one that does not exist for Fargate
   */
  public static void addPodInterface(
      Aws aws,
      String clusterName,
      String id,
      List<String> addresses,
      Collection<String> groups,
      String instanceId) {
    String subnet = IpAddress.tryParse(addresses.get(0))
        .flatMap(
            a -> aws.ec2().subnets().stream().filter(s -> s.cidr().contains(a)).findFirst())
        .map(Subnet::id)
        .orElse("");
    List<String> given = groups.isEmpty() ? clusterGroups(aws, clusterName) : List.copyOf(groups);
    aws.ec2().add(new NetworkInterface(id, subnet, addresses, given, false), instanceId);
  }

  /**
   * The id of the network interface of a machine or pod.
   *
   * @param owner an instance's id, or a pod's {@code namespace/name}
   * @return such as {@code eni-01f2e3d4c5b6a7980}
   */
  public static String interfaceId(String owner) {
    return "eni-0" + digits(owner, 16);
  }

  private static String digits(String text, int count) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString().substring(0, count);
  }
}
