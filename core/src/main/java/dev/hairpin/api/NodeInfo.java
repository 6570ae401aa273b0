package dev.hairpin.api;

/**
 * What a kubelet says of the machine it runs on.
 *
 * <p>Source: {@code v1.NodeSystemInfo}; each part is empty where the kubelet has not said it.
 *
 * @param kubeletVersion such as {@code v1.36.3}
 * @param osImage such as {@code Amazon Linux 2023}
 * @param kernelVersion such as {@code 6.1.0}
 * @param containerRuntimeVersion such as {@code containerd://2.1.4}
 * @param architecture such as {@code amd64}
 */
public record NodeInfo(
    String kubeletVersion,
    String osImage,
    String kernelVersion,
    String containerRuntimeVersion,
    String architecture) {

  /** Nothing said yet. */
  public static final NodeInfo NONE = new NodeInfo("", "", "", "", "");
}
