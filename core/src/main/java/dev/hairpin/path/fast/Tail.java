package dev.hairpin.path.fast;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of most flows after routing: those for which no table of the rules after routing has
 * an entry. With kube-proxy's rules that depends on one bit of the mark only.
 *
 * @param known whether it depends on one bit of the mark at most
 * @param exceptions the keys for which the rules must be run after all; null if there are none
 * @param markMask the bit; 0 if nothing depends on the mark
 * @param clear what becomes of a flow whose bit is clear: a {@link Decision} without target
 * @param set what becomes of one whose bit is set
 */
record Tail(boolean known, @Nullable LookupTable exceptions, int markMask, long clear, long set) {
  static final Tail UNKNOWN = new Tail(false, null, 0, 0, 0);
}
