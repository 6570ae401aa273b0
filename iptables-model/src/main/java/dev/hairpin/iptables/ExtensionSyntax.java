package dev.hairpin.iptables;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of a match or a target: their names, how many values they take, and whether {@code !}
 * may stand before them.
 *
 * <p>Source: iptables-extensions(8) of iptables 1.8.9.
 */
final class ExtensionSyntax {

  /**
   * An option.
   *
   * @param name its first name
   * @param arity how many values it takes; -1 if the model does not know the option, so that the
   *     whole match or target is kept as text
   */
  record Option(String name, int arity, boolean invertible) {}

  private static final Map<String, ExtensionSyntax> MATCHES = new HashMap<>();
  private static final Map<String, ExtensionSyntax> TARGETS = new HashMap<>();

  private final Map<String, Option> options = new HashMap<>();

  /*
   * One word for each option: its names separated by commas, a colon, the number of values, and !
   * where it may be inverted. A question mark in place of the number marks options that are not
   * modelled.
   */
  static {
    match("comment", "comment:1");
    match(
        "tcp", "sport,source-port:1! dport,destination-port:1! syn:0! tcp-flags:2! tcp-option:1!");
    match("udp", "sport,source-port:1! dport,destination-port:1!");
    match("sctp", "sport,source-port:1! dport,destination-port:1! chunk-types:?!");
    match("icmp", "icmp-type:1!");
    match("icmp6", "icmpv6-type:1!");
    match(
        "conntrack",
        "ctstate:1! ctproto:1! ctorigsrc:1! ctorigdst:1! ctreplsrc:1! ctrepldst:1!"
            + " ctorigsrcport:1! ctorigdstport:1! ctreplsrcport:1! ctrepldstport:1!"
            + " ctstatus:1! ctexpire:1! ctdir:1");
    match("state", "state:1!");
    match("multiport", "sports,source-ports:1! dports,destination-ports:1! ports:1!");
    match("iprange", "src-range:1! dst-range:1!");
    match(
        "set",
        "match-set:2! return-nomatch:? update-counters:?! update-subcounters:?! packets-eq:?!"
            + " packets-lt:? packets-gt:? bytes-eq:?! bytes-lt:? bytes-gt:?");
    match("mark", "mark:1!");
    match("connmark", "mark:1!");
    match(
        "physdev",
        "physdev-in:1! physdev-out:1! physdev-is-in:0! physdev-is-out:0! physdev-is-bridged:0!");
    match("limit", "limit:1 limit-burst:1");
    match("owner", "uid-owner:1! gid-owner:1! socket-exists:0! suppl-groups:?");
    match("addrtype", "src-type:1! dst-type:1! limit-iface-in:0 limit-iface-out:0");
    match(
        "recent",
        "set:0! rcheck:0! update:0! remove:0! seconds:1 reap:0 hitcount:1 rttl:0 name:1 mask:1"
            + " rsource:0 rdest:0");
    match("statistic", "mode:1 probability:1! every:1! packet:1");
    match("nfacct", "nfacct-name:1");
    match("length", "length:1!");
    match("ttl", "ttl-eq,ttl:1! ttl-lt:1 ttl-gt:1");
    match("hl", "hl-eq:1! hl-lt:1 hl-gt:1");
    match("dscp", "dscp:1! dscp-class:1!");
    match("tos", "tos:1!");
    match("pkttype", "pkt-type:1!");
    match("mac", "mac-source:1!");
    match("rpfilter", "loose:0 validmark:0 accept-local:0 invert:0");

    target("ACCEPT", "");
    target("DROP", "");
    target("RETURN", "");
    target("QUEUE", "");
    target("SNAT", "to-source:1 random:0 random-fully:0 persistent:0");
    target("DNAT", "to-destination:1 random:0 persistent:0");
    target("REDIRECT", "to-ports:1 random:0");
    target("MASQUERADE", "to-ports:1 random:0 random-fully:0");
    target("NETMAP", "to:1");
    target("MARK", "set-mark:1 set-xmark:1 or-mark:1 and-mark:1 xor-mark:1");
    target(
        "CONNMARK",
        "set-mark:1 set-xmark:1 or-mark:1 and-mark:1 xor-mark:1 save-mark:0 restore-mark:0"
            + " nfmask:1 ctmask:1 mask:1 left-shift-mark:? right-shift-mark:?");
    target("REJECT", "reject-with:1");
    target(
        "LOG",
        "log-prefix:1 log-level:1 log-tcp-sequence:0 log-tcp-options:0 log-ip-options:0 log-uid:0"
            + " log-macdecode:0");
    target("NFLOG", "nflog-prefix:1 nflog-group:1 nflog-size:1 nflog-threshold:1 nflog-range:?");
    target("TRACE", "");
    target("NOTRACK", "");
    target(
        "CT",
        "notrack:0 helper:1 zone:1 zone-orig:1 zone-reply:1 ctevents:? expevents:? timeout:?");
    target("TPROXY", "on-port:1 on-ip:1 tproxy-mark:1");
    target("NFQUEUE", "queue-num:1 queue-balance:1 queue-bypass:0 queue-cpu-fanout:?");
    target("TCPMSS", "set-mss:1 clamp-mss-to-pmtu:0");
    target("CHECKSUM", "checksum-fill:0");
  }

  private static void match(String name, String options) {
    MATCHES.put(name, new ExtensionSyntax(options));
  }

  private static void target(String name, String options) {
    TARGETS.put(name, new ExtensionSyntax(options));
  }

  private ExtensionSyntax(String text) {
    if (text.isEmpty()) {
      return;
    }
    for (String word : text.split(" ", -1)) {
      int colon = word.indexOf(':');
      boolean invertible = word.endsWith("!");
      char arity = word.charAt(colon + 1);
      String[] names = word.substring(0, colon).split(",", -1);
      Option option = new Option(names[0], arity == '?' ? -1 : arity - '0', invertible);
      for (String name : names) {
        options.put(name, option);
      }
    }
  }

  static @Nullable ExtensionSyntax ofMatch(String name) {
    return MATCHES.get(name);
  }

  static @Nullable ExtensionSyntax ofTarget(String name) {
    return TARGETS.get(name);
  }

  @Nullable
  Option option(String name) {
    Option exact = options.get(name);
    return exact != null ? exact : byUniqueBeginning(name);
  }

  /** getopt_long takes a beginning of an option's name if no other option begins like it. */
  private @Nullable Option byUniqueBeginning(String name) {
    @Nullable Option found = null;
    for (Map.Entry<String, Option> entry : options.entrySet()) {
      if (entry.getKey().startsWith(name)) {
        if (found != null && !found.equals(entry.getValue())) {
          return null;
        }
        found = entry.getValue();
      }
    }
    return found;
  }
}
