package dev.hairpin.dns.resolver;

import java.util.List;

/**
 * Carries questions to name servers and tells what comes back.
 *
 * <p>This is where a resolver library meets the world: the simulated network of a cluster (a packet
 * from the pod to the ClusterIP of kube-dns, and the answer on its way back), a CoreDNS of the
 * model asked directly, or a recording. Questions of a lookup are sent in the order of
 * {@link Query#at()}. The fate of a question is known when it is sent, so everything that will come
 * back is returned at once, with its delay: usually one answer; none if the question or the answer
 * is lost; two if somebody answers twice.
 */
@FunctionalInterface
public interface Transport {

  /**
   * Sends a question.
   *
   * @param query the question
   * @return what comes back, in any order; empty if nothing ever does
   */
  List<Arrival> send(Query query);
}
