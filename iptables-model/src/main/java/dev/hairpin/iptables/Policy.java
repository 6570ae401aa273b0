package dev.hairpin.iptables;

/** What becomes of a packet at the end of a chain. */
public enum Policy {
  /** It goes on. */
  ACCEPT("ACCEPT"),
  /** It is dropped without a word. */
  DROP("DROP"),
  /** It returns to the chain that jumped here: a user's chain has no policy. */
  NONE("-");

  private final String text;

  Policy(String text) {
    this.text = text;
  }

  /** The policy as a chain line of iptables-save shows it. */
  @Override
  public String toString() {
    return text;
  }
}
