package dev.hairpin.lb.controller;

/** What the controller cannot do; the message is the text that it would report. */
class ReconcileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReconcileException(String message) {
    super(message);
  }
}
