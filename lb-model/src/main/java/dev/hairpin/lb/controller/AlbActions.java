package dev.hairpin.lb.controller;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.lb.controller.IngressBackends.Auth;
import dev.hairpin.lb.controller.IngressBackends.Backend;
import dev.hairpin.lb.controller.IngressBackends.Destination;
import dev.hairpin.lb.controller.IngressBackends.Intent;
import dev.hairpin.lb.controller.IngressGroups.Member;
import dev.hairpin.lb.json.JsonStruct;
import dev.hairpin.lb.json.Trees;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.Token;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The actions of a listener or rule. Source: {@code model_build_actions.go}, v2.8.2. */
final class AlbActions {
  private final Environment env;
  private final AlbTargetGroups targetGroups;

  AlbActions(Environment env, AlbTargetGroups targetGroups) {
    this.env = env;
    this.targetGroups = targetGroups;
  }

  /** On HTTPS the client is asked who it is first; on HTTP that is left out without a word. */
  List<Action> of(Member member, Backend backend, String protocol) {
    List<Action> actions = new ArrayList<>();
    if (protocol.equals("HTTPS")) {
      Action auth = authentication(member, backend.auth());
      if (auth != null) {
        actions.add(auth);
      }
    }
    if (backend.intent() instanceof Intent.Direct direct) {
      actions.add(direct.action());
    } else {
      actions.add(forward(member, (Intent.Forward) backend.intent()));
    }
    return actions;
  }

  private Action forward(Member member, Intent.Forward forward) {
    List<Action.WeightedGroup> groups = new ArrayList<>();
    for (Destination destination : forward.destinations()) {
      Service service = destination.service();
      Token arn = service == null
          ? Token.of(String.valueOf(destination.targetGroupArn()))
          : targetGroups.of(member, service, destination.servicePort()).arn();
      groups.add(new Action.WeightedGroup(arn, destination.weight()));
    }
    return new Action.Forward(groups, forward.stickiness());
  }

  private @Nullable Action authentication(Member member, Auth auth) {
    return switch (auth.type()) {
      case "cognito" -> cognito(auth);
      case "oidc" -> oidc(member, auth);
      default -> null;
    };
  }

  private static Action cognito(Auth auth) {
    JsonStruct config = auth.cognito();
    if (config == null) {
      throw new ReconcileException("missing IDPConfigCognito");
    }
    return new Action.AuthenticateCognito(
        config.text("userPoolARN"),
        config.text("userPoolClientID"),
        config.text("userPoolDomain"),
        session(auth, config));
  }

  private Action oidc(Member member, Auth auth) {
    JsonStruct config = auth.oidc();
    if (config == null) {
      throw new ReconcileException("missing IDPConfigOIDC");
    }
    String namespace = member.ingress().metadata().namespace();
    String name = config.text("secretName");
    if (!(env.state().get(new ObjectKey("Secret", namespace, name)).orElse(null)
        instanceof GenericObject secret)) {
      throw new ReconcileException("secrets " + Go.quoted(name) + " not found");
    }
    String clientId = secretValue(secret, "clientID");
    if (clientId == null) {
      clientId = secretValue(secret, "clientId");
    }
    if (clientId == null) {
      throw new ReconcileException("missing clientID, secret: " + namespace + "/" + name);
    }
    String clientSecret = secretValue(secret, "clientSecret");
    if (clientSecret == null) {
      throw new ReconcileException("missing clientSecret, secret: " + namespace + "/" + name);
    }
    return new Action.AuthenticateOidc(
        config.text("issuer"),
        config.text("authorizationEndpoint"),
        config.text("tokenEndpoint"),
        config.text("userInfoEndpoint"),
        clientId.stripTrailing(),
        clientSecret,
        session(auth, config));
  }

  private static Action.Session session(Auth auth, JsonStruct config) {
    return new Action.Session(
        config.stringMap("authenticationRequestExtraParams"),
        auth.onUnauthenticated(),
        auth.scope(),
        auth.cookie(),
        auth.timeoutSeconds());
  }

  private static @Nullable String secretValue(GenericObject secret, String key) {
    Map<?, ?> plain = Trees.map(secret.content().get("stringData"));
    if (plain.containsKey(key)) {
      return Trees.text(plain.get(key));
    }
    Object encoded = Trees.map(secret.content().get("data")).get(key);
    if (encoded == null) {
      return null;
    }
    try {
      return new String(
          Base64.getMimeDecoder().decode(String.valueOf(encoded)), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ReconcileException("secret "
          + secret.key().namespacedName()
          + ": data."
          + key
          + " is not base64: "
          + e.getMessage());
    }
  }
}
