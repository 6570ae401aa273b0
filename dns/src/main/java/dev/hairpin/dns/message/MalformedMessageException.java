package dev.hairpin.dns.message;

/** Octets that are no DNS message; the text says where and why. */
public final class MalformedMessageException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * An error.
   *
   * @param offset where it was found, in octets from the start of the message
   * @param problem what is wrong
   */
  public MalformedMessageException(int offset, String problem) {
    super("octet " + offset + ": " + problem);
  }
}
