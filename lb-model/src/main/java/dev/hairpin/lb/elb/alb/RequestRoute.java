package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Attributes;
import dev.hairpin.lb.elb.Guard;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.ProtocolVersion;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request on its way through one node. */
final class RequestRoute {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int IDLE_SECONDS = 60;
  private static final int FIRST_SOURCE_PORT = 1024;

  private final ApplicationLoadBalancer alb;
  private final LoadBalancerState lb;
  private final Node node;
  private final Arrival.Accepted accepted;
  private final NewFlow connection;
  private final HttpRequest request;
  private final Chooser chooser;
  private final ListenerState listener;
  private final Listener config;
  private final Attributes attributes;
  private final Instant now;
  private final String traceId;
  private final RequestCheck.Finding finding;
  private final List<LbStep> steps;

  private String priority = "-";
  private @Nullable String ruleArn;
  private final List<String> executed = new ArrayList<>();
  private List<Header> claims = List.of();

  RequestRoute(
      ApplicationLoadBalancer alb,
      LoadBalancerState lb,
      Node node,
      Arrival.Accepted accepted,
      NewFlow connection,
      HttpRequest request,
      Chooser chooser) {
    this.alb = alb;
    this.lb = lb;
    this.node = node;
    this.accepted = accepted;
    this.connection = connection;
    this.chooser = chooser;
    this.listener = alb.elb().listener(accepted.listenerArn());
    this.config = listener.config();
    this.attributes = lb.config().attributes();
    this.now = alb.elb().clock().now();
    this.request = negotiated(request);
    this.traceId = RequestRewriter.traceId(this.request, connection.flow().source(), now);
    this.finding = RequestCheck.classify(this.request);
    this.steps = new ArrayList<>(accepted.steps());
  }

  /** With HTTP/2 switched off, client and load balancer agree on HTTP/1.1. */
  private HttpRequest negotiated(HttpRequest asked) {
    boolean off = config.protocol() == ListenerProtocol.HTTPS
        && !attributes.flag("routing.http2.enabled", true);
    return off && asked.version() == HttpVersion.HTTP_2
        ? asked.toBuilder().version(HttpVersion.HTTP_1_1).build()
        : asked;
  }

  AlbResponse answer() {
    if (request.version() == HttpVersion.HTTP_2 && config.protocol() == ListenerProtocol.HTTP) {
      return own(400, LbReason.ALB_BAD_REQUEST, "HTTP/2 needs an HTTPS listener");
    }
    RequestCheck.Refusal refusal = RequestCheck.check(request, attributes, finding);
    if (refusal != null) {
      return own(refusal.status(), refusal.reason(), refusal.because());
    }
    AlbResponse blocked = firewall();
    if (blocked != null) {
      return blocked;
    }
    int matched = ApplicationLoadBalancer.firstMatch(listener, request);
    priority = matched < 0
        ? "0"
        : Integer.toString(listener.rules().get(matched).rule().priority());
    ruleArn =
        matched < 0 ? listener.defaultRuleArn() : listener.rules().get(matched).arn();
    alb.table(listener, matched).forEach(l -> step(LbStep.Kind.RULE, l));
    for (Action action : ApplicationLoadBalancer.actions(listener, matched)) {
      AlbResponse response = act(action);
      if (response != null) {
        return response;
      }
    }
    throw new IllegalStateException("no action of " + ruleArn + " decides");
  }

  private void step(LbStep.Kind kind, String text) {
    steps.add(new LbStep(kind, text));
  }

  private @Nullable AlbResponse firewall() {
    Waf.Verdict verdict = alb.waf().inspect(request);
    if (verdict == Waf.Verdict.BLOCK) {
      executed.add("waf");
      return own(403, LbReason.ALB_WAF_BLOCKED, "the web ACL blocks the request");
    }
    if (verdict == Waf.Verdict.FAILED) {
      executed.add("waf-failed");
      if (!attributes.flag("waf.fail_open.enabled", false)) {
        return own(
            500, LbReason.ALB_INTERNAL_ERROR, "AWS WAF failed, and waf.fail_open.enabled is off");
      }
      step(LbStep.Kind.ACTION, "AWS WAF failed; waf.fail_open.enabled lets the request go on");
    }
    return null;
  }

  private @Nullable AlbResponse act(Action action) {
    if (action instanceof Action.Authenticate authenticate) {
      return authenticate(authenticate);
    }
    executed.add(action.type());
    if (action instanceof Action.FixedResponse fixed) {
      List<Header> headers = new ArrayList<>();
      if (!fixed.contentType().isEmpty()) {
        headers.add(new Header("Content-Type", fixed.contentType() + "; charset=utf-8"));
      }
      return respond(
          fixed.statusCode(),
          headers,
          fixed.messageBody(),
          LbReason.ALB_FIXED_RESPONSE,
          "the action is a fixed response",
          null);
    }
    if (action instanceof Action.Redirect redirect) {
      String location = Redirects.location(redirect, request, config);
      return respond(
          redirect.status(),
          List.of(new Header("Content-Type", "text/html"), new Header("Location", location)),
          Pages.html(redirect.status()),
          LbReason.ALB_REDIRECT,
          "the action is a redirect to " + location,
          location);
    }
    return new Forwarding((Action.Forward) action).forward();
  }

  // --- authentication ---

  private @Nullable AlbResponse authenticate(Action.Authenticate action) {
    executed.add("authenticate");
    Authenticator.Outcome outcome = alb.authenticator().authenticate(action, request);
    if (outcome instanceof Authenticator.Known known) {
      claims = known.claims();
      step(LbStep.Kind.ACTION, action.type() + ": the user is known");
      return null;
    }
    if (outcome instanceof Authenticator.ProviderError) {
      return own(
          561,
          LbReason.ALB_IDENTITY_PROVIDER_ERROR,
          "the identity provider answered with an error");
    }
    if (outcome instanceof Authenticator.Failed) {
      return own(
          500, LbReason.ALB_INTERNAL_ERROR, "the identity provider cannot be used or reached");
    }
    return switch (action.onUnauthenticated()) {
      case ALLOW -> {
        step(LbStep.Kind.ACTION, action.type() + ": nobody is logged in, which is allowed");
        yield null;
      }
      case DENY -> own(401, LbReason.ALB_UNAUTHENTICATED, "nobody is logged in, which is denied");
      case AUTHENTICATE -> {
        String location = login(action);
        yield respond(
            302,
            List.of(new Header("Location", location)),
            Pages.html(302),
            LbReason.ALB_LOGIN_REDIRECT,
            "nobody is logged in: redirect to the identity provider",
            location);
      }
    };
  }

  private String login(Action.Authenticate action) {
    boolean oidc = action.provider() == Action.IdentityProvider.OIDC;
    String endpoint = oidc
        ? action.config().getOrDefault("AuthorizationEndpoint", "")
        : "https://"
            + action.config().getOrDefault("UserPoolDomain", "")
            + ".auth."
            + alb.elb().vpc().region()
            + ".amazoncognito.com/oauth2/authorize";
    String clientId = action.config().getOrDefault(oidc ? "ClientId" : "UserPoolClientId", "");
    String back = "https://" + request.header("host").orElse("") + "/oauth2/idpresponse";
    return endpoint
        + "?client_id="
        + encoded(clientId)
        + "&redirect_uri="
        + encoded(back)
        + "&response_type=code&scope="
        + encoded(action.config().getOrDefault("Scope", "openid"))
        + "&state="
        + encoded(traceId);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  // --- forwarding ---

  private final class Forwarding {
    private final Action.Forward action;
    private TargetGroupState group;
    private boolean newGroupCookie;

    Forwarding(Action.Forward action) {
      this.action = action;
      this.group = chooseGroup();
    }

    private TargetGroupState chooseGroup() {
      List<Action.WeightedTargetGroup> groups = action.targetGroups();
      if (action.stickinessSeconds() > 0) {
        Optional<String> bound = StickyCookies.read(request, StickyCookies.GROUP, now)
            .filter(arn ->
                groups.stream().anyMatch(g -> g.targetGroupArn().equals(arn) && g.weight() > 0));
        if (bound.isPresent()) {
          step(LbStep.Kind.TARGET_GROUP, "cookie " + StickyCookies.GROUP + " binds the group");
          return alb.elb().targetGroup(bound.get());
        }
        newGroupCookie = groups.size() > 1;
      }
      int chosen = groups.size() == 1 || action.totalWeight() == 0
          ? 0
          : TargetChoice.draw(
              groups.stream().map(Action.WeightedTargetGroup::weight).toList(), chooser);
      return alb.elb().targetGroup(groups.get(chosen).targetGroupArn());
    }

    AlbResponse forward() {
      ProtocolVersion version = group.config().protocolVersion();
      String mismatch = mismatch(version);
      if (mismatch != null) {
        return failed(464, LbReason.ALB_INCOMPATIBLE_PROTOCOL, mismatch);
      }
      boolean silenced = action.targetGroups().size() > 1 && action.totalWeight() == 0;
      TargetGroupState.Candidates candidates = group.candidates(lb, node.availabilityZone(), now);
      describe(candidates);
      if (silenced || candidates.targets().isEmpty()) {
        return failed(
            503,
            LbReason.ALB_NO_TARGETS,
            silenced
                ? "all target groups of the action have weight 0"
                : "target group " + group.config().name() + " has no target to send to");
      }
      Binding binding = bind(candidates);
      return send(binding.target, binding);
    }

    private void describe(TargetGroupState.Candidates candidates) {
      String algorithm = group
          .config()
          .attributes()
          .text("load_balancing.algorithm.type", "round_robin")
          .replace('_', ' ');
      List<String> texts = new ArrayList<>();
      for (TargetState target : group.targets()) {
        String left = target
            .drainingUntil()
            .map(until -> ", " + Duration.between(now, until).toSeconds() + " s left")
            .orElse("");
        String reason = target.health().reason();
        texts.add(target.description()
            + " "
            + target.health().state().apiName()
            + (reason == null ? "" : " (" + reason + left + ")"));
      }
      step(
          LbStep.Kind.TARGET_GROUP,
          "target group "
              + group.config().name()
              + " ("
              + group.config().targetType().apiName()
              + ", "
              + algorithm
              + "): "
              + (texts.isEmpty() ? "no targets" : String.join(", ", texts))
              + (candidates.failOpen() ? "; too few are healthy: fail open to all" : ""));
    }

    private @Nullable String mismatch(ProtocolVersion version) {
      boolean http2 = request.version() == HttpVersion.HTTP_2;
      return switch (version) {
        case HTTP1 ->
          request.isGrpc() ? "a gRPC request cannot go to a target group of version HTTP1" : null;
        case HTTP2 ->
          http2
              ? null
              : "an " + request.version() + " request cannot go to a target group of version HTTP2";
        case GRPC ->
          !http2
              ? "an " + request.version() + " request cannot go to a target group of version GRPC"
              : request.method().equals("POST")
                  ? null
                  : "a " + request.method()
                      + " request cannot go to a target group of version GRPC";
      };
    }

    /** A target, and whether the client is to keep it by a new cookie. */
    private record Binding(TargetState target, boolean sticky, boolean application) {}

    private Binding bind(TargetGroupState.Candidates candidates) {
      Attributes tg = group.config().attributes();
      boolean sticky =
          tg.flag("stickiness.enabled", false) && group.config().crossZone(lb.config());
      boolean application = tg.text("stickiness.type", "lb_cookie").equals("app_cookie");
      if (sticky) {
        Optional<TargetState> kept = keptTarget(candidates, application);
        if (kept.isPresent()) {
          return new Binding(kept.get(), !application, application);
        }
      }
      List<TargetState> targets = candidates.targets();
      List<Integer> permille =
          targets.stream().map(t -> t.slowStartPermille(now)).toList();
      int index = alb.choice().choose(node, group, targets, permille, chooser);
      return new Binding(targets.get(index), sticky && !application, application);
    }

    private Optional<TargetState> keptTarget(
        TargetGroupState.Candidates candidates, boolean application) {
      String cookie = application ? StickyCookies.APPLICATION + "-0" : StickyCookies.TARGET;
      if (application) {
        String name = group.config().attributes().text("stickiness.app_cookie.cookie_name", "");
        if (request.cookie(name).isEmpty()) {
          return Optional.empty();
        }
      }
      Optional<TargetState> kept = StickyCookies.read(request, cookie, now)
          .flatMap(value -> candidates.targets().stream()
              .filter(t -> StickyCookies.of(t.description()).equals(value))
              .findFirst());
      kept.ifPresent(t ->
          step(LbStep.Kind.TARGET, "cookie " + cookie + " binds the target " + t.description()));
      return kept;
    }

    private AlbResponse send(TargetState target, Binding binding) {
      List<Header> headers = RequestRewriter.headers(
          request, connection.flow().source(), config, attributes, claims, traceId);
      IpAddress ipv6 = node.ipv6Address();
      IpAddress source =
          ipv6 != null && !target.socketAddress().address().isV4() ? ipv6 : node.privateAddress();
      int port = FIRST_SOURCE_PORT + Math.floorMod(traceId.hashCode(), 64_000);
      ForwardedRequest forwarded = new ForwardedRequest(
          group.arn(),
          target.description(),
          target.instanceId().orElse(null),
          new FiveTuple(Protocol.TCP, new SocketAddress(source, port), target.socketAddress()),
          group.config().protocol() == ListenerProtocol.HTTPS,
          group.config().protocolVersion(),
          request.method(),
          request.target(),
          headers,
          !target.availabilityZone().equals(node.availabilityZone()));
      String xff = headers.stream()
          .filter(h -> h.name().equals("X-Forwarded-For"))
          .map(h -> "   " + h)
          .findFirst()
          .orElse("");
      step(LbStep.Kind.PACKET, "-> " + target.description() + xff + "   source: ALB " + source);
      String refusal =
          Guard.refusal(alb.elb().vpc(), lb.config().securityGroups(), forwarded.packet());
      if (refusal != null) {
        step(LbStep.Kind.SECURITY_GROUP, refusal);
        return dropped(forwarded, refusal);
      }
      TargetReply reply = limited(alb.exchange().exchange(forwarded));
      return reply instanceof TargetReply.Responded responded
          ? fromTarget(forwarded, target, responded, binding)
          : broken(forwarded, target, (TargetReply.Failed) reply);
    }

    /** What takes longer than the load balancer waits is a failure, whatever came of it later. */
    private TargetReply limited(TargetReply reply) {
      Duration idle =
          Duration.ofSeconds(attributes.number("idle_timeout.timeout_seconds", IDLE_SECONDS));
      if (reply instanceof TargetReply.Responded responded) {
        if (responded.after().compareTo(idle) > 0) {
          return new TargetReply.Failed(TargetReply.Failure.NO_RESPONSE, idle);
        }
        return responded;
      }
      TargetReply.Failed failed = (TargetReply.Failed) reply;
      return switch (failed.failure()) {
        case NO_RESPONSE, CLIENT_TIMED_OUT -> new TargetReply.Failed(failed.failure(), idle);
        case CONNECT_TIMED_OUT -> new TargetReply.Failed(failed.failure(), CONNECT_TIMEOUT);
        default -> failed;
      };
    }

    private AlbResponse fromTarget(
        ForwardedRequest forwarded,
        TargetState target,
        TargetReply.Responded reply,
        Binding binding) {
      List<Header> headers = new ArrayList<>(reply.headers());
      headers.addAll(cookies(target, reply, binding));
      return build(
          reply.status(),
          headers,
          "",
          null,
          "",
          reply.after(),
          forwarded,
          reply.status(),
          reply.bodyBytes(),
          null);
    }

    private List<Header> cookies(TargetState target, TargetReply.Responded reply, Binding binding) {
      List<Header> cookies = new ArrayList<>();
      boolean https = config.protocol() == ListenerProtocol.HTTPS;
      Attributes tg = group.config().attributes();
      String to = StickyCookies.of(target.description());
      if (binding.sticky) {
        int seconds = tg.number("stickiness.lb_cookie.duration_seconds", 86_400);
        cookies.addAll(StickyCookies.lines(
            StickyCookies.TARGET, StickyCookies.value(to, now.plusSeconds(seconds)), now, https));
      }
      String name = tg.text("stickiness.app_cookie.cookie_name", "");
      boolean applicationSets = reply.headers().stream()
          .anyMatch(
              h -> h.name().equalsIgnoreCase("set-cookie") && h.value().startsWith(name + "="));
      if (binding.application && tg.flag("stickiness.enabled", false) && applicationSets) {
        int seconds = tg.number("stickiness.app_cookie.duration_seconds", 86_400);
        cookies.addAll(
            StickyCookies.applicationLines(StickyCookies.value(to, now.plusSeconds(seconds)), now));
      }
      if (newGroupCookie) {
        cookies.addAll(StickyCookies.lines(
            StickyCookies.GROUP,
            StickyCookies.value(group.arn(), now.plusSeconds(action.stickinessSeconds())),
            now,
            https));
      }
      return cookies;
    }

    private AlbResponse broken(
        ForwardedRequest forwarded, TargetState target, TargetReply.Failed failed) {
      TargetReply.Failure failure = failed.failure();
      LbReason reason = switch (failure) {
        case CONNECT_TIMED_OUT, NO_RESPONSE -> LbReason.ALB_GATEWAY_TIMEOUT;
        case CLIENT_CLOSED -> LbReason.ALB_CLIENT_CLOSED;
        case CLIENT_TIMED_OUT -> LbReason.ALB_CLIENT_TIMEOUT;
        default -> LbReason.ALB_BAD_GATEWAY;
      };
      return build(
          failure.status(),
          page(),
          failure.status() == 460 ? "" : Pages.html(failure.status()),
          reason,
          failure.text() + ": " + target.description(),
          failed.after(),
          forwarded,
          null,
          0,
          null);
    }

    /** Nothing answers a packet that a security group drops, so the connect time-out passes. */
    private AlbResponse dropped(ForwardedRequest forwarded, String because) {
      int status = TargetReply.Failure.CONNECT_TIMED_OUT.status();
      return build(
          status,
          page(),
          Pages.html(status),
          LbReason.LB_TARGET_SECURITY_GROUP_DENIED,
          because,
          CONNECT_TIMEOUT,
          forwarded,
          null,
          0,
          null);
    }

    private AlbResponse failed(int status, LbReason reason, String because) {
      step(LbStep.Kind.TARGET_GROUP, because);
      return build(
          status, page(), Pages.html(status), reason, because, Duration.ZERO, null, null, 0, null);
    }

    private AlbResponse build(
        int status,
        List<Header> headers,
        String body,
        @Nullable LbReason reason,
        String because,
        Duration took,
        @Nullable ForwardedRequest forwarded,
        @Nullable Integer targetStatus,
        long bodyBytes,
        @Nullable String redirectUrl) {
      return RequestRoute.this.build(
          status,
          headers,
          body,
          reason,
          because,
          took,
          group.arn(),
          forwarded,
          targetStatus,
          bodyBytes,
          redirectUrl);
    }
  }

  // --- answers ---

  private static List<Header> page() {
    return List.of(new Header("Content-Type", "text/html"));
  }

  /** A page of the load balancer's own. */
  private AlbResponse own(int status, LbReason reason, String because) {
    step(LbStep.Kind.ACTION, status + ": " + because);
    return respond(status, page(), Pages.html(status), reason, because, null);
  }

  private AlbResponse respond(
      int status,
      List<Header> headers,
      String body,
      LbReason reason,
      String because,
      @Nullable String redirectUrl) {
    return build(
        status, headers, body, reason, because, Duration.ZERO, null, null, null, 0, redirectUrl);
  }

  private AlbResponse build(
      int status,
      List<Header> headers,
      String body,
      @Nullable LbReason reason,
      String because,
      Duration took,
      @Nullable String targetGroupArn,
      @Nullable ForwardedRequest forwarded,
      @Nullable Integer targetStatus,
      long bodyBytes,
      @Nullable String redirectUrl) {
    List<Header> all = new ArrayList<>();
    if (reason != null && config.attributes().flag("routing.http.response.server.enabled", true)) {
      all.add(new Header("Server", "awselb/2.0"));
    }
    all.addAll(headers);
    if (reason != null) {
      all.add(new Header(
          "Content-Length", Integer.toString(body.getBytes(StandardCharsets.UTF_8).length)));
    }
    boolean decided = !priority.equals("-");
    String log = AccessLog.line(new AccessLog.Entry(
        request,
        now,
        took,
        lb.arn(),
        connection.flow().source(),
        config.protocol().isEncrypted(),
        config.port(),
        accepted.tls(),
        status,
        forwarded == null ? null : forwarded.packet().destination(),
        targetStatus,
        bytes(all) + (reason == null ? bodyBytes : body.length()),
        targetGroupArn,
        traceId,
        priority,
        executed.isEmpty() ? "-" : String.join(",", executed),
        redirectUrl,
        "-",
        finding));
    return new AlbResponse(
        status,
        all,
        body,
        reason,
        because,
        accepted.place(),
        accepted.listenerArn(),
        decided ? Integer.valueOf(priority) : null,
        ruleArn,
        targetGroupArn,
        forwarded == null ? null : forwarded.target(),
        forwarded,
        took,
        steps,
        log);
  }

  /** Status line and header lines as they would be in HTTP/1.1. */
  private static long bytes(List<Header> headers) {
    long bytes = "HTTP/1.1 200 OK\r\n\r\n".length();
    for (Header header : headers) {
      bytes += header.toString().length() + 2;
    }
    return bytes;
  }
}
