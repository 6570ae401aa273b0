package dev.hairpin.whatif.law;

/**
 * What the API server sends to the kube-proxies of all nodes while the pods of a Service come one
 * after another.
 *
 * <p>An Endpoints object holds every address, so the n-th pod costs each node n addresses: the sum
 * grows with the square of the pods. An EndpointSlice holds at most {@value #SLICE_ENDPOINTS}, so a
 * change costs no more than that.
 *
 * <p>Source: Huawei, KubeCon EU 2017, quoted in "Networking and Kubernetes";
 * kube-controller-manager v1.36, {@code --max-endpoints-per-slice}.
 */
public final class EndpointUpdateLaw {

  /** The most endpoints in a slice by default. */
  public static final int SLICE_ENDPOINTS = 100;

  private EndpointUpdateLaw() {}

  /**
   * The objects that are sent, one for each pod and node.
   *
   * @param nodes how many nodes watch; not negative
   * @param pods how many pods come; not negative
   * @return updates
   * @throws IllegalArgumentException if a number is negative
   */
  public static double updates(double nodes, double pods) {
    return Check.notNegative("nodes", nodes) * Check.notNegative("pods", pods);
  }

  /**
   * The addresses in them, if each holds all of the Service: as before there were EndpointSlices.
   *
   * @param nodes how many nodes watch; not negative
   * @param pods how many pods come to a Service that had none; not negative
   * @return addresses: nodes x pods x (pods + 1) / 2
   * @throws IllegalArgumentException if a number is negative
   */
  public static double addressesInEndpoints(double nodes, double pods) {
    return updates(nodes, pods) * (pods + 1) / 2;
  }

  /**
   * The addresses in them, if each holds a slice. The controller fills a slice before it begins the
   * next.
   *
   * @param nodes how many nodes watch; not negative
   * @param pods how many pods come to a Service that had none; not negative
   * @return addresses
   * @throws IllegalArgumentException if a number is negative
   */
  public static double addressesInSlices(double nodes, double pods) {
    double full = Math.floor(Check.notNegative("pods", pods) / SLICE_ENDPOINTS);
    return full * addressesInEndpoints(nodes, SLICE_ENDPOINTS)
        + addressesInEndpoints(nodes, pods - full * SLICE_ENDPOINTS);
  }
}
