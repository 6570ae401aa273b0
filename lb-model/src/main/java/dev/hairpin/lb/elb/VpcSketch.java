package dev.hairpin.lb.elb;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A VPC made by hand: region us-west-2, account 111122223333, vpc-0e5c0ffee0e5c0fee, until told
 * otherwise. Not thread-safe.
 */
public final class VpcSketch implements Vpc {
  private final List<Cidr> cidrs = new ArrayList<>();
  private final Map<String, Subnet> subnets = new LinkedHashMap<>();
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<IpAddress, String> holders = new HashMap<>();
  private final Map<String, List<SecurityGroupRule>> securityGroups = new HashMap<>();
  private final Map<IpAddress, Set<String>> guards = new HashMap<>();
  private final Map<String, Certificate> certificates = new HashMap<>();
  private final Map<String, IpAddress> elasticIps = new HashMap<>();
  private final Set<IpAddress> taken = new HashSet<>();

  private VpcSketch() {}

  /**
   * An empty VPC with these blocks.
   *
   * @param blocks blocks such as {@code 10.0.0.0/16}
   * @return the sketch
   */
  public static VpcSketch of(String... blocks) {
    VpcSketch sketch = new VpcSketch();
    for (String block : blocks) {
      sketch.cidrs.add(Cidr.parse(block));
    }
    return sketch;
  }

  /**
   * Adds a subnet.
   *
   * @param id its id
   * @param zone its zone
   * @param cidr its block
   * @return this
   */
  public VpcSketch subnet(String id, String zone, String cidr) {
    subnets.put(id, new Subnet(id, zone, Cidr.parse(cidr), null));
    return this;
  }

  /**
   * Adds a running instance.
   *
   * @param id its id
   * @param zone its zone
   * @param primary its primary address
   * @param others further addresses on its interfaces, those of pods among them
   * @return this
   */
  public VpcSketch instance(String id, String zone, String primary, String... others) {
    return put(new Instance(id, zone, IpAddress.parse(primary), true), others);
  }

  /**
   * Adds an instance, or replaces the one with its id.
   *
   * @param instance the instance
   * @param others further addresses on its interfaces
   * @return this
   */
  public VpcSketch put(Instance instance, String... others) {
    instances.put(instance.id(), instance);
    hold(instance.address(), instance.id());
    for (String other : others) {
      hold(IpAddress.parse(other), instance.id());
    }
    return this;
  }

  private void hold(IpAddress address, String instanceId) {
    holders.put(address, instanceId);
    taken.add(address);
  }

  /**
   * Adds a security group.
   *
   * @param id its id
   * @param rules its permissions for incoming packets
   * @return this
   */
  public VpcSketch addSecurityGroup(String id, SecurityGroupRule... rules) {
    securityGroups.put(id, List.of(rules));
    return this;
  }

  /**
   * Puts the interface that has an address into security groups.
   *
   * @param address the address, of an instance or a pod
   * @param groupIds the groups
   * @return this
   */
  public VpcSketch guard(String address, String... groupIds) {
    guards.put(IpAddress.parse(address), Set.of(groupIds));
    return this;
  }

  /**
   * Adds a certificate.
   *
   * @param certificate the certificate
   * @return this
   */
  public VpcSketch certificate(Certificate certificate) {
    certificates.put(certificate.arn(), certificate);
    return this;
  }

  /**
   * Adds an elastic IP.
   *
   * @param allocationId its id
   * @param address its address
   * @return this
   */
  public VpcSketch elasticIp(String allocationId, String address) {
    elasticIps.put(allocationId, IpAddress.parse(address));
    return this;
  }

  @Override
  public String region() {
    return "us-west-2";
  }

  @Override
  public String account() {
    return "111122223333";
  }

  @Override
  public String id() {
    return "vpc-0e5c0ffee0e5c0fee";
  }

  @Override
  public List<Cidr> cidrs() {
    return List.copyOf(cidrs);
  }

  @Override
  public Optional<Subnet> subnet(String subnetId) {
    return Optional.ofNullable(subnets.get(subnetId));
  }

  @Override
  public Optional<Subnet> subnetOf(IpAddress address) {
    return subnets.values().stream().filter(s -> s.cidr().contains(address)).findFirst();
  }

  @Override
  public Optional<Instance> instance(String instanceId) {
    return Optional.ofNullable(instances.get(instanceId));
  }

  @Override
  public Optional<Instance> instanceHolding(IpAddress address) {
    return Optional.ofNullable(holders.get(address)).flatMap(this::instance);
  }

  @Override
  public Optional<List<SecurityGroupRule>> securityGroup(String groupId) {
    return Optional.ofNullable(securityGroups.get(groupId));
  }

  @Override
  public Set<String> securityGroupsOf(IpAddress address) {
    return guards.getOrDefault(address, Set.of());
  }

  @Override
  public Optional<Certificate> certificate(String arn) {
    return Optional.ofNullable(certificates.get(arn));
  }

  @Override
  public Optional<IpAddress> elasticIp(String allocationId) {
    return Optional.ofNullable(elasticIps.get(allocationId));
  }

  @Override
  public boolean isTaken(IpAddress address) {
    return taken.contains(address);
  }
}
