package dev.hairpin.lb;

import dev.hairpin.api.KubeObject;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.controller.Reconciler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The AWS Load Balancer Controller v2.8.2 in a cluster: Services become Network Load Balancers,
 * Ingresses become Application Load Balancers.
 *
 * <p>It belongs to the thread that writes the cluster.
 */
public final class AwsLoadBalancerController {
  private final ClusterState state;
  private final Reconciler reconciler;

  private AwsLoadBalancerController(ClusterState state, Reconciler reconciler) {
    this.state = state;
    this.reconciler = reconciler;
  }

  /**
   * A controller that acts only when it is told to.
   *
   * @param state the cluster
   * @param aws the account
   * @param options the flags
   * @return the controller
   */
  public static AwsLoadBalancerController idle(
      ClusterState state, Aws aws, ControllerOptions options) {
    Reconciler reconciler = new Reconciler(state, aws, options, null);
    state.watch(reconciler::note);
    return new AwsLoadBalancerController(state, reconciler);
  }

  /**
   * What the controller's webhooks make of an object that is about to be stored.
   *
   * @param object the object
   * @return the object, perhaps changed
   * @throws AdmissionException if it is refused
   */
  public KubeObject admit(KubeObject object) {
    @Nullable KubeObject old = state.get(object.key()).orElse(null);
    return reconciler.admit(object, old);
  }

  /**
   * Looks at everything once: Services by key, IngressGroups by id, TargetGroupBindings by key.
   *
   * @return what came of it, in that order
   */
  public List<Reconciliation> reconcileAll() {
    return reconciler.reconcileAll();
  }
}
