package dev.hairpin.dns.resolver;

import dev.hairpin.api.Pod;
import java.util.List;
import java.util.Map;

/**
 * What a pod is called, and its {@code /etc/hosts}.
 *
 * <p>Source: kubelet {@code GeneratePodHostNameAndDomain}, {@code GetNodenameForKernel} and
 * {@code managedHostsFileContent} of {@code pkg/kubelet/kubelet_pods.go}, v1.36.
 *
 * @param hostName the short name
 * @param domain its domain; empty without {@code spec.subdomain}
 */
public record PodIdentity(String hostName, String domain) {
  private static final int LONGEST_HOST_NAME = 63;
  private static final int LONGEST_KERNEL_NAME = 64;
  private static final String HEADER = "# Kubernetes-managed hosts file.\n";
  private static final String HOST_NETWORK_HEADER =
      "# Kubernetes-managed hosts file (host network).\n";
  private static final String LOCAL_NAMES = """
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::0\tip6-localnet
      fe00::0\tip6-mcastprefix
      fe00::1\tip6-allnodes
      fe00::2\tip6-allrouters
      """;

  /**
   * What a pod is called.
   *
   * @param pod the pod
   * @param clusterDomain the cluster's domain, such as {@code cluster.local}
   * @return its name and domain
   */
  public static PodIdentity of(Pod pod, String clusterDomain) {
    String name =
        pod.spec().hostname().isEmpty() ? pod.metadata().name() : pod.spec().hostname();
    if (name.length() > LONGEST_HOST_NAME) {
      name = name.substring(0, LONGEST_HOST_NAME).replaceAll("[-.]+$", "");
    }
    String subdomain = pod.spec().subdomain();
    String domain = subdomain.isEmpty()
        ? ""
        : subdomain + "." + pod.metadata().namespace() + ".svc." + clusterDomain;
    return new PodIdentity(name, domain);
  }

  /**
   * The full name.
   *
   * @return the host name with the domain, or alone if there is none
   */
  public String fullName() {
    return domain.isEmpty() ? hostName : hostName + "." + domain;
  }

  /**
   * The kernel's host name in the pod.
   *
   * @param asFullName {@code spec.setHostnameAsFQDN}
   * @return the name
   * @throws IllegalStateException if the full name is asked for and longer than the kernel's 64
   *     characters: the pod stays in {@code ContainerCreating} then
   */
  public String kernelName(boolean asFullName) {
    if (!asFullName || domain.isEmpty()) {
      return hostName;
    }
    String name = fullName();
    if (name.length() > LONGEST_KERNEL_NAME) {
      throw new IllegalStateException("failed to construct FQDN from Pod hostname and cluster"
          + " domain, FQDN "
          + name
          + " is too long ("
          + LONGEST_KERNEL_NAME
          + " characters is the max, "
          + name.length()
          + " characters requested)");
    }
    return name;
  }

  /**
   * A pod's {@code /etc/hosts}.
   *
   * @param pod the pod, with its addresses
   * @return the text of the file
   */
  public String hostsFile(Pod pod) {
    StringBuilder text = new StringBuilder(HEADER).append(LOCAL_NAMES);
    for (String ip : pod.podIps()) {
      text.append(ip).append('\t');
      if (!domain.isEmpty()) {
        text.append(fullName()).append('\t');
      }
      text.append(hostName).append('\n');
    }
    return text.append(aliases(pod)).toString();
  }

  /**
   * The {@code /etc/hosts} of a pod in the node's network.
   *
   * @param nodeHosts the text of the node's own file
   * @param pod the pod
   * @return the text of the file
   */
  public static String hostNetworkHostsFile(String nodeHosts, Pod pod) {
    return HOST_NETWORK_HEADER + nodeHosts + aliases(pod);
  }

  private static String aliases(Pod pod) {
    if (pod.spec().hostAliases().isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("\n# Entries added by HostAliases.\n");
    for (Map<String, Object> alias : pod.spec().hostAliases()) {
      Object names = alias.getOrDefault("hostnames", List.of());
      if (!(alias.get("ip") instanceof String ip) || !(names instanceof List<?> list)) {
        throw new IllegalArgumentException("Pod "
            + pod.metadata().namespace()
            + "/"
            + pod.metadata().name()
            + ": spec.hostAliases has an entry without ip and list of hostnames");
      }
      text.append(ip);
      list.forEach(name -> text.append('\t').append(name));
      text.append('\n');
    }
    return text.toString();
  }
}
