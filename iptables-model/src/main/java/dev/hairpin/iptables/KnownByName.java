package dev.hairpin.iptables;

import java.util.Set;

/** Targets of iptables 1.8.9 that are known by name only; a rule may name them without options. */
final class KnownByName {
  private static final Set<String> TARGETS = Set.of(
      "AUDIT",
      "CLASSIFY",
      "CLUSTERIP",
      "CONNSECMARK",
      "DNPT",
      "DSCP",
      "ECN",
      "HL",
      "HMARK",
      "IDLETIMER",
      "LED",
      "RATEEST",
      "SECMARK",
      "SET",
      "SNPT",
      "SYNPROXY",
      "TCPOPTSTRIP",
      "TEE",
      "TOS",
      "TTL",
      "ULOG");

  private KnownByName() {}

  static boolean isTarget(String name) {
    return TARGETS.contains(name);
  }
}
