package dev.hairpin.examples.incidents;

import java.util.List;

/**
 * An incident that is known and that the model does not play.
 *
 * @param id the stable id
 * @param title what it is, in a line
 * @param why what is missing
 */
public record Unplayed(String id, String title, String why) {
  private static final List<Unplayed> ALL = List.of(
      new Unplayed(
          "svc-13-invalid-rst",
          "Out-of-window packet is INVALID and the client resets",
          "sequence numbers and windows are not tracked"),
      new Unplayed(
          "svc-25-hostport-steals",
          "hostPort pod receives traffic for other Services",
          "the portmap plugin and IPVS are not modelled"),
      new Unplayed(
          "svc-27-nftables-cold-start",
          "nftables mode: full sync takes many minutes",
          "the nftables mode of kube-proxy is not modelled"),
      new Unplayed(
          "ct-04-asymmetric-nlb-vpn",
          "Client address kept behind a VPN that translates: replies bypass the NLB",
          "there is no VPN beside the VPC, and the NLB takes answers wherever they pass"),
      new Unplayed(
          "lb-13-new-node-window",
          "New node gets traffic before kube-proxy is ready",
          "a node's kube-proxy starts with the node"),
      new Unplayed(
          "lb-22-type-annotation-change",
          "Changing aws-load-balancer-type later leaks a load balancer",
          "the cloud provider's own load balancers are not modelled"),
      new Unplayed(
          "ip-02-subnet-empty",
          "Subnet runs out of addresses",
          "warm interfaces and addresses of the VPC CNI are not modelled"));

  /**
   * All of them.
   *
   * @return the incidents, by area
   */
  public static List<Unplayed> all() {
    return ALL;
  }
}
