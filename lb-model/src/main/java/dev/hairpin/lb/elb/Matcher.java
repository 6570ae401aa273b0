package dev.hairpin.lb.elb;

import com.google.common.base.Splitter;

/**
 * The codes with which a target answers a health check well: HTTP status codes, or gRPC codes.
 *
 * @param text a code ({@code 200}), codes ({@code 200,302}) or ranges ({@code 200-399})
 */
public record Matcher(String text) {

  /**
   * Checks the form.
   *
   * @throws ElbException if it is no list of codes and ranges
   */
  public Matcher {
    if (!text.matches("[0-9]{1,3}(-[0-9]{1,3})?(,[0-9]{1,3}(-[0-9]{1,3})?)*")) {
      throw ElbException.invalid("Health check matcher '" + text + "' is not valid");
    }
  }

  /**
   * Whether a code is among them.
   *
   * @param code an HTTP status or gRPC code
   * @return true if the target is well
   */
  public boolean matches(int code) {
    for (String part : Splitter.on(',').split(text)) {
      int dash = part.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
      if (code >= first && code <= last) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether these are codes of gRPC, which go to 99; HTTP's begin at 200.
   *
   * @return true for gRPC
   */
  public boolean isGrpc() {
    return Splitter.onPattern("[,-]").splitToStream(text).allMatch(c -> c.length() < 3);
  }

  /** The codes as given. */
  @Override
  public String toString() {
    return text;
  }
}
