package dev.hairpin.dns.resolver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The name servers, and the way to them: takes questions and tells what comes back.
 *
 * <p>This is where a resolver library meets the world: the simulated network of a cluster (a packet
 * from the pod to the ClusterIP of kube-dns, and the answer on its way back), a CoreDNS of the
 * model asked directly, or a recording. Questions of a lookup are sent in the order of
 * {@link Query#at()}. The fate of a question is known when it is sent, so everything that will come
 * back is returned at once, with its delay: usually one answer; none if the question or the answer
 * is lost; two if somebody answers twice.
 */
@FunctionalInterface
public interface NameServers {

  /**
   * Sends a question.
   *
   * @param query the question
   * @return what comes back, in any order; empty if nothing ever does
   */
  List<Arrival> send(Query query);

  /**
   * The same servers behind a network.
   *
   * @param network what becomes of a question on the way, and of its answer on the way back
   * @return the servers as seen through the network
   */
  default NameServers behind(Network network) {
    return query -> {
      Network.Fate fate = network.carry(query);
      if (fate instanceof Network.Refused refused) {
        return List.of(new Arrival.Refused(refused.after()));
      }
      if (!(fate instanceof Network.Carried carried)) {
        return List.of();
      }
      List<Arrival> later = new ArrayList<>();
      for (Arrival arrival : send(query)) {
        Duration after = arrival.after().plus(carried.roundTrip());
        later.add(
            arrival instanceof Arrival.Answered answered
                ? new Arrival.Answered(
                    after, answered.message(), join(carried.way(), answered.explanation()))
                : new Arrival.Refused(after));
      }
      return later;
    };
  }

  private static String join(String way, String explanation) {
    return way.isEmpty() || explanation.isEmpty() ? way + explanation : way + "; " + explanation;
  }

  /** Carries questions, each a packet from its source port to the server's address and port. */
  @FunctionalInterface
  interface Network {

    /**
     * Decides what becomes of a question.
     *
     * @param query the question
     * @return its fate
     */
    Fate carry(Query query);

    /** What becomes of a question on the network. */
    sealed interface Fate {}

    /**
     * It arrives, and so does its answer.
     *
     * @param roundTrip how long the two are under way
     * @param way which way it went, for people, such as the pod that it was sent to; may be empty
     */
    record Carried(Duration roundTrip, String way) implements Fate {}

    /** It is lost, or its answer is. */
    record Lost() implements Fate {}

    /**
     * It is rejected: an ICMP error or a reset comes back.
     *
     * @param after how long that takes
     */
    record Refused(Duration after) implements Fate {}
  }
}
