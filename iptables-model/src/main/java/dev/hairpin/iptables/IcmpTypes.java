package dev.hairpin.iptables;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of ICMP messages.
 *
 * <p>Source: {@code iptables -p icmp -h} and {@code ip6tables -p icmpv6 -h} of iptables 1.8.9.
 */
final class IcmpTypes {

  /** A type and a range of codes. */
  record Message(int type, int firstCode, int lastCode) {}

  private static final Map<String, Message> V4 = new HashMap<>();
  private static final Map<String, Message> V6 = new HashMap<>();

  static {
    V4.put("any", new Message(255, 0, 255));
    add(V4, "echo-reply 0", "pong 0", "destination-unreachable 3", "network-unreachable 3/0");
    add(V4, "host-unreachable 3/1", "protocol-unreachable 3/2", "port-unreachable 3/3");
    add(V4, "fragmentation-needed 3/4", "source-route-failed 3/5", "network-unknown 3/6");
    add(V4, "host-unknown 3/7", "network-prohibited 3/9", "host-prohibited 3/10");
    add(V4, "TOS-network-unreachable 3/11", "TOS-host-unreachable 3/12");
    add(V4, "communication-prohibited 3/13", "host-precedence-violation 3/14");
    add(V4, "precedence-cutoff 3/15", "source-quench 4", "redirect 5", "network-redirect 5/0");
    add(V4, "host-redirect 5/1", "TOS-network-redirect 5/2", "TOS-host-redirect 5/3");
    add(V4, "echo-request 8", "ping 8", "router-advertisement 9", "router-solicitation 10");
    add(V4, "time-exceeded 11", "ttl-exceeded 11", "ttl-zero-during-transit 11/0");
    add(V4, "ttl-zero-during-reassembly 11/1", "parameter-problem 12", "ip-header-bad 12/0");
    add(V4, "required-option-missing 12/1", "timestamp-request 13", "timestamp-reply 14");
    add(V4, "address-mask-request 17", "address-mask-reply 18");

    add(V6, "destination-unreachable 1", "no-route 1/0", "communication-prohibited 1/1");
    add(V6, "beyond-scope 1/2", "address-unreachable 1/3", "port-unreachable 1/4");
    add(V6, "failed-policy 1/5", "reject-route 1/6", "packet-too-big 2", "time-exceeded 3");
    add(V6, "ttl-exceeded 3", "ttl-zero-during-transit 3/0", "ttl-zero-during-reassembly 3/1");
    add(V6, "parameter-problem 4", "bad-header 4/0", "unknown-header-type 4/1");
    add(V6, "unknown-option 4/2", "echo-request 128", "ping 128", "echo-reply 129", "pong 129");
    add(V6, "mld-listener-query 130", "mld-listener-report 131", "mld-listener-done 132");
    add(V6, "mld-listener-reduction 132", "router-solicitation 133", "router-advertisement 134");
    add(V6, "neighbour-solicitation 135", "neighbor-solicitation 135");
    add(V6, "neighbour-advertisement 136", "neighbor-advertisement 136", "redirect 137");
  }

  private IcmpTypes() {}

  private static void add(Map<String, Message> names, String... lines) {
    for (String line : lines) {
      int space = line.indexOf(' ');
      int slash = line.indexOf('/');
      int type = Integer.parseInt(line.substring(space + 1, slash < 0 ? line.length() : slash));
      int code = slash < 0 ? -1 : Integer.parseInt(line.substring(slash + 1));
      names.put(
          line.substring(0, space), new Message(type, code < 0 ? 0 : code, code < 0 ? 255 : code));
    }
  }

  static @Nullable Message named(String name, int version) {
    return (version == 4 ? V4 : V6).get(name);
  }
}
