package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rules that nobody would write: chains of all tables with matches and targets in any order, jumps
 * and gotos downwards, ladders with gaps.
 */
final class OddRules {
  private static final List<String> DESTINATIONS =
      List.of("10.96.0.1", "10.96.0.2", "192.168.10.1", "10.244.1.10", "10.244.2.7", "203.0.113.9");
  private static final int CHAINS = 4;

  /**
   * How often the rules of a table draw at most, on all ways through its chains together: every
   * draw may double the ways to be walked.
   */
  private static final int DICE = 5;

  private final SplittableRandom random;
  private final boolean withUnknown;
  private int dice;

  /** How often a walk comes to each chain at most; jumps lead downwards, to chains not written. */
  private final int[] visits = new int[CHAINS];

  private int visitsHere;

  OddRules(SplittableRandom random, boolean withUnknown) {
    this.random = random;
    this.withUnknown = withUnknown;
  }

  RuleSet rules() {
    StringBuilder text = new StringBuilder();
    table(text, "mangle", "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");
    table(text, "nat", "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING");
    table(text, "filter", "INPUT", "FORWARD", "OUTPUT");
    return RuleSet.empty(IpFamily.IPV4)
        .restore(text.toString(), RestoreOptions.NOFLUSH_COUNTERS)
        .orElseThrow();
  }

  List<Stand.Flow> flows(int count) {
    List<Stand.Flow> flows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Protocol protocol = random.nextInt(3) == 0 ? Protocol.UDP : Protocol.TCP;
      flows.add(new Stand.Flow(
          one("pod", "client", "n1"),
          protocol,
          30_000 + random.nextInt(3),
          SocketAddress.parse(one(DESTINATIONS) + ":" + one("80", "81", "443"))));
    }
    return flows;
  }

  private void table(StringBuilder text, String table, String... builtIn) {
    text.append('*').append(table).append('\n');
    dice = 0;
    Arrays.fill(visits, 0);
    if (!table.equals("nat") && random.nextInt(8) == 0) {
      text.append(":" + one(builtIn) + " DROP [0:0]\n");
    }
    for (int c = 0; c < CHAINS; c++) {
      text.append(":C" + c + " - [0:0]\n");
    }
    for (String chain : builtIn) {
      visitsHere = 1;
      int rules = random.nextInt(3);
      for (int r = 0; r < rules; r++) {
        rule(text, table, chain, chain, 0);
      }
    }
    for (int c = 0; c < CHAINS; c++) {
      visitsHere = visits[c];
      int rules = random.nextInt(7);
      boolean keyed = random.nextBoolean();
      boolean ladder = !keyed && random.nextBoolean();
      for (int r = 0; r < rules; r++) {
        String kind = keyed ? "key" : ladder ? "ladder" : "any";
        rule(text, table, "C" + c, kind, c + 1);
      }
    }
    text.append("COMMIT\n");
  }

  private void rule(StringBuilder text, String table, String chain, String kind, int deeper) {
    text.append("-A ").append(chain);
    String protocol = one("tcp", "udp");
    boolean keyed = kind.equals("key") && random.nextInt(6) > 0;
    if (keyed) {
      if (random.nextInt(3) > 0) {
        text.append(" -d " + one(DESTINATIONS));
      }
      text.append(" -p " + protocol + " -m " + protocol + " --dport " + one("80", "81"));
    }
    int conditions = random.nextInt(keyed || kind.equals("ladder") ? 4 : 3);
    for (int i = 0; i < conditions - (keyed ? 2 : 0); i++) {
      text.append(condition(keyed, i));
    }
    if (kind.equals("ladder") && random.nextInt(5) > 0 && mayDraw()) {
      text.append(" -m statistic --mode random --probability 0." + (1 + random.nextInt(9)));
    }
    if (withUnknown && random.nextInt(12) == 0) {
      text.append(one(
          " -m string --string x --algo bm",
          " -m length --length 10:20",
          " -o eth0",
          " -m addrtype --dst-type UNICAST"));
    }
    String target = target(table, chain, deeper);
    if (target.contains("DNAT") && (keyed || kind.equals("ladder") || random.nextBoolean())) {
      // Ports need a protocol, which may be given once.
      boolean given = text.indexOf(" -p ", text.lastIndexOf("-A ")) >= 0;
      target = given ? target + ":8080" : " -p " + protocol + " -m " + protocol + target + ":8080";
    }
    text.append(target).append('\n');
  }

  private boolean mayDraw() {
    boolean may = dice + visitsHere <= DICE;
    dice += may ? visitsHere : 0;
    return may;
  }

  private String condition(boolean keyed, int number) {
    String not = random.nextInt(3) == 0 ? " !" : "";
    int which = random.nextInt(14);
    // Those that may come only once stand in the first place.
    if (number > 0 || keyed) {
      which = 4 + random.nextInt(10);
    }
    return switch (which) {
      case 0 -> not + " -s 10.244.0.0/16";
      case 1 -> not + " -s 192.168.10.100";
      case 2 -> not + " -d " + one("10.96.0.0/16", "10.244.1.10", "10.244.2.0/24");
      case 3 -> " -p " + one("tcp", "udp");
      case 4 -> " -m mark" + not + " --mark " + one("0x1/0x1", "0x4000/0x4000", "0x2");
      case 5 -> " -m addrtype" + not + " --dst-type LOCAL";
      case 6 -> " -m addrtype" + not + " --src-type LOCAL";
      case 7 -> " -m conntrack --ctstate " + one("NEW", "ESTABLISHED,RELATED", "INVALID", "DNAT");
      case 8 -> " -m conntrack" + not + " --ctstate DNAT";
      case 9 -> " -m iprange" + not + " --src-range 192.168.10.50-192.168.10.150";
      case 10 -> {
        if (!mayDraw()) {
          yield "";
        }
        yield " -m statistic --mode random" + not + " --probability 0.25";
      }
      case 11 -> " -m comment --comment \"a rule\"";
      case 12 -> " -m connmark" + not + " --mark 0x1/0x1";
      default ->
        " -m recent" + not + " --" + one("set", "rcheck", "update") + " --name l"
            + random.nextInt(2) + " --mask 255.255.255.255 --rsource";
    };
  }

  private String target(String table, String chain, int deeper) {
    boolean translatesSources =
        table.equals("nat") && (chain.equals("POSTROUTING") || chain.equals("INPUT"));
    if (deeper < CHAINS && !translatesSources && random.nextInt(3) > 0) {
      int to = deeper + random.nextInt(CHAINS - deeper);
      visits[to] += visitsHere;
      return (random.nextInt(6) == 0 ? " -g C" : " -j C") + to;
    }
    if (random.nextInt(4) == 0) {
      return one(
          " -j MARK --set-xmark 0x1/0x1",
          " -j MARK --set-xmark 0x4000/0x4000",
          " -j MARK --set-xmark 0x4000/0x0",
          " -j CONNMARK --set-xmark 0x1/0x1",
          " -j CONNMARK --restore-mark --nfmask 0x1 --ctmask 0x1",
          " -j LOG",
          "");
    }
    return switch (table) {
      case "nat" -> nat(chain);
      case "filter" ->
        one(
            " -j ACCEPT",
            " -j DROP",
            " -j RETURN",
            " -j REJECT --reject-with icmp-port-unreachable");
      default -> one(" -j ACCEPT", " -j RETURN", " -j MARK --set-xmark 0x2/0x2");
    };
  }

  private String nat(String chain) {
    // The kernel takes a target only where it has a meaning; C0 and C1 are for destinations.
    if (chain.equals("PREROUTING") || chain.equals("OUTPUT")) {
      int to = random.nextInt(2);
      String jump = " -j C" + to;
      String target = one(" -j ACCEPT", jump, jump, " -j DNAT --to-destination 10.244.1.10");
      visits[to] += target.equals(jump) ? 1 : 0;
      return target;
    }
    if (chain.equals("POSTROUTING") || chain.equals("INPUT")) {
      return chain.equals("INPUT")
          ? " -j SNAT --to-source 192.168.10.77"
          : one(
              " -j MASQUERADE",
              " -j MASQUERADE --random-fully",
              " -j SNAT --to-source 192.168.10.77");
    }
    return one(
        " -j ACCEPT",
        " -j RETURN",
        " -j DNAT --to-destination 10.244.1.9",
        " -j DNAT --to-destination 10.244.2.7",
        " -j DNAT --to-destination 192.168.10.1");
  }

  private String one(String... of) {
    return of[random.nextInt(of.length)];
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
