package dev.hairpin.lb.elb.network;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.alb.AlbResponse;
import dev.hairpin.lb.elb.alb.ApplicationLoadBalancer;
import dev.hairpin.lb.elb.alb.HttpVersion;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.addon.HttpRequest;
import dev.hairpin.path.addon.LoadBalancing;
import java.util.List;

/**
 * What Application Load Balancers do with requests of the packet network.
 *
 * <p>It says where a request goes; what comes back from the target is the network's to find out.
 */
final class AlbRouter implements LoadBalancing.HttpRouter {
  private final ApplicationLoadBalancer alb;
  private final Callers callers;

  /**
   * A router.
   *
   * @param alb the data plane; its exchange is asked, but its answer does not matter
   * @param callers tells who calls
   */
  AlbRouter(ApplicationLoadBalancer alb, Callers callers) {
    this.alb = alb;
    this.callers = callers;
  }

  @Override
  public LoadBalancing.HttpDecision route(
      HttpRequest request, FiveTuple connection, Chooser chooser) {
    NewFlow flow = new NewFlow(
        connection,
        0,
        callers.client(connection.source().address()),
        new ClientHello(
            request.host(),
            request.version() == HttpRequest.Version.HTTP_2
                ? List.of("h2", "http/1.1")
                : List.of("http/1.1")));
    Arrival arrival = alb.connect(flow);
    if (arrival instanceof Arrival.TimedOut t) {
      return refused(true, t.reason(), t.because(), t.steps());
    }
    if (arrival instanceof Arrival.Refused r) {
      return refused(false, r.reason(), r.because(), r.steps());
    }
    AlbResponse response = alb.route(flow, converted(request, connection), chooser);
    List<String> notes = response.steps().stream().map(LbStep::text).toList();
    boolean dropped = response.reason() == LbReason.LB_TARGET_SECURITY_GROUP_DENIED;
    if (response.forwarded() != null && !dropped) {
      return new LoadBalancing.HttpDecision.Forward(
          response.forwarded().packet().destination(), notes);
    }
    LbReason reason = response.reason() == null ? LbReason.ALB_BAD_GATEWAY : response.reason();
    return new LoadBalancing.HttpDecision.Answer(response.status(), reason.inTraces(), notes);
  }

  private static LoadBalancing.HttpDecision refused(
      boolean silent, LbReason reason, String because, List<LbStep> steps) {
    List<String> notes =
        steps.isEmpty() ? List.of(because) : steps.stream().map(LbStep::text).toList();
    return new LoadBalancing.HttpDecision.Refused(silent, reason.inTraces(), notes);
  }

  private static HttpVersion version(HttpRequest.Version version) {
    return switch (version) {
      case HTTP_1_0 -> HttpVersion.HTTP_1_0;
      case HTTP_1_1 -> HttpVersion.HTTP_1_1;
      case HTTP_2 -> HttpVersion.HTTP_2;
    };
  }

  private static dev.hairpin.lb.elb.alb.HttpRequest converted(
      HttpRequest request, FiveTuple connection) {
    String target =
        request.query().isEmpty() ? request.path() : request.path() + "?" + request.query();
    dev.hairpin.lb.elb.alb.HttpRequest.Builder builder = dev.hairpin.lb.elb.alb.HttpRequest.get(
            request.host(), target)
        .version(version(request.version()))
        .method(request.method())
        .client(connection.source().address());
    request.headers().forEach((name, value) -> {
      if (!name.equals("host")) {
        builder.header(name, value);
      }
    });
    return builder.build();
  }
}
