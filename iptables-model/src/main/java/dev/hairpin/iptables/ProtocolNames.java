package dev.hairpin.iptables;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Protocol numbers and their names.
 *
 * <p>Source: {@code /etc/protocols} of Debian 12, which iptables-save prints names from, and the
 * built-in list of libxtables.
 */
final class ProtocolNames {
  private static final Map<Integer, String> NAMES = new HashMap<>();
  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    String[] pairs = {
      "1 icmp",
      "2 igmp",
      "3 ggp",
      "4 ipencap",
      "5 st",
      "6 tcp",
      "8 egp",
      "9 igp",
      "12 pup",
      "17 udp",
      "20 hmp",
      "22 xns-idp",
      "27 rdp",
      "29 iso-tp4",
      "33 dccp",
      "36 xtp",
      "37 ddp",
      "38 idpr-cmtp",
      "41 ipv6",
      "43 ipv6-route",
      "44 ipv6-frag",
      "45 idrp",
      "46 rsvp",
      "47 gre",
      "50 esp",
      "51 ah",
      "57 skip",
      "58 ipv6-icmp",
      "59 ipv6-nonxt",
      "60 ipv6-opts",
      "73 rspf",
      "81 vmtp",
      "88 eigrp",
      "89 ospf",
      "93 ax.25",
      "94 ipip",
      "97 etherip",
      "98 encap",
      "103 pim",
      "108 ipcomp",
      "112 vrrp",
      "115 l2tp",
      "124 isis",
      "132 sctp",
      "133 fc",
      "135 mobility-header",
      "136 udplite",
      "137 mpls-in-ip",
      "138 manet",
      "139 hip",
      "140 shim6",
      "141 wesp",
      "142 rohc"
    };
    for (String pair : pairs) {
      int space = pair.indexOf(' ');
      int number = Integer.parseInt(pair.substring(0, space));
      String name = pair.substring(space + 1);
      NAMES.put(number, name);
      NUMBERS.put(name, number);
    }
    NUMBERS.put("all", 0);
    NUMBERS.put("icmpv6", 58);
    NUMBERS.put("ipv6-mh", 135);
    NUMBERS.put("mh", 135);
  }

  private ProtocolNames() {}

  static String text(int number) {
    @Nullable String name = NAMES.get(number);
    return name != null ? name : Integer.toString(number);
  }

  /** The number of a protocol that is given by name or number, or -1. */
  static int number(String text) {
    @Nullable Integer number = NUMBERS.get(text.toLowerCase(Locale.ROOT));
    if (number != null) {
      return number;
    }
    if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int value = Integer.parseInt(text);
    return value <= 255 ? value : -1;
  }

  /** The match that an option such as {@code --dport} belongs to, given the rule's protocol. */
  static @Nullable String matchOf(int number) {
    return switch (number) {
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 58 -> "icmp6";
      case 132 -> "sctp";
      default -> null;
    };
  }
}
