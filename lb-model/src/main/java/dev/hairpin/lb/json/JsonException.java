package dev.hairpin.lb.json;

/** A text that is not the JSON that was expected; the message is Go's. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * An error.
   *
   * @param message as {@code encoding/json} words it
   */
  public JsonException(String message) {
    super(message);
  }
}
