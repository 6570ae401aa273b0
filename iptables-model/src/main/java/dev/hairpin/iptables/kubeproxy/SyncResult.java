package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.RuleException;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Optional;

/**
 * What one sync of one proxier did.
 *
 * @param family the proxier's family
 * @param fullSync whether everything was written, or only what changed
 * @param largeClusterMode whether comments were left out
 * @param restoreText the text for iptables-restore; nothing if the proxier keeps no texts
 * @param ruleSet the rules afterwards
 * @param failure why iptables-restore refused the text; nothing if it did not. The next sync is
 *     full then, and what follows is empty
 * @param conntrackCommands the conntrack commands that v1.30 runs, sorted
 * @param conntrackListed whether v1.36 looked through the table of connections
 * @param staleUdpEntries which entries it deletes then
 * @param healthCheckEvents the health-check servers that were started and stopped
 * @param events what was reported to the cluster
 */
public record SyncResult(
    IpFamily family,
    boolean fullSync,
    boolean largeClusterMode,
    Optional<String> restoreText,
    RuleSet ruleSet,
    Optional<RuleException> failure,
    List<String> conntrackCommands,
    boolean conntrackListed,
    StaleUdpEntries staleUdpEntries,
    List<HealthCheckServers.ServerEvent> healthCheckEvents,
    List<ProxyEvent> events) {

  /** Copies the lists. */
  public SyncResult {
    conntrackCommands = List.copyOf(conntrackCommands);
    healthCheckEvents = List.copyOf(healthCheckEvents);
    events = List.copyOf(events);
  }
}
