package dev.hairpin.dns.plugin;

/**
 * An answer that cannot be written into a message, such as one with a name that has an empty label.
 * The original finds out when it packs the message, and sends nothing at all.
 */
public final class UnwritableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error.
   *
   * @param cause what is wrong with the answer
   */
  public UnwritableException(IllegalArgumentException cause) {
    super(cause.getMessage(), cause);
  }
}
