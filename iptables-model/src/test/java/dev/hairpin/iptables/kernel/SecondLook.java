package dev.hairpin.iptables.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Tells a difference between kernel and model from an accident of the machine. Where many clusters
 * are compared at the same time, a server may come to answer a call only after its caller gave up
 * and the nodes forgot the connection; what it sends then is taken for a new one
 * (nf_conntrack_tcp_loose) in the comparison after that.
 *
 * <p>So what differed is compared again, several times and alone. If it differs once more it
 * counts, and is looked for in smaller plans. What does not is kept, so that it can be told how
 * often that was.
 *
 * @param <P> what an experiment is made of
 */
final class SecondLook<P> {

  /**
   * How often a plan is compared again: a difference that only one of three drawn endpoints shows
   * is missed in none but one of 400 cases.
   */
  private static final int LOOKS = 5;

  private final BiFunction<P, TwinCluster, Experiment> experiment;
  private final Function<P, List<P>> smaller;
  private final List<String> passing = new ArrayList<>();

  /**
   * For plans of a kind.
   *
   * @param experiment makes the rules of a plan and the calls under them
   * @param smaller the plans that have one part less each
   */
  SecondLook(BiFunction<P, TwinCluster, Experiment> experiment, Function<P, List<P>> smaller) {
    this.experiment = experiment;
    this.smaller = smaller;
  }

  /** Compares once; thread-safe as long as each thread has its own clusters. */
  Optional<AssertionError> difference(P plan, TwinCluster twins, Tally tally) {
    try {
      Comparison.run(twins, experiment.apply(plan, twins), tally);
      return Optional.empty();
    } catch (AssertionError difference) {
      return Optional.of(difference);
    }
  }

  /**
   * Looks again at a plan that differed, while nothing else runs.
   *
   * @throws AssertionError with the smallest plan that differs, if this one does once more
   */
  void again(P plan, AssertionError first, TwinCluster twins) {
    Optional<AssertionError> found = search(plan, twins);
    if (found.isEmpty()) {
      passing.add(String.valueOf(first.getMessage()));
      return;
    }
    AssertionError smallest = found.get();
    List<P> candidates = new ArrayList<>(smaller.apply(plan));
    while (!candidates.isEmpty()) {
      P candidate = candidates.remove(0);
      Optional<AssertionError> there = search(candidate, twins);
      if (there.isPresent()) {
        smallest = there.get();
        candidates = new ArrayList<>(smaller.apply(candidate));
      }
    }
    throw smallest;
  }

  private Optional<AssertionError> search(P plan, TwinCluster twins) {
    // Shares were judged when the plan was compared first.
    Tally unjudged = new Tally();
    Optional<AssertionError> found = Optional.empty();
    for (int look = 0; look < LOOKS && found.isEmpty(); look++) {
      found = difference(plan, twins, unjudged);
    }
    return found;
  }

  /** What differed once and not again. */
  List<String> passing() {
    return List.copyOf(passing);
  }
}
