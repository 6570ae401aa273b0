package dev.hairpin.lb.elb;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Elastic Load Balancing asks of the account around it: the VPC, its subnets, instances,
 * security groups and certificates. {@link VpcSketch} is one made by hand.
 */
public interface Vpc {

  /**
   * A subnet.
   *
   * @param id its id
   * @param availabilityZone the zone it lies in, such as {@code us-west-2a}
   * @param cidr its IPv4 block
   * @param ipv6Cidr its IPv6 block, or null
   */
  record Subnet(
      String id,
      String availabilityZone,
      Cidr cidr,
      @Nullable Cidr ipv6Cidr) {}

  /**
   * An instance.
   *
   * @param id its id
   * @param availabilityZone the zone it runs in
   * @param address the primary address of its primary interface
   * @param running whether it runs
   */
  record Instance(String id, String availabilityZone, IpAddress address, boolean running) {}

  /**
   * The region.
   *
   * @return such as {@code us-west-2}
   */
  String region();

  /**
   * The account.
   *
   * @return twelve digits
   */
  String account();

  /**
   * The VPC's id.
   *
   * @return such as {@code vpc-0e5c0ffee0e5c0fee}
   */
  String id();

  /**
   * The VPC's blocks.
   *
   * @return blocks of either family
   */
  List<Cidr> cidrs();

  /**
   * A subnet.
   *
   * @param subnetId its id
   * @return the subnet, or nothing if there is none
   */
  Optional<Subnet> subnet(String subnetId);

  /**
   * The subnet in which an address lies.
   *
   * @param address any address
   * @return the subnet, or nothing if it lies in none
   */
  Optional<Subnet> subnetOf(IpAddress address);

  /**
   * An instance.
   *
   * @param instanceId its id
   * @return the instance, or nothing if there is none
   */
  Optional<Instance> instance(String instanceId);

  /**
   * The instance that has an address on one of its interfaces, as primary, secondary or delegated
   * address: the node of a pod.
   *
   * @param address any address
   * @return the instance, or nothing
   */
  Optional<Instance> instanceHolding(IpAddress address);

  /**
   * The permissions of a security group for incoming packets.
   *
   * @param groupId its id
   * @return the permissions; nothing if there is no such group
   */
  Optional<List<SecurityGroupRule>> securityGroup(String groupId);

  /**
   * A certificate.
   *
   * @param arn its ARN
   * @return the certificate, or nothing if there is none
   */
  Optional<Certificate> certificate(String arn);

  /**
   * The address of an elastic IP.
   *
   * @param allocationId such as {@code eipalloc-b}
   * @return the address, or nothing if there is none
   */
  Optional<IpAddress> elasticIp(String allocationId);

  /**
   * Whether something of the VPC other than a load balancer holds an address.
   *
   * @param address an address of a subnet
   * @return true if it cannot be given to a load balancer
   */
  boolean isTaken(IpAddress address);

  /**
   * The security groups of the interface that has an address.
   *
   * @param address any address
   * @return their ids; empty if no interface of the VPC has it, or nothing is known
   */
  default Set<String> securityGroupsOf(IpAddress address) {
    return Set.of();
  }

  /**
   * How many addresses a subnet has free.
   *
   * @param subnetId its id
   * @return the number if it is known
   */
  default OptionalInt freeAddresses(String subnetId) {
    return OptionalInt.empty();
  }
}
