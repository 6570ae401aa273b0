package dev.hairpin.iptables.kubeproxy;

/**
 * An event that kube-proxy reports to the cluster.
 *
 * @param warning true for type {@code Warning}
 * @param regarding the Service as {@code namespace/name}
 * @param reason a word
 * @param action what was being done
 * @param note a sentence
 */
public record ProxyEvent(
    boolean warning, String regarding, String reason, String action, String note) {

  /** {@code Type reason action: note}. */
  @Override
  public String toString() {
    return (warning ? "Warning " : "Normal ") + reason + " " + action + ": " + note;
  }
}
