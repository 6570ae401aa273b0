package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a rule or listener does with a request.
 *
 * <p>Source: ELBv2 API reference, "Action"; user guide for Application Load Balancers, "Rule action
 * types".
 */
public sealed interface Action {

  /**
   * The type as the API writes it.
   *
   * @return such as {@code fixed-response}
   */
  String type();

  /**
   * A target group and its share of the requests.
   *
   * @param targetGroupArn the group
   * @param weight 0 to 999; the share is this over the sum of the weights
   */
  record WeightedTargetGroup(String targetGroupArn, int weight) {
    /**
     * Checks the weight.
     *
     * @throws ElbException if it is not within 0-999
     */
    public WeightedTargetGroup {
      if (weight < 0 || weight > 999) {
        throw ElbException.invalid(
            "Target group weight '" + weight + "' must be between 0 and 999");
      }
    }
  }

  /**
   * Forwards to one of several groups by weight.
   *
   * @param targetGroups 1 to 5 groups; the weights do not sum to 0 unless there is one group
   * @param stickinessSeconds how long a client keeps its group, 1 to 604800, or 0 for no stickiness
   */
  record Forward(List<WeightedTargetGroup> targetGroups, int stickinessSeconds) implements Action {
    /**
     * Checks the groups.
     *
     * @throws ElbException if there are none or more than five, or the time is out of range
     */
    public Forward {
      targetGroups = ImmutableList.copyOf(targetGroups);
      if (targetGroups.isEmpty()) {
        throw ElbException.invalid("A forward action must have at least one target group");
      }
      if (targetGroups.size() > 5) {
        throw new ElbException(
            "TooManyTargetGroups", "A forward action can have at most '5' target groups");
      }
      if (stickinessSeconds < 0 || stickinessSeconds > 604_800) {
        throw ElbException.invalid("Target group stickiness duration '"
            + stickinessSeconds
            + "' must be between 1 and 604800 seconds");
      }
    }

    @Override
    public String type() {
      return "forward";
    }

    /**
     * The sum of the weights.
     *
     * @return 0 only if no group gets requests
     */
    public int totalWeight() {
      return targetGroups.stream().mapToInt(WeightedTargetGroup::weight).sum();
    }
  }

  /**
   * Sends the client elsewhere. Each part may hold {@code #{protocol}}, {@code #{host}},
   * {@code #{port}}, {@code #{path}} (without its first slash) and {@code #{query}}, where it makes
   * sense.
   *
   * @param protocol {@code HTTP}, {@code HTTPS} or {@code #{protocol}}
   * @param host at most 128 characters
   * @param port a number or {@code #{port}}
   * @param path begins with a slash, at most 128 characters
   * @param query without question mark, at most 128 characters
   * @param statusCode {@code HTTP_301} or {@code HTTP_302}
   */
  record Redirect(
      String protocol, String host, String port, String path, String query, String statusCode)
      implements Action {
    /**
     * Checks the parts.
     *
     * @throws ElbException if one is malformed, or if nothing would change
     */
    public Redirect {
      check(protocol.matches("HTTPS?|#\\{protocol\\}"), "protocol", protocol);
      check(port.matches("[0-9]{1,5}|#\\{port\\}"), "port", port);
      check(path.startsWith("/") && path.length() <= 128, "path", path);
      check(!host.isEmpty() && host.length() <= 128, "host", host);
      check(query.length() <= 128, "query", query);
      check(statusCode.matches("HTTP_30[12]"), "status code", statusCode);
      if (protocol.equals("#{protocol}")
          && host.equals("#{host}")
          && port.equals("#{port}")
          && path.equals("/#{path}")) {
        throw new ElbException(
            "InvalidLoadBalancerAction",
            "The redirect configuration is not valid because it creates a loop");
      }
    }

    private static void check(boolean ok, String what, String value) {
      if (!ok) {
        throw ElbException.invalid("Redirect " + what + " '" + value + "' is not valid");
      }
    }

    /**
     * The redirect that HTTP listeners need most: the same address with HTTPS.
     *
     * @param port the HTTPS listener's port
     * @return a permanent redirect
     */
    public static Redirect toHttps(int port) {
      return new Redirect(
          "HTTPS", "#{host}", Integer.toString(port), "/#{path}", "#{query}", "HTTP_301");
    }

    @Override
    public String type() {
      return "redirect";
    }

    /**
     * The status.
     *
     * @return 301 or 302
     */
    public int status() {
      return Integer.parseInt(statusCode.substring("HTTP_".length()));
    }
  }

  /**
   * Answers by itself.
   *
   * @param statusCode 200-299, 400-499 or 500-599
   * @param contentType one of the five that the API allows, or empty
   * @param messageBody at most 1,024 characters
   */
  record FixedResponse(int statusCode, String contentType, String messageBody) implements Action {
    private static final Set<String> CONTENT_TYPES = Set.of(
        "", "text/plain", "text/css", "text/html", "application/javascript", "application/json");

    /**
     * Checks the answer.
     *
     * @throws ElbException if the status, type or length is not allowed
     */
    public FixedResponse {
      int kind = statusCode / 100;
      if (kind != 2 && kind != 4 && kind != 5) {
        throw ElbException.invalid(
            "Fixed response status code '" + statusCode + "' must be 2XX, 4XX or 5XX");
      }
      if (!CONTENT_TYPES.contains(contentType)) {
        throw ElbException.invalid(
            "Fixed response content type '" + contentType + "' is not supported");
      }
      if (messageBody.length() > 1024) {
        throw ElbException.invalid("Fixed response message body must have at most 1024 characters");
      }
    }

    @Override
    public String type() {
      return "fixed-response";
    }
  }

  /** Who vouches for users. */
  enum IdentityProvider {
    /** An OpenID Connect provider. */
    OIDC("authenticate-oidc"),
    /** An Amazon Cognito user pool. */
    COGNITO("authenticate-cognito");

    private final String type;

    IdentityProvider(String type) {
      this.type = type;
    }
  }

  /** What becomes of a request without a session. */
  enum OnUnauthenticated {
    /** It is refused with 401. */
    DENY,
    /** It goes on without claims. */
    ALLOW,
    /** It is sent to the provider's log-in. */
    AUTHENTICATE
  }

  /**
   * Lets only known users go on. HTTPS listeners only.
   *
   * @param provider who vouches for users
   * @param config the members of the API's {@code AuthenticateOidcConfig} or
   *     {@code AuthenticateCognitoConfig}, as text by the API's names, such as {@code ClientId}
   * @param onUnauthenticated what becomes of a request without a session
   */
  record Authenticate(
      IdentityProvider provider, Map<String, String> config, OnUnauthenticated onUnauthenticated)
      implements Action {
    /** Sorts and copies the configuration. */
    public Authenticate {
      config = ImmutableSortedMap.copyOf(config);
    }

    @Override
    public String type() {
      return provider.type;
    }
  }

  /**
   * Forwards to one group.
   *
   * @param targetGroupArn the group
   * @return the action
   */
  static Forward forward(String targetGroupArn) {
    return new Forward(List.of(new WeightedTargetGroup(targetGroupArn, 1)), 0);
  }

  /**
   * Answers with a plain text.
   *
   * @param statusCode the status
   * @param messageBody the text
   * @return the action
   */
  static FixedResponse fixed(int statusCode, String messageBody) {
    return new FixedResponse(statusCode, "text/plain", messageBody);
  }

  /** Checks that authentications come first and exactly one action decides, at the end. */
  static void checkSequence(List<Action> actions) {
    boolean decided = !actions.isEmpty();
    for (int i = 0; i < actions.size(); i++) {
      decided &= (actions.get(i) instanceof Authenticate) == (i < actions.size() - 1);
    }
    if (!decided) {
      throw new ElbException(
          "InvalidLoadBalancerAction",
          "Actions must be authentications followed by exactly one of forward, redirect and"
              + " fixed-response");
    }
  }

  /** Checks that a listener of this protocol may have the actions. */
  static void checkFor(ListenerProtocol protocol, List<Action> actions) {
    if (protocol != ListenerProtocol.HTTPS
        && actions.stream().anyMatch(Authenticate.class::isInstance)) {
      throw new ElbException(
          "InvalidLoadBalancerAction", "Authenticate actions need an HTTPS listener");
    }
  }
}
