package dev.hairpin.lb.elb.alb;

import com.google.common.collect.ImmutableList;
import dev.hairpin.lb.elb.Action;
import java.util.List;

/** Says whether the user behind a request is known: the switch for authenticate actions. */
@FunctionalInterface
public interface Authenticator {

  /** Nobody is known. */
  Authenticator NOBODY = (action, request) -> new NoSession();

  /** What an identity provider says. */
  sealed interface Outcome {}

  /**
   * The user is known.
   *
   * @param claims the lines that targets get, such as {@code x-amzn-oidc-identity}
   */
  record Known(List<Header> claims) implements Outcome {
    /** Copies the claims. */
    public Known {
      claims = ImmutableList.copyOf(claims);
    }
  }

  /** There is no session cookie, or it has expired. */
  record NoSession() implements Outcome {}

  /** The provider cannot be reached, or its answer cannot be used: 500. */
  record Failed() implements Outcome {}

  /** The provider answered with an error code: 561. */
  record ProviderError() implements Outcome {}

  /**
   * Looks at a request.
   *
   * @param action what the rule asks for
   * @param request the request
   * @return the outcome
   */
  Outcome authenticate(Action.Authenticate action, HttpRequest request);
}
