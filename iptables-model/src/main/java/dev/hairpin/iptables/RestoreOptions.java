package dev.hairpin.iptables;

/**
 * How iptables-restore is called.
 *
 * @param flush whether the rules and chains of the tables named in the text go first; false is
 *     {@code --noflush}
 * @param counters whether the text's counters are taken over: {@code --counters}
 */
public record RestoreOptions(boolean flush, boolean counters) {

  /** Without options: the text replaces its tables, and counting begins at 0. */
  public static final RestoreOptions REPLACE = new RestoreOptions(true, false);

  /** {@code --noflush --counters}, as kube-proxy calls it. */
  public static final RestoreOptions NOFLUSH_COUNTERS = new RestoreOptions(false, true);
}
