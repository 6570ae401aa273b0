package dev.hairpin.dns.message;

/** How a message travels. */
public enum Transport {
  /** In a datagram, which limits its size. */
  UDP,
  /** In a stream, after its length. */
  TCP
}
