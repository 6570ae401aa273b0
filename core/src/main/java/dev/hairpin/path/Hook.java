package dev.hairpin.path;

/** Where netfilter looks at a packet on its way through a host. */
public enum Hook {
  /** Before routing, everything that comes in. */
  PREROUTING,
  /** After routing, what is for this host. */
  INPUT,
  /** After routing, what is for others. */
  FORWARD,
  /** What this host sends itself, after a first routing. */
  OUTPUT,
  /** Before it leaves. */
  POSTROUTING
}
