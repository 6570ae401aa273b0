package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.MarkValue;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.NatTo;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain that sends a flow to one endpoint, as kube-proxy's KUBE-SEP chains do.
 *
 * @param chain the chain
 * @param address the endpoint's address
 * @param port its port; 0 if the flow's stays
 * @param protocol the protocol that the rule asks for
 * @param hairpin what happens to the mark of a flow from the endpoint itself
 * @param markChain the chain that does it; empty if there is none
 * @param list the list that remembers callers; empty if there is none
 */
record EndpointChain(
    Chain chain,
    IpAddress address,
    int port,
    int protocol,
    MarkValue hairpin,
    String markChain,
    String list) {

  /** Finds chains by name. */
  interface Chains {
    /** The chain, or null. */
    @Nullable
    Chain find(String name);
  }

  /** Reads a chain, or gives null if it does anything else. */
  static @Nullable EndpointChain read(Chain chain, Chains chains) {
    List<Rule> rules = chain.rules();
    if (rules.isEmpty() || rules.size() > 2) {
      return null;
    }
    Rule last = rules.get(rules.size() - 1);
    if (!(last.target() instanceof Target.Dnat dnat)) {
      return null;
    }
    NatTo to = dnat.to();
    @Nullable PortRange ports = to.ports();
    @Nullable IpAddress address = to.first();
    if (address == null
        || !address.equals(to.last())
        || to.basePort() >= 0
        || (ports != null && ports.first() != ports.last())) {
      return null;
    }
    int protocol = 0;
    String list = "";
    for (Match match : last.matches()) {
      if (match instanceof Match.ProtocolIs is && !is.inverted()) {
        protocol = is.number();
      } else if (match instanceof Match.Recent recent && records(recent) && list.isEmpty()) {
        list = recent.list();
      } else if (!(match instanceof Match.Comment)
          && !match.equals(Match.Tcp.ANY)
          && !match.equals(Match.Udp.ANY)
          && !match.equals(Match.Sctp.ANY)) {
        return null;
      }
    }
    if (protocol == 0 || !asksOnlyFor(protocol, last.matches())) {
      return null;
    }
    int port = ports == null ? 0 : ports.first();
    if (rules.size() == 1) {
      return new EndpointChain(chain, address, port, protocol, MarkChange.NOTHING, "", list);
    }
    return withHairpin(chain, address, port, protocol, list, chains);
  }

  private static @Nullable EndpointChain withHairpin(
      Chain chain, IpAddress address, int port, int protocol, String list, Chains chains) {
    Rule first = chain.rules().get(0);
    boolean fromItself = false;
    for (Match match : first.matches()) {
      if (match instanceof Match.Source source
          && !source.inverted()
          && source.address().address().equals(address)
          && source.address().mask().equals(AddressMask.fullMask(address.family()))) {
        fromItself = true;
      } else if (!(match instanceof Match.Comment)) {
        return null;
      }
    }
    if (!fromItself || !(first.target() instanceof Target.Jump jump)) {
      return null;
    }
    @Nullable Chain marker = chains.find(jump.chain());
    @Nullable MarkValue mark = marker == null ? null : MarkChange.of(marker);
    return mark == null
        ? null
        : new EndpointChain(chain, address, port, protocol, mark, jump.chain(), list);
  }

  private static boolean asksOnlyFor(int protocol, List<Match> matches) {
    for (Match match : matches) {
      if ((match instanceof Match.Tcp && protocol != 6)
          || (match instanceof Match.Udp && protocol != 17)
          || (match instanceof Match.Sctp && protocol != 132)) {
        return false;
      }
    }
    return protocol == 6 || protocol == 17 || protocol == 132;
  }

  private static boolean records(Match.Recent recent) {
    return recent.operation() == Match.Recent.Operation.SET && isOfWholeSource(recent);
  }

  static boolean isOfWholeSource(Match.Recent recent) {
    return !recent.inverted()
        && !recent.destination()
        && recent.mask().equals(AddressMask.fullMask(recent.mask().family()));
  }
}
