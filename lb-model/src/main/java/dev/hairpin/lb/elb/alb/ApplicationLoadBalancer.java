package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.Guard;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TlsSession;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What Application Load Balancers do to connections and requests, told step by step.
 *
 * <p>Source: user guide for Application Load Balancers, 2023. It keeps nothing between requests but
 * what its {@link TargetChoice} keeps. Not thread-safe.
 */
public final class ApplicationLoadBalancer {
  private final ElasticLoadBalancing elb;
  private final TargetExchange exchange;
  private final TargetChoice choice;
  private final Waf waf;
  private final Authenticator authenticator;
  private final Function<String, String> provenance;

  private ApplicationLoadBalancer(
      ElasticLoadBalancing elb,
      TargetExchange exchange,
      TargetChoice choice,
      Waf waf,
      Authenticator authenticator,
      Function<String, String> provenance) {
    this.elb = elb;
    this.exchange = exchange;
    this.choice = choice;
    this.waf = waf;
    this.authenticator = authenticator;
    this.provenance = provenance;
  }

  /**
   * The data plane of an account, without firewall and with nobody logged in.
   *
   * @param elb the account's load balancing
   * @param exchange what carries requests to targets
   */
  public ApplicationLoadBalancer(ElasticLoadBalancing elb, TargetExchange exchange) {
    this(elb, exchange, TargetChoice.byChance(), Waf.NONE, Authenticator.NOBODY, arn -> "");
  }

  /**
   * The same with another way to choose targets.
   *
   * @param newChoice the choice
   * @return the new data plane
   */
  public ApplicationLoadBalancer with(TargetChoice newChoice) {
    return new ApplicationLoadBalancer(elb, exchange, newChoice, waf, authenticator, provenance);
  }

  /**
   * The same with a firewall.
   *
   * @param newWaf the firewall
   * @return the new data plane
   */
  public ApplicationLoadBalancer with(Waf newWaf) {
    return new ApplicationLoadBalancer(elb, exchange, choice, newWaf, authenticator, provenance);
  }

  /**
   * The same with an identity provider.
   *
   * @param newAuthenticator the provider
   * @return the new data plane
   */
  public ApplicationLoadBalancer with(Authenticator newAuthenticator) {
    return new ApplicationLoadBalancer(elb, exchange, choice, waf, newAuthenticator, provenance);
  }

  /**
   * The same with a column that tells where a rule comes from.
   *
   * @param newProvenance the text for a rule's ARN, such as {@code catalog/catalog rule 0.0}
   * @return the new data plane
   */
  public ApplicationLoadBalancer withProvenance(Function<String, String> newProvenance) {
    return new ApplicationLoadBalancer(elb, exchange, choice, waf, authenticator, newProvenance);
  }

  ElasticLoadBalancing elb() {
    return elb;
  }

  TargetExchange exchange() {
    return exchange;
  }

  TargetChoice choice() {
    return choice;
  }

  Waf waf() {
    return waf;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  private LoadBalancerState at(IpAddress address) {
    return elb.loadBalancerAt(address)
        .filter(s -> s.config().type() == LoadBalancerType.APPLICATION)
        .orElseThrow(() ->
            new IllegalArgumentException(address + " belongs to no Application Load Balancer"));
  }

  /**
   * Takes a connection, before any request comes on it.
   *
   * @param connection the connection
   * @return accepted, refused or timed out
   * @throws IllegalArgumentException if the destination is no Application Load Balancer's
   */
  public Arrival connect(NewFlow connection) {
    FiveTuple flow = connection.flow();
    LoadBalancerState lb = at(flow.destination().address());
    Node node = lb.node(flow.destination().address()).orElseThrow();
    List<LbStep> steps = new ArrayList<>();
    Arrival stopped = Guard.check(elb.vpc(), lb, node, flow, connection.client(), steps);
    if (stopped != null) {
      return stopped;
    }
    Optional<ListenerState> found = lb.listener(flow.destination().port())
        .filter(l -> l.config().protocol().carries(flow.protocol()));
    if (found.isEmpty()) {
      String because = "no listener for "
          + flow.protocol().lowerCase()
          + " port "
          + flow.destination().port()
          + " among "
          + lb.listeners().stream().map(l -> l.config().label()).toList();
      steps.add(new LbStep(LbStep.Kind.LISTENER, because));
      return new Arrival.Refused(
          Guard.place(lb, node), LbReason.LB_NO_LISTENER, because, List.copyOf(steps));
    }
    ListenerState listener = found.get();
    steps.add(new LbStep(LbStep.Kind.LISTENER, "listener " + listener.config().label()));
    TlsSession tls = null;
    if (listener.config().protocol().isEncrypted()) {
      tls = TlsSession.agree(listener.config(), elb.vpc(), connection.hello());
      steps.add(new LbStep(LbStep.Kind.TLS, "TLS ends here: " + tls));
    }
    return new Arrival.Accepted(Guard.place(lb, node), listener.arn(), tls, List.copyOf(steps));
  }

  /**
   * Answers a request on a connection that was accepted.
   *
   * @param connection the connection
   * @param request the request
   * @param chooser makes the choices that are left to chance: group by weight, and target
   * @return the answer
   * @throws IllegalArgumentException if the connection would not be accepted
   */
  public AlbResponse route(NewFlow connection, HttpRequest request, Chooser chooser) {
    Arrival arrival = connect(connection);
    if (!(arrival instanceof Arrival.Accepted accepted)) {
      throw new IllegalArgumentException("the connection " + connection.flow()
          + " is not accepted: " + arrival.print().strip());
    }
    LoadBalancerState lb = at(connection.flow().destination().address());
    Node node = lb.node(connection.flow().destination().address()).orElseThrow();
    return new RequestRoute(this, lb, node, accepted, connection, request, chooser).answer();
  }

  /**
   * The rule that a request meets, by the readable evaluation: by rising priority the first one
   * whose conditions all hold.
   *
   * @param listener the listener
   * @param request the request
   * @return the index in {@link ListenerState#rules()}, or -1 for the default actions
   */
  public static int firstMatch(ListenerState listener, HttpRequest request) {
    List<ListenerState.NamedRule> rules = listener.rules();
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).rule().conditions().stream().allMatch(c -> c.holds(request))) {
        return i;
      }
    }
    return -1;
  }

  /** The lines of the rule table with the match marked. */
  List<String> table(ListenerState listener, int matched) {
    return new RuleText(elb, provenance).lines(listener, matched);
  }

  /**
   * The actions of a match.
   *
   * @param listener the listener
   * @param matched what {@link #firstMatch} returned
   * @return the rule's actions or the default ones
   */
  static List<Action> actions(ListenerState listener, int matched) {
    return matched < 0
        ? listener.config().defaultActions()
        : listener.rules().get(matched).rule().actions();
  }
}
