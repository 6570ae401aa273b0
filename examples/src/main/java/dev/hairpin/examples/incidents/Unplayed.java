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
          "sequence numbers and windows are not tracked, so no answer is outside of one; an answer that no"
              + " node tracks is dropped as REPLY_INVALID"),
      new Unplayed(
          "ct-04-asymmetric-nlb-vpn",
          "Client address kept behind a VPN that translates: replies bypass the NLB",
          "there is no VPN beside the VPC that translates; a client that is a target itself meets the"
              + " same fault, see lb-04-nlb-hairpin"),
      new Unplayed(
          "lb-22-type-annotation-change",
          "Changing aws-load-balancer-type later leaks a load balancer",
          "the cloud provider's own controller and its Classic Load Balancers are not modelled"));

  /**
   * All of them.
   *
   * @return the incidents, by area
   */
  public static List<Unplayed> all() {
    return ALL;
  }
}
