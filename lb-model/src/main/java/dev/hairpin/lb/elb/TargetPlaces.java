package dev.hairpin.lb.elb;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.List;

/** Where a target is: its address, its Availability Zone, the instance that holds it. */
final class TargetPlaces {
  private static final List<Cidr> OUTSIDE_TARGETS = List.of(
      Cidr.parse("10.0.0.0/8"),
      Cidr.parse("100.64.0.0/10"),
      Cidr.parse("172.16.0.0/12"),
      Cidr.parse("192.168.0.0/16"));

  private final ElasticLoadBalancing elb;
  private final Vpc vpc;

  TargetPlaces(ElasticLoadBalancing elb) {
    this.elb = elb;
    this.vpc = elb.vpc();
  }

  /** Finds address and zone of a target. */
  TargetState place(TargetGroupState group, TargetDescription target) {
    if (group.config().targetType() == TargetType.INSTANCE) {
      Vpc.Instance instance = vpc.instance(target.id())
          .orElseThrow(() -> new ElbException(
              "InvalidTarget",
              "The following targets are not in the target group VPC '"
                  + vpc.id()
                  + "': '"
                  + target.id()
                  + "'"));
      return new TargetState(
          target, instance.availabilityZone(), instance.address(), instance.id(), group, elb);
    }
    IpAddress address = IpAddress.tryParse(target.id())
        .orElseThrow(
            () -> ElbException.invalid("The ID '" + target.id() + "' is not a valid IP address"));
    boolean wanted = address.isV4() == (group.config().ipAddressType() != IpAddressType.IPV6);
    if (!wanted) {
      throw new ElbException(
          "InvalidTarget",
          "The IP address '"
              + address
              + "' does not match the IP address type '"
              + group.config().ipAddressType().apiName()
              + "' of the target group");
    }
    String zone = zoneOf(target, address);
    String host = vpc.instanceHolding(address).map(Vpc.Instance::id).orElse(null);
    return new TargetState(target, zone, address, host, group, elb);
  }

  private String zoneOf(TargetDescription target, IpAddress address) {
    String asked = target.availabilityZone();
    if (vpc.cidrs().stream().anyMatch(c -> c.contains(address))) {
      String zone = vpc.subnetOf(address).map(Vpc.Subnet::availabilityZone).orElse(null);
      if (asked != null && !asked.equals(zone)) {
        throw new ElbException(
            "InvalidTarget",
            "The Availability Zone for IP address '"
                + address
                + "' must be '"
                + zone
                + "' or not specified");
      }
      if (zone == null) {
        throw new ElbException(
            "InvalidTarget", "The IP address '" + address + "' is in no subnet of the VPC");
      }
      return zone;
    }
    if (OUTSIDE_TARGETS.stream().noneMatch(c -> c.contains(address))) {
      throw new ElbException(
          "InvalidTarget",
          "The IP address '" + address + "' is not within a valid range for targets: the VPC, "
              + OUTSIDE_TARGETS);
    }
    if (!TargetState.ALL_ZONES.equals(asked)) {
      throw new ElbException(
          "InvalidTarget",
          "The Availability Zone for IP address '"
              + address
              + "' must be 'all' when not within the VPC");
    }
    return TargetState.ALL_ZONES;
  }
}
