package dev.hairpin.lb;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.path.addon.AddOn;
import java.util.Optional;

/**
 * The AWS Load Balancer Controller v2.8.2 in a cluster, and the account that it builds in: Services
 * become Network Load Balancers, Ingresses become Application Load Balancers.
 *
 * <pre>{@code
 * cluster.install(AwsLoadBalancerController.eks("eks-workshop"));
 * }</pre>
 *
 * <p>The setting is immutable; each cluster that it is started in gets an account of its own.
 */
public final class AwsLoadBalancerController implements AddOn {
  private final Aws account;
  private final ControllerOptions options;
  private final Timings timings;

  private AwsLoadBalancerController(Aws account, ControllerOptions options, Timings timings) {
    this.account = account;
    this.options = options;
    this.timings = timings;
  }

  /**
   * The controller of an EKS cluster in three zones of us-west-2; see {@link EksAccount}.
   *
   * @param clusterName the cluster's name
   * @return the add-on
   */
  public static AwsLoadBalancerController eks(String clusterName) {
    return of(EksAccount.create(clusterName), ControllerOptions.of(clusterName));
  }

  /**
   * The controller in an account.
   *
   * @param account the account as it is when the controller starts; it is copied
   * @param options the flags
   * @return the add-on
   */
  public static AwsLoadBalancerController of(Aws account, ControllerOptions options) {
    return new AwsLoadBalancerController(account.copy(), options, Timings.INSTANT);
  }

  /**
   * The controller in the account of a file.
   *
   * @param manifest the account and the flags
   * @return the add-on
   */
  public static AwsLoadBalancerController of(AwsManifest manifest) {
    return of(manifest.aws(), manifest.options());
  }

  /**
   * The same with other times that AWS takes.
   *
   * @param newTimings such as {@link Timings#TYPICAL}; by default everything is done at once
   * @return the add-on
   */
  public AwsLoadBalancerController withTimings(Timings newTimings) {
    return new AwsLoadBalancerController(account, options, newTimings);
  }

  /**
   * The same with other flags.
   *
   * @param newOptions the flags
   * @return the add-on
   */
  public AwsLoadBalancerController withOptions(ControllerOptions newOptions) {
    return new AwsLoadBalancerController(account, newOptions, timings);
  }

  @Override
  public String name() {
    return "aws-load-balancer-controller";
  }

  @Override
  public AwsLoadBalancers start(ClusterState state) {
    return new AwsLoadBalancers(state, account.copy(), options, timings);
  }

  @Override
  public Optional<Component> fork(Component running, ClusterState fork) {
    return Optional.of(((AwsLoadBalancers) running).fork(fork));
  }
}
