package dev.hairpin.lb.model;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a listener or a rule does with a request.
 *
 * <p>Source: {@code Action} of the Elastic Load Balancing API, 2015-12-01.
 */
public sealed interface Action {

  /**
   * Sends the request to a target group.
   *
   * @param groups the target groups, one of which is chosen by weight
   * @param stickiness how long a client keeps its group, or null
   */
  record Forward(List<WeightedGroup> groups, @Nullable Stickiness stickiness) implements Action {
    /** Copies the list. */
    public Forward {
      groups = List.copyOf(groups);
    }

    @Override
    public String type() {
      return "forward";
    }
  }

  /**
   * A target group and its share.
   *
   * @param group the target group's ARN
   * @param weight its weight, 0 to 999; null counts as 1
   */
  record WeightedGroup(Token group, @Nullable Long weight) {}

  /**
   * Stickiness between target groups.
   *
   * @param enabled whether it is on, or null
   * @param durationSeconds for how long, 1 to 604800, or null
   */
  record Stickiness(@Nullable Boolean enabled, @Nullable Long durationSeconds) {}

  /**
   * Tells the client to go elsewhere. Each part that is null stays as it is in the request.
   *
   * @param protocol HTTP, HTTPS or {@code #{protocol}}
   * @param host the host; may contain {@code #{host}}
   * @param port the port; may be {@code #{port}}
   * @param path the path, beginning with a slash; may contain the placeholders
   * @param query the query without question mark; may contain the placeholders
   * @param statusCode {@code HTTP_301} or {@code HTTP_302}
   */
  record Redirect(
      @Nullable String protocol,
      @Nullable String host,
      @Nullable String port,
      @Nullable String path,
      @Nullable String query,
      String statusCode)
      implements Action {
    @Override
    public String type() {
      return "redirect";
    }
  }

  /**
   * Answers without asking a target.
   *
   * @param contentType the content type, or null
   * @param messageBody the body, or null
   * @param statusCode the status, such as 404
   */
  record FixedResponse(
      @Nullable String contentType, @Nullable String messageBody, String statusCode)
      implements Action {
    @Override
    public String type() {
      return "fixed-response";
    }
  }

  /**
   * What both kinds of authentication have.
   *
   * @param extraParams further parameters of the request to the identity provider
   * @param onUnauthenticatedRequest {@code authenticate}, {@code allow} or {@code deny}
   * @param scope the scope
   * @param sessionCookieName the cookie
   * @param sessionTimeoutSeconds how long a login lasts
   */
  record Session(
      Map<String, String> extraParams,
      String onUnauthenticatedRequest,
      String scope,
      String sessionCookieName,
      long sessionTimeoutSeconds) {
    /** Copies the parameters. */
    public Session {
      extraParams = Sorted.copy(extraParams);
    }
  }

  /**
   * Asks Amazon Cognito who the client is.
   *
   * @param userPoolArn the user pool
   * @param userPoolClientId the client of the pool
   * @param userPoolDomain the domain of the pool
   * @param session the session
   */
  record AuthenticateCognito(
      String userPoolArn, String userPoolClientId, String userPoolDomain, Session session)
      implements Action {
    @Override
    public String type() {
      return "authenticate-cognito";
    }
  }

  /**
   * Asks an OpenID Connect provider who the client is.
   *
   * @param issuer the issuer
   * @param authorizationEndpoint where the client is sent
   * @param tokenEndpoint where its code is exchanged
   * @param userInfoEndpoint who it is
   * @param clientId the client id
   * @param clientSecret the secret
   * @param session the session
   */
  record AuthenticateOidc(
      String issuer,
      String authorizationEndpoint,
      String tokenEndpoint,
      String userInfoEndpoint,
      String clientId,
      String clientSecret,
      Session session)
      implements Action {
    @Override
    public String type() {
      return "authenticate-oidc";
    }
  }

  /**
   * The type as the API names it.
   *
   * @return the type, such as {@code fixed-response}
   */
  String type();

  /**
   * The same action with its target groups replaced, as when references become ARNs.
   *
   * @param replace what to put for each target group
   * @return the action
   */
  default Action withGroups(UnaryOperator<Token> replace) {
    if (this instanceof Forward forward) {
      return new Forward(
          forward.groups.stream()
              .map(g -> new WeightedGroup(replace.apply(g.group), g.weight))
              .toList(),
          forward.stickiness);
    }
    return this;
  }
}
