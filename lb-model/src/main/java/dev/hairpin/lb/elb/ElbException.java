package dev.hairpin.lb.elb;

/**
 * A call that Elastic Load Balancing refuses. Nothing has changed when it is thrown.
 *
 * <p>Its message is {@code Code: text}, as the controller's events quote it. The code is the API's;
 * the text is the API's where it is known, else one in its manner.
 */
public final class ElbException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String code;

  /**
   * Refuses a call.
   *
   * @param code the API's error code, such as {@code TooManyRules}
   * @param message what is wrong, without the code
   */
  public ElbException(String code, String message) {
    super(code + ": " + message);
    this.code = code;
  }

  /**
   * The API's error code.
   *
   * @return such as {@code TargetGroupNotFound}
   */
  public String code() {
    return code;
  }

  static ElbException invalid(String message) {
    return new ElbException("ValidationError", message);
  }
}
