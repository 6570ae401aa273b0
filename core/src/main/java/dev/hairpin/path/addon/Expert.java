package dev.hairpin.path.addon;

import dev.hairpin.api.KubeObject;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Trace;
import java.util.Optional;

/**
 * A component that knows causes which only it can know, such as what a controller last said about a
 * Service, or which health check should have kept a client away.
 *
 * <p>It only looks: nothing that it is asked may change the cluster.
 */
public interface Expert extends AddOn.Component {

  /**
   * Says more about a connection that failed.
   *
   * @param attempt who called and what, and what was found out so far
   * @return what is to be said; the explanation so far if the component knows nothing more
   */
  default Explanation refine(Failure attempt) {
    return attempt.soFar();
  }

  /**
   * Explains the state of an object that the component takes care of.
   *
   * @param object the object
   * @return the explanation, or nothing if the object is not the component's
   */
  default Optional<Explanation> explain(KubeObject object) {
    return Optional.empty();
  }

  /**
   * A connection that failed.
   *
   * @param source who called
   * @param target what was dialled, as the caller said it
   * @param trace the way of the first packet; perhaps without hops, if the name did not resolve
   * @param soFar what the objects of the cluster say about it
   */
  record Failure(Source source, String target, Trace trace, Explanation soFar) {}
}
