package dev.hairpin.lb;

/** An object that a webhook of the controller refuses; the message is the API server's. */
public final class AdmissionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private AdmissionException(String message) {
    super(message);
  }

  /**
   * A refusal.
   *
   * @param webhook the webhook's name
   * @param reason the webhook's text
   * @return the exception
   */
  public static AdmissionException denied(String webhook, String reason) {
    return new AdmissionException(
        "admission webhook " + '"' + webhook + '"' + " denied the request: " + reason);
  }
}
