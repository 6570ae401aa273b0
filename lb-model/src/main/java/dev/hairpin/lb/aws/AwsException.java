package dev.hairpin.lb.aws;

/** A call that AWS refuses. */
public final class AwsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;

  /**
   * A refusal.
   *
   * @param code the error code, such as {@code InvalidParameter}
   * @param message the text as the controller sees it
   */
  public AwsException(String code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * The error code.
   *
   * @return the code
   */
  public String code() {
    return code;
  }
}
