package dev.hairpin.lb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.HttpRequest;
import dev.hairpin.path.LoadBalancing.HttpDecision;
import dev.hairpin.path.LoadBalancing.HttpRouter;
import dev.hairpin.path.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an Application Load Balancer does with requests, for the network of a cluster. */
final class AlbRouter implements HttpRouter {
  private final ElasticLoadBalancing elb;
  private final LoadBalancerState balancer;
  private final Node node;

  AlbRouter(ElasticLoadBalancing elb, LoadBalancerState balancer, Node node) {
    this.elb = elb;
    this.balancer = balancer;
    this.node = node;
  }

  @Override
  public HttpDecision route(HttpRequest request, FiveTuple connection, Chooser chooser) {
    int port = connection.destination().port();
    Optional<ListenerState> listener = balancer.listener(port);
    if (listener.isEmpty()) {
      return new HttpDecision.Answer(
          0, Reason.LB_NO_LISTENER, List.of("no listener on port " + port));
    }
    List<String> notes = new ArrayList<>();
    View view = new View(request, connection.source().address());
    List<Action> actions = listener.get().config().defaultActions();
    String matched = "default";
    for (ListenerState.NamedRule rule : listener.get().rules()) {
      boolean holds = rule.rule().conditions().stream().allMatch(c -> c.holds(view));
      if (holds) {
        actions = rule.rule().actions();
        matched = Integer.toString(rule.rule().priority());
        notes.add("rule " + matched + "  " + texts(rule.rule().conditions()) + "  MATCH");
        break;
      }
      notes.add("rule " + rule.rule().priority() + "  " + texts(rule.rule().conditions()));
    }
    if (matched.equals("default")) {
      notes.add("rule default  MATCH");
    }
    return act(actions.get(actions.size() - 1), notes, chooser);
  }

  private static String texts(List<RuleCondition> conditions) {
    List<String> texts = new ArrayList<>();
    conditions.forEach(c -> texts.add(c.toString()));
    return String.join(", ", texts);
  }

  private HttpDecision act(Action action, List<String> notes, Chooser chooser) {
    if (action instanceof Action.FixedResponse fixed) {
      notes.add("fixed-response " + fixed.statusCode());
      return new HttpDecision.Answer(fixed.statusCode(), Reason.LB_FIXED_RESPONSE, notes);
    }
    if (action instanceof Action.Redirect redirect) {
      notes.add("redirect " + redirect.statusCode());
      return new HttpDecision.Answer(redirect.status(), Reason.LB_FIXED_RESPONSE, notes);
    }
    if (!(action instanceof Action.Forward forward)) {
      return new HttpDecision.Answer(401, Reason.LB_FIXED_RESPONSE, notes);
    }
    TargetGroupState group = group(forward, chooser);
    if (group == null) {
      return new HttpDecision.Answer(503, Reason.LB_NO_TARGETS, notes);
    }
    TargetGroupState.Candidates candidates =
        group.candidates(balancer, node.availabilityZone(), elb.clock().now());
    if (candidates.targets().isEmpty()) {
      notes.add("target group " + group.config().name() + ": no target");
      return new HttpDecision.Answer(503, Reason.LB_NO_TARGETS, notes);
    }
    TargetState target =
        candidates.targets().get(chooser.pick(candidates.targets().size()));
    notes.add("target group "
        + group.config().name()
        + ": "
        + candidates.targets().size()
        + (candidates.failOpen() ? " targets, none healthy (fail open)" : " healthy")
        + " -> "
        + target.description());
    return new HttpDecision.Forward(target.socketAddress(), notes);
  }

  /** One of the groups of a forward action, by weight. */
  private @Nullable TargetGroupState group(Action.Forward forward, Chooser chooser) {
    int left = forward.totalWeight();
    for (Action.WeightedTargetGroup group : forward.targetGroups()) {
      if (left > 0 && chooser.happens(group.weight(), left)) {
        return elb.targetGroup(group.targetGroupArn());
      }
      left -= group.weight();
    }
    return null;
  }

  /** A request as conditions look at it. */
  private record View(HttpRequest request, IpAddress clientAddress)
      implements RuleCondition.Request {
    @Override
    public @Nullable String host() {
      return request.host();
    }

    @Override
    public String path() {
      return request.path();
    }

    @Override
    public String query() {
      return request.query();
    }

    @Override
    public String method() {
      return request.method();
    }

    @Override
    public List<String> headerValues(String name) {
      return request.headers().entrySet().stream()
          .filter(e -> e.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .toList();
    }
  }
}
