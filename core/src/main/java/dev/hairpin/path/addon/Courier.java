package dev.hairpin.path.addon;

import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Outcome;
import java.util.Map;

/**
 * Takes what components and programs say to each other over the network of a cluster, as packets:
 * by the rules of kube-proxy, with connection tracking, to whoever listens at the end.
 *
 * <p>What is carried leaves the same traces as any other packet. No time passes: what is not
 * answered at once counts as lost, and how long to wait is the business of the one who asks.
 */
public interface Courier {

  /**
   * Sends one datagram, or opens one connection and closes it again.
   *
   * @param from who sends
   * @param protocol {@link Protocol#UDP} or {@link Protocol#TCP}
   * @param to where to
   * @param sourcePort the port that it is sent from; 0 for any that is free
   * @param chooser makes what is left to chance
   * @return what became of it: the {@linkplain Outcome#server process} that it reached and
   *     answered, or why not; and the {@linkplain Attempt#local port} that it was sent from
   * @throws IllegalArgumentException if the source is not there or has no address yet
   */
  Attempt carry(Source from, Protocol protocol, SocketAddress to, int sourcePort, Chooser chooser);

  /**
   * Every way in which what is sent can end, where a chooser visits them all: nothing of it is
   * chosen yet. A chooser that goes one way only leaves that one, as {@link #carry} does.
   *
   * @param from who sends
   * @param protocol {@link Protocol#UDP} or {@link Protocol#TCP}
   * @param to where to
   * @param chooser makes what is left to chance, or leaves it open
   * @return each different end with its probability; one at least
   * @throws IllegalArgumentException if the source is not there or has no address yet
   */
  Map<Outcome, Fraction> ends(Source from, Protocol protocol, SocketAddress to, Chooser chooser);

  /**
   * Whether the network is a copy that is thrown away, in which the same question is asked again
   * and again for every way that chance can take.
   *
   * @return true if whoever is asked must leave no trace either, such as an answer in a cache
   */
  boolean isRehearsal();
}
