package dev.hairpin.lb;

import dev.hairpin.api.KubeObject;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.controller.Reconciler;
import dev.hairpin.lb.model.AdmissionException;
import dev.hairpin.lb.model.Reconciliation;
import dev.hairpin.lb.options.ControllerOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The controller's decisions without its clock: it acts when it is told to, and only in the books
 * of the account.
 *
 * <p>For tests of what manifests lead to, and for plans. It belongs to the thread that writes the
 * cluster.
 */
public final class ControllerRun {
  private final ClusterState state;
  private final Reconciler reconciler;

  private ControllerRun(ClusterState state, Reconciler reconciler) {
    this.state = state;
    this.reconciler = reconciler;
  }

  /**
   * A controller that waits.
   *
   * @param state the cluster
   * @param aws the account
   * @param options the flags
   * @return the controller
   */
  public static ControllerRun of(ClusterState state, Aws aws, ControllerOptions options) {
    Reconciler reconciler = new Reconciler(state, aws, options, null);
    state.watch(reconciler::note);
    return new ControllerRun(state, reconciler);
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
