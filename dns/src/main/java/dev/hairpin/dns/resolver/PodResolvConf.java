package dev.hairpin.dns.resolver;

import java.util.List;

/**
 * The {@code resolv.conf} that the kubelet has a container runtime write for a pod.
 *
 * @param searches the search list
 * @param nameservers the servers' addresses, as they were configured
 * @param options the options, such as {@code ndots:5}; the kubelet writes them in no particular
 *     order, here they stand in the order in which they were given
 * @param events what the kubelet reports about it, in order
 */
public record PodResolvConf(
    List<String> searches, List<String> nameservers, List<String> options, List<Event> events) {

  /** Copies the lists. */
  public PodResolvConf {
    searches = List.copyOf(searches);
    nameservers = List.copyOf(nameservers);
    options = List.copyOf(options);
    events = List.copyOf(events);
  }

  /**
   * A warning that the kubelet reports.
   *
   * @param onNode whether it is about the node; else it is about the pod
   * @param reason the reason, {@code DNSConfigForming} or {@code MissingClusterDNS}
   * @param message the sentence
   */
  public record Event(boolean onNode, String reason, String message) {}

  /** The file as containerd writes it: search list, servers, options. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!searches.isEmpty()) {
      text.append("search ").append(String.join(" ", searches)).append('\n');
    }
    for (String nameserver : nameservers) {
      text.append("nameserver ").append(nameserver).append('\n');
    }
    if (!options.isEmpty()) {
      text.append("options ").append(String.join(" ", options)).append('\n');
    }
    return text.toString();
  }
}
