package dev.hairpin.lb.aws;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The network of an account: zones, subnets, instances with their interfaces, security groups.
 * Single-writer, as is the account.
 */
public final class Ec2 {
  private final Aws account;
  private final Map<String, AvailabilityZone> zones = new LinkedHashMap<>();
  private final Map<String, Subnet> subnets = new LinkedHashMap<>();
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, Instance> instanceByInterface = new HashMap<>();
  private final Map<String, NetworkInterface> interfaces = new HashMap<>();
  private final Map<String, NetworkInterface> interfaceByIp = new HashMap<>();
  private final Map<Cidr, NetworkInterface> interfaceByPrefix = new LinkedHashMap<>();
  private final TaggedMap<SecurityGroup> securityGroups = TaggedMap.sortedById(SecurityGroup::tags);

  Ec2(Aws account) {
    this.account = account;
  }

  /** Takes over what another has; what is changed here later does not show there. */
  void putAll(Ec2 other) {
    zones.putAll(other.zones);
    subnets.putAll(other.subnets);
    instances.putAll(other.instances);
    instanceByInterface.putAll(other.instanceByInterface);
    interfaces.putAll(other.interfaces);
    interfaceByIp.putAll(other.interfaceByIp);
    interfaceByPrefix.putAll(other.interfaceByPrefix);
    securityGroups.putAll(other.securityGroups);
  }

  /**
   * Adds a zone.
   *
   * @param zone the zone
   */
  public void add(AvailabilityZone zone) {
    zones.put(zone.name(), zone);
  }

  /**
   * Finds a zone.
   *
   * @param name its name
   * @return the zone; one of the plain type if it was never added
   */
  public AvailabilityZone zone(String name) {
    AvailabilityZone zone = zones.get(name);
    return zone != null ? zone : new AvailabilityZone(name, name, "availability-zone");
  }

  /**
   * Adds or replaces a subnet.
   *
   * @param subnet the subnet
   */
  public void add(Subnet subnet) {
    subnets.put(subnet.id(), subnet);
  }

  /**
   * The subnets, in the order in which they were added.
   *
   * @return an unmodifiable view
   */
  public Collection<Subnet> subnets() {
    return Collections.unmodifiableCollection(subnets.values());
  }

  /**
   * Finds a subnet.
   *
   * @param id its id
   * @return the subnet, or nothing
   */
  public Optional<Subnet> subnet(String id) {
    return Optional.ofNullable(subnets.get(id));
  }

  /**
   * Adds or replaces an instance.
   *
   * @param instance the instance
   */
  public void add(Instance instance) {
    Instance before = instances.put(instance.id(), instance);
    if (before != null) {
      before.interfaces().forEach(eni -> {
        instanceByInterface.remove(eni.id());
        interfaces.remove(eni.id());
      });
    }
    for (NetworkInterface eni : instance.interfaces()) {
      instanceByInterface.put(eni.id(), instance);
      put(eni);
    }
  }

  private void put(NetworkInterface eni) {
    interfaces.put(eni.id(), eni);
    for (String ip : eni.ips()) {
      if (ip.indexOf('/') >= 0) {
        interfaceByPrefix.put(Cidr.parse(ip), eni);
      } else {
        interfaceByIp.put(ip, eni);
      }
    }
  }

  /**
   * Adds a network interface that is no part of an instance: a branch interface of a pod with
   * security groups of its own, or the interface of a pod on Fargate.
   *
   * @param eni the interface
   * @param instanceId the instance whose trunk carries the branch; empty if there is none
   */
  public void add(NetworkInterface eni, String instanceId) {
    put(eni);
    instance(instanceId).ifPresent(instance -> instanceByInterface.put(eni.id(), instance));
  }

  /**
   * Removes a network interface that {@link #add(NetworkInterface, String)} added.
   *
   * @param id the interface's id; nothing happens if there is none
   */
  public void removeInterface(String id) {
    NetworkInterface eni = interfaces.remove(id);
    instanceByInterface.remove(id);
    if (eni != null) {
      eni.ips().forEach(ip -> interfaceByIp.remove(ip, eni));
    }
  }

  /**
   * Finds a network interface.
   *
   * @param id its id
   * @return the interface, or nothing
   */
  public Optional<NetworkInterface> networkInterface(String id) {
    return Optional.ofNullable(interfaces.get(id));
  }

  /**
   * Finds an instance.
   *
   * @param id its id
   * @return the instance, or nothing
   */
  public Optional<Instance> instance(String id) {
    return Optional.ofNullable(instances.get(id));
  }

  /**
   * The instances.
   *
   * @return an unmodifiable view
   */
  public Collection<Instance> instances() {
    return Collections.unmodifiableCollection(instances.values());
  }

  /**
   * The network interface that holds an address.
   *
   * @param ip the address
   * @return the interface, or nothing if none has the address
   */
  public Optional<NetworkInterface> interfaceOf(String ip) {
    NetworkInterface eni = interfaceByIp.get(ip);
    if (eni != null || interfaceByPrefix.isEmpty()) {
      return Optional.ofNullable(eni);
    }
    return IpAddress.tryParse(ip)
        .flatMap(address -> interfaceByPrefix.entrySet().stream()
            .filter(e -> e.getKey().contains(address))
            .map(Map.Entry::getValue)
            .findFirst());
  }

  /**
   * The instance that a network interface is attached to.
   *
   * @param interfaceId the interface's id
   * @return the instance, or nothing
   */
  public Optional<Instance> instanceOf(String interfaceId) {
    return Optional.ofNullable(instanceByInterface.get(interfaceId));
  }

  /**
   * Gives a pod's address to the primary interface of its node's instance, as the VPC CNI does.
   *
   * @param ip the address
   * @param instanceId the instance; nothing happens if there is none
   */
  public void holdAddress(String ip, String instanceId) {
    instance(instanceId)
        .flatMap(Instance::primaryInterface)
        .ifPresent(eni -> interfaceByIp.putIfAbsent(ip, eni));
  }

  /**
   * Takes back an address that {@link #holdAddress} gave.
   *
   * @param ip the address
   */
  public void releaseAddress(String ip) {
    NetworkInterface eni = interfaceByIp.get(ip);
    if (eni != null && !eni.ips().contains(ip)) {
      interfaceByIp.remove(ip);
    }
  }

  /**
   * The zone that an address of the VPC lies in.
   *
   * @param ip the address
   * @return the zone's name, or nothing if no subnet has the address
   */
  public Optional<String> zoneOf(String ip) {
    return IpAddress.tryParse(ip)
        .flatMap(address -> subnets.values().stream()
            .filter(s -> s.cidr().contains(address)
                || (s.ipv6Cidr() != null && s.ipv6Cidr().contains(address)))
            .map(Subnet::zone)
            .findFirst());
  }

  /**
   * Adds or replaces a security group that is not the controller's.
   *
   * @param group the group
   */
  public void add(SecurityGroup group) {
    securityGroups.put(group.id(), group);
  }

  /**
   * The security groups by id.
   *
   * @return an unmodifiable view
   */
  public Collection<SecurityGroup> securityGroups() {
    return securityGroups.values();
  }

  /**
   * The security groups that carry all of some tags.
   *
   * @param tags the tags
   * @return the groups by id
   */
  public List<SecurityGroup> securityGroupsTagged(Map<String, String> tags) {
    return securityGroups.tagged(tags);
  }

  /**
   * Finds a security group.
   *
   * @param id its id
   * @return the group, or nothing
   */
  public Optional<SecurityGroup> securityGroup(String id) {
    return Optional.ofNullable(securityGroups.get(id));
  }

  /**
   * Creates a security group in the VPC.
   *
   * @param name its name
   * @param description its description
   * @param tags its tags
   * @return its id
   */
  public String createSecurityGroup(String name, String description, Map<String, String> tags) {
    String id = Names.securityGroupId(name);
    securityGroups.put(
        id, new SecurityGroup(id, name, description, account.vpc().id(), tags, new TreeSet<>()));
    account.changed();
    return id;
  }

  /**
   * Replaces the rules of a security group.
   *
   * @param id the group's id
   * @param ingress the rules that it is to have
   * @throws AwsException if there is no such group
   */
  public void setIngress(String id, Collection<IpPermission> ingress) {
    SecurityGroup group = existing(id);
    SecurityGroup changed = group.withIngress(ingress);
    if (!changed.equals(group)) {
      securityGroups.put(id, changed);
      account.changed();
    }
  }

  /**
   * Replaces the tags of a security group.
   *
   * @param id the group's id
   * @param tags the tags that it is to have
   * @throws AwsException if there is no such group
   */
  public void setSecurityGroupTags(String id, Map<String, String> tags) {
    securityGroups.put(id, existing(id).withTags(tags));
    account.changed();
  }

  private SecurityGroup existing(String id) {
    SecurityGroup group = securityGroups.get(id);
    if (group == null) {
      throw new AwsException(
          "InvalidGroup.NotFound",
          "InvalidGroup.NotFound: The security group '" + id + "' does not exist");
    }
    return group;
  }

  /**
   * Deletes a security group.
   *
   * @param id the group's id
   */
  public void deleteSecurityGroup(String id) {
    if (securityGroups.remove(id) != null) {
      account.changed();
    }
  }
}
