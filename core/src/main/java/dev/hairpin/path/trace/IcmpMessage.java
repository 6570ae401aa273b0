package dev.hairpin.path.trace;

import dev.hairpin.net.IpAddress;

/**
 * An ICMP or ICMPv6 error as its receiver sees it.
 *
 * @param type the type, such as 3 for destination unreachable
 * @param code the code, such as 3 for port unreachable
 * @param from the source address of the message, after every translation on the way
 */
public record IcmpMessage(int type, int code, IpAddress from) {

  /** {@code icmp type 3 code 3 from 10.244.1.1}. */
  @Override
  public String toString() {
    return "icmp type " + type + " code " + code + " from " + from;
  }
}
