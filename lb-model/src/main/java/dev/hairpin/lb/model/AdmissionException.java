package dev.hairpin.lb.model;

/** An object that a webhook of the controller refuses; the message is the API server's. */
public final class AdmissionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String webhook;
  private final String reason;

  private AdmissionException(String webhook, String reason) {
    super("admission webhook \"" + webhook + "\" denied the request: " + reason);
    this.webhook = webhook;
    this.reason = reason;
  }

  /** {@return the webhook's name} */
  public String webhook() {
    return webhook;
  }

  /** {@return what it says} */
  public String reason() {
    return reason;
  }

  /**
   * A refusal.
   *
   * @param webhook the webhook's name
   * @param reason the webhook's text
   * @return the exception
   */
  public static AdmissionException denied(String webhook, String reason) {
    return new AdmissionException(webhook, reason);
  }
}
