package dev.hairpin.lb.elb.network;

import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.Vpc;
import dev.hairpin.net.IpAddress;
import java.util.Set;
import java.util.function.Function;

/** Tells who calls by the address of the call. */
final class Callers {
  private final Vpc vpc;
  private final Function<IpAddress, Set<String>> securityGroups;

  Callers(Vpc vpc, Function<IpAddress, Set<String>> securityGroups) {
    this.vpc = vpc;
    this.securityGroups = securityGroups;
  }

  Client client(IpAddress caller) {
    boolean inVpc = vpc.cidrs().stream().anyMatch(c -> c.contains(caller));
    return new Client(inVpc, null, securityGroups.apply(caller), null);
  }
}
