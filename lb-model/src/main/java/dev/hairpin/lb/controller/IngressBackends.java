package dev.hairpin.lb.controller;

import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.Service;
import dev.hairpin.lb.controller.IngressGroups.Member;
import dev.hairpin.lb.json.JsonStruct;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.RuleCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an Ingress says about a backend beyond its name: actions, conditions and authentication from
 * annotations.
 *
 * <p>Source: {@code enhanced_backend_builder.go}, {@code config_types.go} and
 * {@code auth_config_builder.go} of {@code pkg/ingress}, v2.8.2.
 */
final class IngressBackends {
  /** The port name that sends to an action of an annotation. */
  private static final String USE_ANNOTATION = "use-annotation";

  private final Environment env;

  IngressBackends(Environment env) {
    this.env = env;
  }

  /** A backend with all that belongs to it. */
  record Backend(List<RuleCondition> conditions, Intent intent, Auth auth) {}

  /** What is to be done with a request. */
  sealed interface Intent {
    /** Answer or redirect without a target. */
    record Direct(Action action) implements Intent {}

    /** Forward to target groups or Services. */
    record Forward(List<Destination> destinations, Action.@Nullable Stickiness stickiness)
        implements Intent {}
  }

  /** A target group by ARN, or a Service with its port. */
  record Destination(
      @Nullable String targetGroupArn,
      @Nullable Service service,
      IntOrString servicePort,
      @Nullable Long weight) {}

  /** What is asked about the client's identity. */
  record Auth(
      String type,
      @Nullable JsonStruct cognito,
      @Nullable JsonStruct oidc,
      String onUnauthenticated,
      String scope,
      String cookie,
      long timeoutSeconds) {}

  Backend build(Member member, IngressBackend backend) {
    if (backend.serviceName().isEmpty()) {
      throw new ReconcileException("missing required \"service\" field");
    }
    List<RuleCondition> conditions = conditions(member.annotations(), backend.serviceName());
    Intent intent = USE_ANNOTATION.equals(backend.servicePort().name())
        ? fromAnnotation(member, backend.serviceName())
        : forward(
            member,
            List.of(new Wanted(null, backend.serviceName(), backend.servicePort(), null)),
            null);
    return new Backend(conditions, intent, auth(member, intent));
  }

  // Conditions

  static List<RuleCondition> conditions(Annotations annotations, String service) {
    return annotations
        .json("conditions." + service, text -> JsonStruct.parseList(text, "RuleCondition"))
        .map(list -> {
          List<RuleCondition> result = new ArrayList<>();
          for (JsonStruct condition : list) {
            condition(condition).ifPresent(result::add);
          }
          return result;
        })
        .orElse(new ArrayList<>());
  }

  private static Optional<RuleCondition> condition(JsonStruct tree) {
    // Every part is read before any is judged, since broken JSON comes first.
    JsonStruct host = tree.struct("hostHeaderConfig", "HostHeaderConditionConfig");
    JsonStruct path = tree.struct("pathPatternConfig", "PathPatternConditionConfig");
    JsonStruct header = tree.struct("httpHeaderConfig", "HTTPHeaderConditionConfig");
    JsonStruct method = tree.struct("httpRequestMethodConfig", "HTTPRequestMethodConditionConfig");
    JsonStruct query = tree.struct("queryStringConfig", "QueryStringConditionConfig");
    JsonStruct source = tree.struct("sourceIPConfig", "SourceIPConditionConfig");
    return switch (tree.stringOf("field", "ingress.RuleConditionField")) {
      case "host-header" ->
        Optional.of(new RuleCondition.HostHeader(values("hostHeaderConfig", host)));
      case "path-pattern" ->
        Optional.of(new RuleCondition.PathPattern(values("pathPatternConfig", path)));
      case "http-header" -> {
        List<String> values = values("httpHeaderConfig", header);
        yield Optional.of(new RuleCondition.HttpHeader(
            header == null ? "" : header.text("httpHeaderName"), values));
      }
      case "http-request-method" ->
        Optional.of(new RuleCondition.HttpRequestMethod(values("httpRequestMethodConfig", method)));
      case "query-string" -> Optional.of(new RuleCondition.QueryString(pairs(query)));
      case "source-ip" -> Optional.of(new RuleCondition.SourceIp(values("sourceIPConfig", source)));
      default -> Optional.empty();
    };
  }

  private static List<String> values(String name, @Nullable JsonStruct config) {
    if (config == null) {
      throw new ReconcileException("missing " + name);
    }
    List<String> values = config.strings("values");
    if (values.isEmpty()) {
      throw new ReconcileException("invalid " + name + ": values cannot be empty");
    }
    return values;
  }

  private static List<RuleCondition.Pair> pairs(@Nullable JsonStruct config) {
    if (config == null) {
      throw new ReconcileException("missing queryStringConfig");
    }
    List<RuleCondition.Pair> pairs = new ArrayList<>();
    for (JsonStruct pair : config.structs("values", "QueryStringKeyValuePair")) {
      String value = pair.text("value");
      if (value.isEmpty()) {
        throw new ReconcileException("invalid queryStringConfig: value cannot be empty");
      }
      pairs.add(new RuleCondition.Pair(pair.string("key"), value));
    }
    if (pairs.isEmpty()) {
      throw new ReconcileException("invalid queryStringConfig: Values cannot be empty");
    }
    return pairs;
  }

  // Actions

  private Intent fromAnnotation(Member member, String service) {
    String suffix = "actions." + service;
    Optional<Intent> intent =
        member.annotations().json(suffix, text -> action(member, JsonStruct.parse(text, "Action")));
    if (intent.isPresent()) {
      return intent.get();
    }
    if (!env.options().tolerateNonExistentBackendAction()) {
      throw new ReconcileException("missing " + suffix + " configuration");
    }
    return unavailable("Backend action does not exist");
  }

  private Intent action(Member member, JsonStruct tree) {
    String arn = tree.string("targetGroupARN");
    JsonStruct fixed = tree.struct("fixedResponseConfig", "FixedResponseActionConfig");
    JsonStruct redirect = tree.struct("redirectConfig", "RedirectActionConfig");
    JsonStruct forward = tree.struct("forwardConfig", "ForwardActionConfig");
    String type = tree.stringOf("type", "ingress.ActionType");
    return switch (type) {
      case "fixed-response" -> new Intent.Direct(fixedResponse(fixed));
      case "redirect" -> new Intent.Direct(redirect(redirect));
      case "forward" -> {
        if ((arn != null) == (forward != null)) {
          throw new ReconcileException(
              "precisely one of TargetGroupArn and ForwardConfig can be specified");
        }
        yield forward == null
            ? forward(member, List.of(new Wanted(arn, null, null, null)), null)
            : forward(member, wanted(forward), stickiness(forward));
      }
      default -> throw new ReconcileException("unknown action type: " + type);
    };
  }

  private static Action fixedResponse(@Nullable JsonStruct config) {
    if (config == null) {
      throw new ReconcileException("missing FixedResponseConfig");
    }
    String code = config.text("statusCode");
    if (code.isEmpty()) {
      throw new ReconcileException("invalid FixedResponseConfig: statusCode is required");
    }
    return new Action.FixedResponse(
        config.string("contentType"), config.string("messageBody"), code);
  }

  private static Action redirect(@Nullable JsonStruct config) {
    if (config == null) {
      throw new ReconcileException("missing RedirectConfig");
    }
    String code = config.text("statusCode");
    if (code.isEmpty()) {
      throw new ReconcileException("invalid RedirectConfig: statusCode is required");
    }
    return new Action.Redirect(
        config.string("protocol"),
        config.string("host"),
        config.string("port"),
        config.string("path"),
        config.string("query"),
        code);
  }

  private record Wanted(
      @Nullable String targetGroupArn,
      @Nullable String serviceName,
      @Nullable IntOrString servicePort,
      @Nullable Long weight) {}

  private static List<Wanted> wanted(JsonStruct forward) {
    List<Wanted> result = new ArrayList<>();
    for (JsonStruct tuple : forward.structs("targetGroups", "TargetGroupTuple")) {
      String arn = tuple.string("targetGroupARN");
      String service = tuple.string("serviceName");
      String port = tuple.intOrString("servicePort");
      if ((arn != null) == (service != null)) {
        throw new ReconcileException("invalid ForwardConfig: invalid TargetGroupTuple: precisely"
            + " one of targetGroupARN and serviceName can be specified");
      }
      if (service != null && port == null) {
        throw new ReconcileException(
            "invalid ForwardConfig: invalid TargetGroupTuple: missing servicePort");
      }
      IntOrString servicePort = port == null ? null : ServicePorts.parse(port);
      result.add(new Wanted(arn, service, servicePort, tuple.int64("weight")));
    }
    if (result.size() > 1 && result.stream().anyMatch(w -> w.weight == null)) {
      throw new ReconcileException(
          "invalid ForwardConfig: weight must be set when route to" + " multiple target groups");
    }
    return result;
  }

  private static Action.@Nullable Stickiness stickiness(JsonStruct forward) {
    JsonStruct config =
        forward.struct("targetGroupStickinessConfig", "TargetGroupStickinessConfig");
    return config == null
        ? null
        : new Action.Stickiness(config.bool("enabled"), config.int64("durationSeconds"));
  }

  /** Looks up the Services; one that is missing alone becomes a 503. */
  private Intent forward(
      Member member, List<Wanted> wanted, Action.@Nullable Stickiness stickiness) {
    List<Destination> destinations = new ArrayList<>();
    for (Wanted one : wanted) {
      if (one.serviceName == null) {
        destinations.add(new Destination(one.targetGroupArn, null, IntOrString.of(0), one.weight));
        continue;
      }
      String namespace = member.ingress().metadata().namespace();
      Optional<Service> service = env.state().get(Service.class, namespace, one.serviceName);
      if (service.isEmpty()) {
        if (wanted.size() == 1 && env.options().tolerateNonExistentBackendService()) {
          return unavailable("Backend service does not exist");
        }
        throw new ReconcileException("services " + Go.quoted(one.serviceName) + " not found");
      }
      destinations.add(new Destination(
          null,
          service.get(),
          one.servicePort == null ? IntOrString.of(0) : one.servicePort,
          one.weight));
    }
    return new Intent.Forward(destinations, stickiness);
  }

  private static Intent unavailable(String body) {
    return new Intent.Direct(new Action.FixedResponse("text/plain", body, "503"));
  }

  // Authentication

  private static Auth auth(Member member, Intent intent) {
    Map<String, String> ofIngress = member.ingress().metadata().annotations();
    Map<String, String> ofService = Map.of();
    if (intent instanceof Intent.Forward forward && forward.destinations.size() == 1) {
      Service service = forward.destinations.get(0).service;
      if (service != null) {
        ofService = service.metadata().annotations();
      }
    }
    Annotations annotations = Annotations.ofBackend(ofService, ofIngress);
    String type = annotations.string("auth-type", "none");
    if (!type.equals("none") && !type.equals("cognito") && !type.equals("oidc")) {
      throw new ReconcileException("unknown authType: " + type);
    }
    long timeout = annotations.int64("auth-session-timeout", 604_800);
    return new Auth(
        type,
        annotations
            .json("auth-idp-cognito", t -> JsonStruct.parse(t, "AuthIDPConfigCognito"))
            .orElse(null),
        annotations
            .json("auth-idp-oidc", t -> JsonStruct.parse(t, "AuthIDPConfigOIDC"))
            .orElse(null),
        annotations.string("auth-on-unauthenticated-request", "authenticate"),
        annotations.string("auth-scope", "openid"),
        annotations.string("auth-session-cookie", "AWSELBAuthSessionCookie"),
        timeout);
  }
}
