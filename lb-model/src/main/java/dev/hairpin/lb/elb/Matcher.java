package dev.hairpin.lb.elb;

import java.util.regex.Pattern;

/**
 * The codes with which a target answers a health check well: HTTP status codes, or gRPC codes.
 *
 * @param text a code ({@code 200}), codes ({@code 200,302}) or ranges ({@code 200-399})
 */
public record Matcher(String text) {
  private static final Pattern CODES =
      Pattern.compile("[0-9]{1,3}(-[0-9]{1,3})?(,[0-9]{1,3}(-[0-9]{1,3})?)*");

  /**
   * Checks the form.
   *
   * @throws ElbException if it is no list of codes and ranges
   */
  public Matcher {
    if (!CODES.matcher(text).matches()) {
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
    // One pass without garbage: every health check of every target comes by.
    int first = -1;
    int number = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ',';
      if (c == '-') {
        first = number;
        number = 0;
      } else if (c == ',') {
        if (code >= (first < 0 ? number : first) && code <= number) {
          return true;
        }
        first = -1;
        number = 0;
      } else {
        number = number * 10 + c - '0';
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
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      digits = c == ',' || c == '-' ? 0 : digits + 1;
      if (digits == 3) {
        return false;
      }
    }
    return true;
  }

  /** The codes as given. */
  @Override
  public String toString() {
    return text;
  }
}
