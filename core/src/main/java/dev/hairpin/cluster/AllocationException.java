package dev.hairpin.cluster;

/** An address or port cannot be allocated, in the allocator's words. */
public final class AllocationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * A refusal.
   *
   * @param message the allocator's text
   */
  AllocationException(String message) {
    super(message);
  }

  static AllocationException full() {
    return new AllocationException("range is full");
  }
}
