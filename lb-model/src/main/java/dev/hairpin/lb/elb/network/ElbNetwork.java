package dev.hairpin.lb.elb.network;

import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.Guard;
import dev.hairpin.lb.elb.LoadBalancerDns;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.alb.ApplicationLoadBalancer;
import dev.hairpin.lb.elb.alb.TargetReply;
import dev.hairpin.lb.elb.nlb.NetworkLoadBalancer;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.addon.LoadBalancing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The load balancers of an account as the packet network of a cluster reaches them: their names,
 * their addresses, and what they do with connections and requests.
 *
 * <p>Not thread-safe: it belongs to the thread that owns the cluster.
 */
public final class ElbNetwork implements LoadBalancing {
  private final ElasticLoadBalancing elb;
  private final LoadBalancerDns dns;
  private final NlbRelay relay;
  private final HttpRouter router;

  /**
   * The load balancers of an account.
   *
   * @param elb the account's load balancing
   * @param seed the secret of the flow hash
   */
  public ElbNetwork(ElasticLoadBalancing elb, long seed) {
    this(elb, new NetworkLoadBalancer(elb, seed), router(elb));
  }

  /**
   * The load balancers of an account with a firewall, an identity provider or another choice of
   * targets.
   *
   * @param elb the account's load balancing
   * @param nlb the data plane of layer 4
   * @param alb what {@link #router} gives for a data plane of layer 7
   */
  public ElbNetwork(ElasticLoadBalancing elb, NetworkLoadBalancer nlb, HttpRouter alb) {
    this.elb = elb;
    this.dns = new LoadBalancerDns(elb);
    this.relay = new NlbRelay(nlb, new Callers(elb.vpc()));
    this.router = alb;
  }

  /**
   * What Application Load Balancers of an account do with requests, without firewall and with
   * nobody logged in.
   *
   * @param elb the account's load balancing
   * @return the router
   */
  public static HttpRouter router(ElasticLoadBalancing elb) {
    return router(elb, new ApplicationLoadBalancer(elb, r -> TargetReply.Responded.of(200)));
  }

  /**
   * What Application Load Balancers of an account do with requests.
   *
   * @param elb the account's load balancing
   * @param alb the data plane; what its exchange answers does not matter, since the network carries
   *     requests to targets itself
   * @return the router
   */
  public static HttpRouter router(ElasticLoadBalancing elb, ApplicationLoadBalancer alb) {
    return new AlbRouter(alb, new Callers(elb.vpc()));
  }

  @Override
  public Optional<List<IpAddress>> addressesOf(String name) {
    Optional<List<IpAddress>> addresses =
        dns.resolve(name, IpFamily.IPV4).map(LoadBalancerDns.Answer::addresses);
    return addresses.isPresent() || !isProvisioning(name) ? addresses : Optional.of(List.of());
  }

  private boolean isProvisioning(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return elb.loadBalancers().stream().anyMatch(lb -> {
      String own = lb.dnsName().toLowerCase(Locale.ROOT);
      return !lb.isActive() && (wanted.equals(own) || wanted.equals(own + "."));
    });
  }

  @Override
  public Optional<BalancerNode> at(IpAddress address) {
    return elb.loadBalancerAt(address).map(lb -> node(lb, lb.node(address).orElseThrow()));
  }

  @Override
  public String zoneAt(IpAddress address) {
    return elb.loadBalancerAt(address)
        .flatMap(lb -> lb.node(address))
        .map(Node::availabilityZone)
        .orElse("");
  }

  private BalancerNode node(LoadBalancerState lb, Node node) {
    List<IpAddress> addresses = new ArrayList<>();
    if (node.publicAddress() != null) {
      addresses.add(node.publicAddress());
    }
    if (node.ipv6Address() != null) {
      addresses.add(node.ipv6Address());
    }
    addresses.add(node.privateAddress());
    String label = Guard.place(lb, node);
    if (lb.config().type() == LoadBalancerType.NETWORK) {
      return new Layer4(label, addresses, relay);
    }
    List<Integer> ports = lb.listeners().stream().map(l -> l.config().port()).toList();
    return new Layer7(label, addresses, ports, router);
  }
}
