package dev.hairpin.lb.elb.network;

import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.Vpc;
import dev.hairpin.net.IpAddress;

/** Tells who calls by the address of the call. */
final class Callers {
  private final Vpc vpc;

  Callers(Vpc vpc) {
    this.vpc = vpc;
  }

  Client client(IpAddress caller) {
    boolean inVpc = vpc.cidrs().stream().anyMatch(c -> c.contains(caller));
    return new Client(inVpc, null, vpc.securityGroupsOf(caller), null);
  }
}
