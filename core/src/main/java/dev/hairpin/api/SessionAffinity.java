package dev.hairpin.api;

import java.util.Optional;

/** Whether a client keeps its endpoint. */
public enum SessionAffinity {
  /** Every connection is decided anew. */
  NONE("None"),
  /** Connections of one source address go to one endpoint for a while. */
  CLIENT_IP("ClientIP");

  private final String text;

  SessionAffinity(String text) {
    this.text = text;
  }

  /**
   * Finds a value by the text that a manifest writes.
   *
   * @param text the text, exactly
   * @return the value, or nothing if the API knows no such text
   */
  public static Optional<SessionAffinity> byText(String text) {
    return Texts.find(values(), text);
  }

  /** The value as a manifest writes it. */
  @Override
  public String toString() {
    return text;
  }
}
