package dev.hairpin.path;

import java.util.Locale;

/**
 * A table of rules; inside a hook they are asked in this order, with connection tracking between
 * raw and mangle.
 *
 * <p>Source nat (POSTROUTING and INPUT) comes after filter: priority 100 instead of -100.
 */
public enum Table {
  /** Before connection tracking. */
  RAW,
  /** Marks and header fields. */
  MANGLE,
  /** Asked for the first packet of a connection only. */
  NAT,
  /** Accept, drop or reject. */
  FILTER,
  /** After filter. */
  SECURITY;

  private final String lowerCase = name().toLowerCase(Locale.ROOT);

  /** The name that iptables gives it, such as {@code nat}. */
  @Override
  public String toString() {
    return lowerCase;
  }
}
