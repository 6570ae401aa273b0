package dev.hairpin.lb.elb.alb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Action.WeightedTargetGroup;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.ProtocolVersion;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ApplicationLoadBalancerTest {
  private final AlbBench b = new AlbBench();

  private static HttpRequest.Builder get(String target) {
    return HttpRequest.get("shop.example", target);
  }

  private Map<String, Fraction> targets(HttpRequest.Builder request) {
    return Outcomes.of(chooser -> String.valueOf(b.send(80, request, chooser).target()));
  }

  private static TargetDescription sentTo(AlbResponse response) {
    return Objects.requireNonNull(response.target());
  }

  // --- rules and actions ---

  @Test
  void theLowestPriorityThatHoldsAnswersAndTheStepsSayWhy() {
    String catalog = b.group("k8s-catalog-catalog", "10.0.12.80", "10.0.10.81");
    String ui = b.group("k8s-ui-ui", "10.0.11.34");
    String listener = b.listen(80, Action.fixed(404, ""));
    b.w.elb.createRule(
        listener,
        Rule.of(1, RuleCondition.path("/catalog", "/catalog/*"), Action.forward(catalog)));
    b.w.elb.createRule(listener, Rule.of(2, RuleCondition.path("/*"), Action.forward(ui)));
    b.w.settle();
    b.w.deregister(catalog, 8080, "10.0.10.81");
    b.w.pass(259);
    Map<String, String> from = new TreeMap<>();
    b.w
        .elb
        .listener(listener)
        .rules()
        .forEach(r -> from.put(
            r.arn(), r.rule().priority() == 1 ? "catalog/catalog rule 0.0" : "ui/ui rule 0.0"));
    b.alb = b.alb.withProvenance(arn -> from.getOrDefault(arn, ""));

    AlbResponse response = b.send(80, get("/catalog/products"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.priority()).isEqualTo(1);
    String node = b.w.elb.loadBalancer(b.lb).nodes().get(0).privateAddress().toString();
    assertThat(response.print()).isEqualTo("""
            ALB k8s-retailappgroup-085b071a94 (us-west-2a)  listener HTTP:80
              prio  host     path                  from                      action
            > 1     *        /catalog, /catalog/*  catalog/catalog rule 0.0  k8s-catalog-catalog  MATCH
              2     *        /*                    ui/ui rule 0.0            k8s-ui-ui            not reached
              d     default  -                                               404 fixed-response   not reached
            target group k8s-catalog-catalog (ip, round robin): 10.0.10.81:8080 draining (Target.DeregistrationInProgress, 41 s left), 10.0.12.80:8080 healthy
            -> 10.0.12.80:8080   X-Forwarded-For: 203.0.113.7   source: ALB NODE
            200 from 10.0.12.80:8080
            """.replace("NODE", node));
  }

  @Test
  void whatNoRuleMeetsGetsTheDefaultAction() {
    b.listen(80, Action.fixed(404, ""));

    AlbResponse response = b.send(80, get("/x"));

    assertThat(response.status()).isEqualTo(404);
    assertThat(response.reason()).isEqualTo(LbReason.ALB_FIXED_RESPONSE);
    assertThat(response.priority()).isZero();
    assertThat(response.header("Server")).contains("awselb/2.0");
    assertThat(response.header("Content-Length")).contains("0");
    assertThat(response.fromTarget()).isFalse();
  }

  @Test
  void allConditionsOfARuleMustHold() {
    String listener = b.listen(80, Action.fixed(404, ""));
    b.w.elb.createRule(
        listener,
        new Rule(
            1,
            List.of(RuleCondition.host("shop.example"), RuleCondition.path("/admin")),
            List.of(Action.fixed(200, "admin"))));

    assertThat(b.send(80, get("/admin")).body()).isEqualTo("admin");
    assertThat(b.send(80, get("/other")).status()).isEqualTo(404);
    assertThat(b.send(80, HttpRequest.get("x", "/admin")).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTPS,         #{host},       443,     /#{path}, #{query},"
        + " https://shop.example:443/a/b?x=1&y=2",
    "#{protocol},   new.example,   #{port}, /#{path}, #{query},"
        + " http://new.example:80/a/b?x=1&y=2",
    "#{protocol},   #{host},       #{port}, /v2/#{path}, '', http://shop.example:80/v2/a/b",
    "HTTPS,         www.#{host},   8443,    /,        from=#{path}&#{query},"
        + " https://www.shop.example:8443/?from=a/b&x=1&y=2",
  })
  void redirectsFillTheirPlaceholders(
      String protocol, String host, String port, String path, String query, String location) {
    b.listen(80, new Action.Redirect(protocol, host, port, path, query, "HTTP_301"));

    AlbResponse response = b.send(80, get("/a/b?x=1&y=2"));

    assertThat(response.status()).isEqualTo(301);
    assertThat(response.header("Location")).contains(location);
    assertThat(response.body()).contains("301 Moved Permanently");
  }

  @Test
  void whatTheClientSendsIsNeverTakenForAPlaceholder() {
    b.listen(80, Action.Redirect.toHttps(443));

    assertThat(b.send(80, get("/#{host}?#{port}")).header("Location"))
        .contains("https://shop.example:443/#{host}?#{port}");
  }

  @Test
  void weightsAreSharesOfTheirSum() {
    String blue = b.group("blue", "10.0.10.21");
    String green = b.group("green", "10.0.11.34");
    b.listen(
        80,
        new Action.Forward(
            List.of(new WeightedTargetGroup(blue, 90), new WeightedTargetGroup(green, 10)), 0));

    assertThat(targets(get("/")))
        .containsOnly(
            entry("10.0.10.21:8080", Fraction.of(9, 10)),
            entry("10.0.11.34:8080", Fraction.of(1, 10)));
  }

  @Test
  void aGroupOfWeightZeroGetsNothing() {
    String blue = b.group("blue", "10.0.10.21");
    String green = b.group("green", "10.0.11.34");
    b.listen(
        80,
        new Action.Forward(
            List.of(new WeightedTargetGroup(blue, 1), new WeightedTargetGroup(green, 0)), 0));

    assertThat(targets(get("/"))).containsOnly(entry("10.0.10.21:8080", Fraction.ONE));
  }

  @Test
  void groupStickinessKeepsAClientInItsGroup() {
    String blue = b.group("blue", "10.0.10.21");
    String green = b.group("green", "10.0.11.34");
    b.listen(
        80,
        new Action.Forward(
            List.of(new WeightedTargetGroup(blue, 1), new WeightedTargetGroup(green, 1)), 600));
    AlbResponse first = b.send(80, get("/"));
    String cookie = first.setCookies().get(0);
    assertThat(first.setCookies()).hasSize(2);
    assertThat(cookie)
        .startsWith("AWSALBTG=")
        .endsWith("; Expires=Thu, 8 Jan 2026 00:00:00 GMT; Path=/");
    assertThat(first.setCookies().get(1))
        .startsWith("AWSALBTGCORS=")
        .endsWith("; Path=/; SameSite=None");

    String value = cookie.substring(0, cookie.indexOf(';'));
    assertThat(targets(get("/").header("Cookie", "a=b; " + value)))
        .containsOnly(entry(String.valueOf(first.target()), Fraction.ONE));
    b.w.pass(600);
    assertThat(targets(get("/").header("Cookie", value))).hasSize(2);
  }

  // --- choosing targets ---

  @Test
  void roundRobinIsEvenOverTheHealthyTargetsOfAllZones() {
    String group = b.group("ui", "10.0.10.21", "10.0.11.34", "10.0.12.80");
    b.listen(80, Action.forward(group));
    b.w.answers.put("10.0.12.80", HealthProbe.Result.Answered.code(500));
    b.w.pass(60);

    assertThat(targets(get("/")))
        .containsOnly(
            entry("10.0.10.21:8080", Fraction.of(1, 2)),
            entry("10.0.11.34:8080", Fraction.of(1, 2)));
  }

  @Test
  void aRunningLoadBalancerGoesItsRounds() {
    String group = b.group("ui", "10.0.10.21", "10.0.11.34", "10.0.12.80");
    b.listen(80, Action.forward(group));
    b.alb = b.alb.with(new RunningChoice());

    List<String> order = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      order.add(sentTo(b.send(80, get("/"))).id());
    }
    assertThat(order).containsExactly("10.0.10.21", "10.0.11.34", "10.0.12.80", "10.0.10.21");
  }

  @Test
  void leastOutstandingRequestsTakesTheIdleOne() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080)
            .attribute("load_balancing.algorithm.type", "least_outstanding_requests"),
        "10.0.10.21",
        "10.0.11.34");
    b.listen(80, Action.forward(group));
    RunningChoice choice = new RunningChoice();
    b.alb = b.alb.with(choice);
    TargetDescription busy = sentTo(b.send(80, get("/")));
    choice.started(busy);

    for (int i = 0; i < 5; i++) {
      assertThat(b.send(80, get("/")).target()).isNotEqualTo(busy);
    }
    choice.finished(busy);
    assertThat(targets(get("/"))).hasSize(2);
  }

  @Test
  void withCrossZoneOffForTheGroupANodeKeepsToItsZone() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080)
            .attribute("load_balancing.cross_zone.enabled", "false"),
        "10.0.10.21",
        "10.0.11.34");
    b.listen(80, Action.forward(group));

    assertThat(targets(get("/"))).containsOnly(entry("10.0.10.21:8080", Fraction.ONE));
  }

  @Test
  void aNewTargetBesideOthersStartsSlowly() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080)
            .attribute("slow_start.duration_seconds", "100"),
        "10.0.10.21");
    b.listen(80, Action.forward(group));
    b.w.register(group, 8080, "10.0.11.34");
    b.w.settle();

    b.w.pass(25);
    assertThat(targets(get("/"))).containsEntry("10.0.11.34:8080", Fraction.of(250, 1250));
    b.w.pass(75);
    assertThat(targets(get("/"))).containsEntry("10.0.11.34:8080", Fraction.of(1, 2));
  }

  @Test
  void theFirstTargetsOfAGroupDoNotStartSlowly() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080)
            .attribute("slow_start.duration_seconds", "100"),
        "10.0.10.21");
    b.listen(80, Action.forward(group));

    assertThat(b.w
            .elb
            .targetGroup(group)
            .targets()
            .iterator()
            .next()
            .slowStartPermille(b.w.clock.now()))
        .isEqualTo(1000);
  }

  @Test
  void allUnhealthyFailOpenAndOneHealthyGetsEverything() {
    String group = b.group("ui", "10.0.10.21", "10.0.11.34");
    b.listen(80, Action.forward(group));
    b.w.answers.put("10.0.10.21", HealthProbe.Result.Answered.code(401));
    b.w.answers.put("10.0.11.34", HealthProbe.Result.Answered.code(401));
    b.w.pass(60);
    assertThat(targets(get("/"))).hasSize(2);

    b.w.answers.remove("10.0.11.34");
    b.w.pass(60);
    assertThat(targets(get("/"))).containsOnly(entry("10.0.11.34:8080", Fraction.ONE));
  }

  @Test
  void theLoadBalancersCookieBindsAClientToItsTargetWhileItIsHealthy() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080)
            .attribute("stickiness.enabled", "true")
            .attribute("stickiness.lb_cookie.duration_seconds", "300"),
        "10.0.10.21",
        "10.0.11.34");
    b.listen(80, Action.forward(group));
    AlbResponse first = b.send(80, get("/"));
    String line = first.setCookies().get(0);
    assertThat(line).startsWith("AWSALB=");
    String cookie = line.substring(0, line.indexOf(';'));

    assertThat(targets(get("/").header("Cookie", cookie)))
        .containsOnly(entry(String.valueOf(first.target()), Fraction.ONE));

    b.w.answers.put(sentTo(first).id(), HealthProbe.Result.Failed.refused());
    b.w.pass(60);
    AlbResponse moved = b.send(80, get("/").header("Cookie", cookie));
    assertThat(moved.target()).isNotEqualTo(first.target());
    assertThat(moved.setCookies().get(0)).isNotEqualTo(line);
  }

  @Test
  void anApplicationCookieBindsOnlyOnceTheApplicationSetsIt() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080)
            .attribute("stickiness.enabled", "true")
            .attribute("stickiness.type", "app_cookie")
            .attribute("stickiness.app_cookie.cookie_name", "SESSION"),
        "10.0.10.21",
        "10.0.11.34");
    b.listen(80, Action.forward(group));
    assertThat(b.send(80, get("/")).setCookies()).isEmpty();

    b.reply = TargetReply.Responded.of(200, new Header("Set-Cookie", "SESSION=1"));
    AlbResponse first = b.send(80, get("/"));
    assertThat(first.setCookies()).hasSize(5);
    String shard = first.setCookies().get(1);
    String both = "SESSION=1; " + shard.substring(0, shard.indexOf(';'));

    assertThat(shard).startsWith("AWSALBAPP-0=");
    assertThat(targets(get("/").header("Cookie", both)))
        .containsOnly(entry(String.valueOf(first.target()), Fraction.ONE));
    assertThat(targets(get("/").header("Cookie", both.substring("SESSION=1; ".length()))))
        .hasSize(2);
  }

  @Test
  void aForgedCookieIsNone() {
    String group = b.group(
        TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080).attribute("stickiness.enabled", "true"),
        "10.0.10.21",
        "10.0.11.34");
    b.listen(80, Action.forward(group));

    assertThat(targets(get("/").header("Cookie", "AWSALB=!!"))).hasSize(2);
    assertThat(targets(get("/").header("Cookie", "AWSALB=OTl8eA"))).hasSize(2);
  }

  // --- what targets get ---

  @Test
  void forwardedHeadersAreAppendedByDefault() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    b.send(80, get("/").header("X-Forwarded-For", "192.0.2.1").header("X-Forwarded-Port", "9"));

    assertThat(b.seen("X-Forwarded-For")).isEqualTo("192.0.2.1, 203.0.113.7");
    assertThat(b.seen("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(b.seen("X-Forwarded-Port")).isEqualTo("80");
    assertThat(b.seen("Host")).isEqualTo("shop.example");
    assertThat(b.seen("X-Amzn-Trace-Id")).matches("Root=1-6955b900-[0-9a-f]{24}");
    assertThat(b.forwarded.get(0).packet().source().address())
        .isEqualTo(b.w.elb.loadBalancer(b.lb).nodes().get(0).privateAddress());
  }

  @Test
  void theTraceIdOfTheClientIsKept() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    b.send(80, get("/").header("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"));

    assertThat(b.seen("X-Amzn-Trace-Id"))
        .matches("Self=1-6955b900-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678");
  }

  @ParameterizedTest
  @CsvSource({
    "append,   false, 192.0.2.1, '192.0.2.1, 203.0.113.7'",
    "append,   true,  192.0.2.1, '192.0.2.1, 203.0.113.7:50111'",
    "append,   true,  '',        203.0.113.7:50111",
    "preserve, false, 192.0.2.1, 192.0.2.1",
    "preserve, false, '',        (none)",
    "remove,   false, 192.0.2.1, (none)",
  })
  void theForwardedForModes(String mode, String port, String before, String seen) {
    AlbBench own = new AlbBench(
        "routing.http.xff_header_processing.mode", mode,
        "routing.http.xff_client_port.enabled", port);
    own.listen(80, Action.forward(own.group("ui", "10.0.10.21")));
    HttpRequest.Builder request = get("/");
    if (!before.isEmpty()) {
      request.header("X-Forwarded-For", before);
    }
    own.send(80, request);

    assertThat(own.seen("X-Forwarded-For")).isEqualTo(seen);
  }

  @Test
  void thePortOfAnOddListenerIsPutBehindTheHost() {
    b.listen(8080, Action.forward(b.group("ui", "10.0.10.21")));
    b.send(8080, get("/"));
    assertThat(b.seen("Host")).isEqualTo("shop.example:8080");

    AlbBench keeping = new AlbBench("routing.http.preserve_host_header.enabled", "true");
    keeping.listen(8080, Action.forward(keeping.group("ui", "10.0.10.21")));
    keeping.send(8080, get("/"));
    assertThat(keeping.seen("Host")).isEqualTo("shop.example");
  }

  @Test
  void invalidHeaderFieldsAreDroppedOnRequest() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    b.send(80, get("/").header("x_custom", "1"));
    assertThat(b.seen("x_custom")).isEqualTo("1");

    AlbBench strict = new AlbBench("routing.http.drop_invalid_header_fields.enabled", "true");
    strict.listen(80, Action.forward(strict.group("ui", "10.0.10.21")));
    strict.send(80, get("/").header("x_custom", "1"));
    assertThat(strict.seen("x_custom")).isEqualTo("(none)");
  }

  // --- failures ---

  @ParameterizedTest
  @EnumSource(TargetReply.Failure.class)
  void everyFailureOfATargetHasItsStatus(TargetReply.Failure failure) {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    b.reply = new TargetReply.Failed(failure, Duration.ofSeconds(1));

    AlbResponse response = b.send(80, get("/"));

    assertThat(response.status()).isEqualTo(failure.status());
    assertThat(response.fromTarget()).isFalse();
    assertThat(response.because()).isEqualTo(failure.text() + ": 10.0.10.21:8080");
  }

  @Test
  void aDroppedConnectionIs504AfterTenSecondsAndARefusedOne502AtOnce() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));

    b.reply = new TargetReply.Failed(TargetReply.Failure.CONNECT_TIMED_OUT, Duration.ofSeconds(63));
    AlbResponse dropped = b.send(80, get("/"));
    assertThat(dropped.status()).isEqualTo(504);
    assertThat(dropped.took()).hasSeconds(10);
    assertThat(dropped.body()).isEqualTo("""
            <html>
            <head><title>504 Gateway Time-out</title></head>
            <body>
            <center><h1>504 Gateway Time-out</h1></center>
            </body>
            </html>
            """.replace("\n", "\r\n"));

    b.reply = new TargetReply.Failed(TargetReply.Failure.CONNECT_REFUSED, Duration.ZERO);
    assertThat(b.send(80, get("/")).status()).isEqualTo(502);
  }

  @Test
  void aTargetWhoseSecurityGroupDropsThePacketIs504AfterTenSeconds() {
    b.w.vpc.guard("10.0.10.21", "sg-pod");
    b.w.vpc.addSecurityGroup("sg-pod");
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));

    AlbResponse response = b.send(80, get("/"));

    assertThat(response.status()).isEqualTo(504);
    assertThat(response.took()).hasSeconds(10);
    assertThat(response.reason()).isEqualTo(LbReason.LB_TARGET_SECURITY_GROUP_DENIED);
    assertThat(response.because()).startsWith("no rule of sg-pod on the target's interface admits");
    assertThat(response.because()).endsWith("to tcp port 8080");
  }

  @Test
  void anAnswerAfterTheIdleTimeoutIs504() {
    AlbBench own = new AlbBench("idle_timeout.timeout_seconds", "30");
    own.listen(80, Action.forward(own.group("ui", "10.0.10.21")));
    own.reply = new TargetReply.Responded(200, List.of(), 5, Duration.ofSeconds(31));

    AlbResponse response = own.send(80, get("/"));

    assertThat(response.status()).isEqualTo(504);
    assertThat(response.took()).hasSeconds(30);
  }

  @Test
  void anEmptyGroupIs503() {
    b.listen(80, Action.forward(b.w.group(TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080))));

    AlbResponse response = b.send(80, get("/"));

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.body()).contains("<h1>503 Service Temporarily Unavailable</h1>");
    assertThat(response.because()).isEqualTo("target group ui has no target to send to");
  }

  private void refused(HttpRequest.Builder request, int status, LbReason reason) {
    AlbResponse response = b.send(80, request);
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.reason()).isEqualTo(reason);
    assertThat(response.priority()).isNull();
    assertThat(b.forwarded).isEmpty();
  }

  @Test
  void requestsThatCannotBeServedAreRefusedBeforeTheRules() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));

    refused(get("/").method("TRACE"), 405, LbReason.ALB_METHOD_NOT_ALLOWED);
    refused(get("no-slash"), 400, LbReason.ALB_BAD_REQUEST);
    refused(get("/").method("G ET"), 400, LbReason.ALB_BAD_REQUEST);
    refused(get("/").header("Host", "twice"), 400, LbReason.ALB_BAD_REQUEST);
    refused(HttpRequest.plain("/").version(HttpVersion.HTTP_1_1), 400, LbReason.ALB_BAD_REQUEST);
    refused(get("/").header("a b", "1"), 400, LbReason.ALB_BAD_REQUEST);
    refused(get("/" + "x".repeat(16_384)), 414, LbReason.ALB_URI_TOO_LONG);
    refused(get("/").header("a", "x".repeat(16_384)), 400, LbReason.ALB_HEADERS_TOO_LARGE);
    HttpRequest.Builder many = get("/");
    for (int i = 0; i < 5; i++) {
      many.header("h" + i, "x".repeat(14_000));
    }
    refused(many, 400, LbReason.ALB_HEADERS_TOO_LARGE);
    refused(get("/").header("Transfer-Encoding", "gzip"), 501, LbReason.ALB_NOT_IMPLEMENTED);
    refused(get("/").version(HttpVersion.OTHER), 505, LbReason.ALB_VERSION_NOT_SUPPORTED);
    refused(
        get("/").header("X-Forwarded-For", "192.0.2.1,".repeat(31)),
        463,
        LbReason.ALB_TOO_MANY_FORWARDED_ADDRESSES);
    refused(get("/").version(HttpVersion.HTTP_2), 400, LbReason.ALB_BAD_REQUEST);
  }

  @Test
  void thirtyForwardedAddressesAreStillFine() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    assertThat(b.send(80, get("/").header("X-Forwarded-For", "192.0.2.1,".repeat(30)))
            .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "monitor,   200, 200, 200",
    "defensive, 200, 200, 400",
    "strictest, 400, 400, 400",
  })
  void desyncMitigationRefusesMoreInTheStricterModes(
      String mode, int acceptable, int ambiguous, int severe) {
    AlbBench own = new AlbBench("routing.http.desync_mitigation_mode", mode);
    own.listen(80, Action.forward(own.group("ui", "10.0.10.21")));

    assertThat(own.send(80, get("/").header("Content-Length", "0")).status()).isEqualTo(acceptable);
    assertThat(own.send(
                80,
                get("/")
                    .method("POST")
                    .header("Content-Length", "4")
                    .header("Transfer-Encoding", "chunked"))
            .status())
        .isEqualTo(ambiguous);
    AlbResponse worst = own.send(
        80, get("/").method("POST").header("Content-Length", "4").header("Content-Length", "5"));
    assertThat(worst.status()).isEqualTo(severe);
    assertThat(worst.accessLog()).contains("\"Severe\" \"MultipleContentLength\"");
  }

  // --- protocols ---

  @Test
  void theVersionOfTheGroupMustFitTheRequest() {
    String http1 = b.group("http1", "10.0.10.21");
    String http2 = b.group(
        TargetGroup.ips("http2", ListenerProtocol.HTTP, 8080)
            .protocolVersion(ProtocolVersion.HTTP2),
        "10.0.10.21");
    String grpc = b.group(
        TargetGroup.ips("grpc", ListenerProtocol.HTTP, 8080).protocolVersion(ProtocolVersion.GRPC),
        "10.0.10.21");
    String listener = b.listenTls(443, Action.forward(http1));
    b.w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/2"), Action.forward(http2)));
    b.w.elb.createRule(listener, Rule.of(2, RuleCondition.path("/g"), Action.forward(grpc)));
    b.w.settle();
    HttpRequest.Builder call = get("/g")
        .version(HttpVersion.HTTP_2)
        .method("POST")
        .header("Content-Type", "application/grpc+proto");

    assertThat(b.send(443, get("/").version(HttpVersion.HTTP_2)).status()).isEqualTo(200);
    assertThat(b.send(443, get("/2").version(HttpVersion.HTTP_2)).status()).isEqualTo(200);
    assertThat(b.send(443, call).status()).isEqualTo(200);
    assertThat(b.send(443, get("/2")).status()).isEqualTo(464);
    assertThat(b.send(443, get("/g")).status()).isEqualTo(464);
    assertThat(b.send(443, get("/g").version(HttpVersion.HTTP_2)).status()).isEqualTo(464);
    assertThat(b.send(443, call.target("/")).status()).isEqualTo(464);
  }

  @Test
  void httpsChoosesTheCertificateByNameAndTellsTargets() {
    b.listenTls(443, Action.forward(b.group("ui", "10.0.10.21")));

    assertThat(b.alb.connect(b.connection(443)))
        .isInstanceOfSatisfying(
            Arrival.Accepted.class,
            a -> assertThat(a.tls())
                .hasToString("certificate arn:c/shop (SNI shop.example)")
                .satisfies(t -> assertThat(t.applicationProtocol()).isEqualTo("h2")));
    b.send(443, get("/"));
    assertThat(b.seen("X-Forwarded-Proto")).isEqualTo("https");
    assertThat(b.seen("X-Forwarded-Port")).isEqualTo("443");
  }

  @Test
  void aPortWithoutListenerRefuses() {
    assertThat(b.alb.connect(b.connection(81)))
        .isInstanceOfSatisfying(
            Arrival.Refused.class, r -> assertThat(r.reason()).isEqualTo(LbReason.LB_NO_LISTENER));
  }

  @Test
  void aWebSocketIsUpgradedByTheTarget() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    b.reply = TargetReply.Responded.of(101);

    AlbResponse response =
        b.send(80, get("/chat").header("Connection", "Upgrade").header("Upgrade", "websocket"));

    assertThat(response.status()).isEqualTo(101);
    assertThat(response.accessLog()).startsWith("ws 2026-01-01T00:00:00.000000Z app/");
  }

  // --- firewall and users ---

  @Test
  void theFirewallComesBeforeTheRules() {
    b.listen(80, Action.forward(b.group("ui", "10.0.10.21")));
    b.alb = b.alb.with(r -> Waf.Verdict.BLOCK);
    refused(get("/"), 403, LbReason.ALB_WAF_BLOCKED);

    b.alb = b.alb.with(r -> Waf.Verdict.FAILED);
    refused(get("/"), 500, LbReason.ALB_INTERNAL_ERROR);

    AlbBench open = new AlbBench("waf.fail_open.enabled", "true");
    open.listen(80, Action.forward(open.group("ui", "10.0.10.21")));
    open.alb = open.alb.with(r -> Waf.Verdict.FAILED);
    assertThat(open.send(80, get("/")).accessLog()).contains(" \"waf-failed,forward\" ");
  }

  private Action.Authenticate oidc(Action.OnUnauthenticated otherwise) {
    return new Action.Authenticate(
        Action.IdentityProvider.OIDC,
        Map.of("AuthorizationEndpoint", "https://idp.example/auth", "ClientId", "me"),
        otherwise);
  }

  @Test
  void usersLogInFirst() {
    String group = b.group("ui", "10.0.10.21");
    b.listenTls(443, oidc(Action.OnUnauthenticated.AUTHENTICATE), Action.forward(group));

    AlbResponse login = b.send(443, get("/"));
    assertThat(login.status()).isEqualTo(302);
    assertThat(login.header("Location").orElseThrow())
        .startsWith("https://idp.example/auth?client_id=me&redirect_uri="
            + "https%3A%2F%2Fshop.example%2Foauth2%2Fidpresponse&response_type=code"
            + "&scope=openid&state=");

    b.alb = b.alb.with((action, request) ->
        new Authenticator.Known(List.of(new Header("x-amzn-oidc-identity", "alice"))));
    assertThat(b.send(443, get("/").header("X-Amzn-Oidc-Identity", "mallory")).status())
        .isEqualTo(200);
    assertThat(b.seen("x-amzn-oidc-identity")).isEqualTo("alice");

    b.alb = b.alb.with((action, request) -> new Authenticator.ProviderError());
    assertThat(b.send(443, get("/")).status()).isEqualTo(561);
    b.alb = b.alb.with((action, request) -> new Authenticator.Failed());
    assertThat(b.send(443, get("/")).status()).isEqualTo(500);
  }

  @Test
  void unknownUsersMayBeDeniedOrLetThrough() {
    String group = b.group("ui", "10.0.10.21");
    b.listenTls(443, oidc(Action.OnUnauthenticated.DENY), Action.forward(group));
    b.listenTls(8443, oidc(Action.OnUnauthenticated.ALLOW), Action.forward(group));

    assertThat(b.send(443, get("/")).status()).isEqualTo(401);
    assertThat(b.send(8443, get("/")).status()).isEqualTo(200);
  }

  // --- the log ---

  @Test
  void theAccessLogHasItsFieldsInOrder() {
    String group = b.group("ui", "10.0.10.21");
    b.listen(80, Action.forward(group));
    b.reply = new TargetReply.Responded(200, List.of(), 366, Duration.ofMillis(1));

    AlbResponse response = b.send(80, get("/a?x=1").header("User-Agent", "curl/8"));

    assertThat(response.accessLog())
        .matches("http 2026-01-01T00:00:00\\.001000Z"
            + " app/k8s-retailappgroup-085b071a94/0a8660221f21a335 203\\.0\\.113\\.7:50111"
            + " 10\\.0\\.10\\.21:8080 0\\.000 0\\.001 0\\.000 200 200 [0-9]+ [0-9]+"
            + " \"GET http://shop\\.example:80/a\\?x=1 HTTP/1\\.1\" \"curl/8\" - -"
            + " arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/ui/[0-9a-f]{16}"
            + " \"Root=1-6955b900-[0-9a-f]{24}\" \"-\" \"-\" 0 2026-01-01T00:00:00\\.000000Z"
            + " \"forward\" \"-\" \"-\" \"10\\.0\\.10\\.21:8080\" \"200\" \"-\" \"-\""
            + " TID_[0-9a-f]{32}");
  }

  @Test
  void aRequestThatReachesNoTargetIsLoggedWithoutTimes() {
    b.listen(80, Action.Redirect.toHttps(443));

    assertThat(b.send(80, get("/")).accessLog())
        .contains(" 203.0.113.7:50111 - -1 -1 -1 301 - ")
        .contains(" 0 2026-01-01T00:00:00.000000Z \"redirect\" \"https://shop.example:443/\" ");
  }
}
