package dev.hairpin.lb.elb.network;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.nlb.NetworkLoadBalancer;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Relay;
import java.util.List;

/**
 * What Network Load Balancers do with connections of the packet network.
 *
 * <p>Whether an answer finds its way back is not decided here: a connection whose client shares the
 * target's host goes on, and the walk of the answer shows what becomes of it. Only a target that
 * would call itself is stopped at once, since its packet would have one address at both ends.
 */
final class NlbRelay implements Relay {
  private final NetworkLoadBalancer nlb;
  private final Callers callers;

  NlbRelay(NetworkLoadBalancer nlb, Callers callers) {
    this.nlb = nlb;
    this.callers = callers;
  }

  @Override
  public Decision decide(FiveTuple connection, Chooser chooser) {
    NewFlow flow = new NewFlow(
        connection, 0, callers.client(connection.source().address()), ClientHello.PLAIN);
    Arrival arrival = nlb.connect(flow, chooser);
    if (arrival instanceof Arrival.Forwarded f) {
      IpAddress source = f.clientIpPreserved() ? null : f.packet().source().address();
      List<String> notes = f.steps().stream().map(LbStep::text).toList();
      return new Decision.Forward(f.packet().destination(), source, notes);
    }
    return arrival instanceof Arrival.TimedOut timedOut
        ? new Decision.Ignore(timedOut.reason().inTraces())
        : new Decision.Refuse(((Arrival.Refused) arrival).reason().inTraces());
  }
}
