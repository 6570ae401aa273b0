package dev.hairpin.path;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One of the five tables.
 *
 * <p>In the order in which a hook asks them, but for nat, which sits before filter where it
 * translates destinations and after it where it translates sources.
 */
public enum TableName {
  /** Asked before connection tracking. */
  RAW(Hook.PREROUTING, Hook.OUTPUT),
  /** Changes packets. */
  MANGLE(Hook.PREROUTING, Hook.INPUT, Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING),
  /** Translates addresses; asked for the first packet of a connection only. */
  NAT(Hook.PREROUTING, Hook.INPUT, Hook.OUTPUT, Hook.POSTROUTING),
  /** Lets packets pass or not. */
  FILTER(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT),
  /** Asked after filter, for mandatory access control. */
  SECURITY(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT);

  private final ImmutableList<Hook> hooks;
  private final String text = name().toLowerCase(Locale.ROOT);

  TableName(Hook... hooks) {
    this.hooks = ImmutableList.copyOf(hooks);
  }

  /**
   * The hooks at which the table is asked; each has a built-in chain of its name.
   *
   * @return the hooks, in the kernel's order
   */
  public List<Hook> hooks() {
    return hooks;
  }

  /**
   * Whether a chain is built into this table.
   *
   * @param chain a chain's name
   * @return true if it is the name of one of its hooks
   */
  public boolean isBuiltIn(String chain) {
    for (Hook hook : hooks) {
      if (hook.name().equals(chain)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Finds a table by the name that the tools use.
   *
   * @param text the name, in lower case
   * @return the table, or nothing
   */
  public static Optional<TableName> byText(String text) {
    for (TableName table : values()) {
      if (table.toString().equals(text)) {
        return Optional.of(table);
      }
    }
    return Optional.empty();
  }

  /** The name that the tools use, such as {@code nat}. */
  @Override
  public String toString() {
    return text;
  }
}
