package dev.hairpin.iptables.compile;

import dev.hairpin.net.SocketAddress;

/**
 * What a node's rules do to a new connection, as both the walker and a program tell it.
 *
 * @param verdict {@code ACCEPT}, {@code DROP}, {@code REJECT} with its kind, {@code UNDECIDED}, or
 *     {@code LOST} if the packet did not come to the last hook
 * @param destination where it goes
 * @param source what its source becomes
 * @param mark its mark at the end
 */
public record Fate(String verdict, SocketAddress destination, String source, int mark) {

  static final String UNDECIDED = "UNDECIDED";

  /** Whether this fate is a program's way to leave it to the walker. */
  public boolean isOpen() {
    return verdict.equals(UNDECIDED);
  }
}
