package dev.hairpin;

import dev.hairpin.api.Node;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the annotations of a Node say of its kernel and its CNI plugin, which the Node object of
 * Kubernetes has no fields for. So they are copied with the cluster and written in manifests.
 *
 * <p>{@code sysctl.hairpin.dev/KEY} sets a sysctl; {@code hairpin.dev/pod-network: bridge} hangs
 * the node's pods on a bridge, as the CNI plugin bridge does, and {@code hairpin.dev/hairpin-mode:
 * "false"} has the bridge not send frames back to their port.
 */
final class NodeSettings {
  static final String SYSCTL = "sysctl.hairpin.dev/";
  static final String POD_NETWORK = "hairpin.dev/pod-network";
  static final String HAIRPIN_MODE = "hairpin.dev/hairpin-mode";

  private NodeSettings() {}

  /**
   * The sysctls that a Node's annotations set.
   *
   * @throws IllegalArgumentException if the value of one is no number
   */
  static Map<String, String> sysctls(Node node) {
    Map<String, String> sysctls = new TreeMap<>();
    node.metadata().annotations().forEach((name, value) -> {
      if (name.startsWith(SYSCTL)) {
        checkSysctl("node " + node.metadata().name() + ", annotation " + name, value);
        sysctls.put(name.substring(SYSCTL.length()), value);
      }
    });
    return sysctls;
  }

  static void checkSysctl(String where, String value) {
    try {
      Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          where + ": \"" + value + "\" is no whole number of 32 bits", e);
    }
  }

  static boolean isBridged(Node node) {
    return "bridge".equals(node.metadata().annotations().get(POD_NETWORK));
  }

  static boolean hairpins(Node node) {
    return !"false".equals(node.metadata().annotations().get(HAIRPIN_MODE));
  }

  /** The node with one more annotation. */
  static Node with(Node node, String name, String value) {
    Map<String, String> annotations = new TreeMap<>(node.metadata().annotations());
    annotations.put(name, value);
    return node.withMetadata(node.metadata().withAnnotations(annotations));
  }
}
