package dev.hairpin.dns.resolver;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.api.Pod;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a kubelet knows of DNS, and the {@code resolv.conf} that it gives to a pod.
 *
 * <p>Source: kubelet {@code pkg/kubelet/network/dns/dns.go}, v1.36 (the limits of 32 search domains
 * and 2,048 characters are those since v1.26).
 *
 * @param clusterDns {@code --cluster-dns}: the servers for pods with the policy
 *     {@code ClusterFirst}; may be empty
 * @param clusterDomain {@code --cluster-domain}, such as {@code cluster.local}; may be empty
 * @param nodeResolvConf the text of the file that {@code --resolv-conf} names; nothing if the flag
 *     is empty
 * @param nodeIps the node's addresses
 */
public record KubeletDns(
    List<IpAddress> clusterDns,
    String clusterDomain,
    Optional<String> nodeResolvConf,
    List<IpAddress> nodeIps) {
  private static final int MOST_NAMESERVERS = 3;
  private static final int MOST_SEARCHES = 32;
  private static final int MOST_SEARCH_CHARACTERS = 2048;
  private static final int LONGEST_SEARCH = 253;

  /** Copies the lists. */
  public KubeletDns {
    clusterDns = List.copyOf(clusterDns);
    nodeIps = List.copyOf(nodeIps);
  }

  private enum Source {
    CLUSTER,
    NODE,
    NOTHING
  }

  /**
   * Makes a pod's {@code resolv.conf}.
   *
   * @param pod the pod
   * @return the file, and the events that the kubelet reports
   * @throws IllegalArgumentException if the pod's DNS policy is none of the four, or its DNS
   *     configuration is not shaped as the API has it
   */
  public PodResolvConf resolvConf(Pod pod) {
    Forming forming = new Forming(pod);
    forming.begin();
    forming.merge();
    return forming.fitIntoLimits();
  }

  /** The making of one file. */
  private final class Forming {
    private final Pod pod;
    private final List<PodResolvConf.Event> events = new ArrayList<>();
    private List<String> servers = new ArrayList<>();
    private List<String> searches = new ArrayList<>();
    private Map<String, String> options = new LinkedHashMap<>();

    Forming(Pod pod) {
      this.pod = pod;
    }

    void begin() {
      nodeResolvConf.ifPresent(this::readNodeFile);
      Source source = source();
      if (source == Source.CLUSTER && clusterDns.isEmpty()) {
        reportMissingClusterDns();
        source = Source.NODE;
      }
      switch (source) {
        case CLUSTER -> {
          servers = new ArrayList<>(clusterDns.stream().map(IpAddress::toString).toList());
          searches = clusterSearches();
          options = new LinkedHashMap<>(Map.of("ndots", "5"));
        }
        case NODE -> {
          if (nodeResolvConf.isEmpty()) {
            useLoopback();
          }
        }
        case NOTHING -> {
          servers = new ArrayList<>();
          searches = new ArrayList<>();
          options = new LinkedHashMap<>();
        }
      }
    }

    private Source source() {
      return switch (pod.spec().dnsPolicy()) {
        case "None" -> Source.NOTHING;
        case "Default" -> Source.NODE;
        case "ClusterFirstWithHostNet" -> Source.CLUSTER;
        case "ClusterFirst" -> pod.spec().hostNetwork() ? Source.NODE : Source.CLUSTER;
        default ->
          throw new IllegalArgumentException(
              "Pod " + podName() + ": invalid DNSPolicy=" + pod.spec().dnsPolicy());
      };
    }

    private String podName() {
      return pod.metadata().namespace() + "/" + pod.metadata().name();
    }

    private void reportMissingClusterDns() {
      String message = "kubelet does not have ClusterDNS IP configured and cannot create Pod using"
          + " \"ClusterFirst\" policy. Falling back to \"Default\" policy.";
      events.add(new PodResolvConf.Event(true, "MissingClusterDNS", message));
      String full = pod.metadata().name()
          + "_"
          + pod.metadata().namespace()
          + "("
          + pod.metadata().uid()
          + ")";
      events.add(
          new PodResolvConf.Event(false, "MissingClusterDNS", "pod: \"" + full + "\". " + message));
    }

    /** With an empty {@code --resolv-conf}: the resolver's own default, the local machine. */
    private void useLoopback() {
      servers = new ArrayList<>();
      for (IpAddress ip : nodeIps) {
        servers.add(ip.isV4() ? "127.0.0.1" : "::1");
      }
      if (servers.isEmpty()) {
        servers.add("127.0.0.1");
      }
      searches = new ArrayList<>(List.of("."));
    }

    private List<String> clusterSearches() {
      if (clusterDomain.isEmpty()) {
        return searches;
      }
      List<String> all = new ArrayList<>();
      all.add(pod.metadata().namespace() + ".svc." + clusterDomain);
      all.add("svc." + clusterDomain);
      all.add(clusterDomain);
      all.addAll(searches);
      return withoutRepeats(all);
    }

    /** The node's file: servers add up, the last search list counts, options are told by name. */
    private void readNodeFile(String text) {
      for (String line : Splitter.on('\n').split(text)) {
        List<String> words =
            Splitter.on(CharMatcher.whitespace()).omitEmptyStrings().splitToList(line);
        if (words.isEmpty() || words.get(0).startsWith("#")) {
          continue;
        }
        List<String> values = words.subList(1, words.size());
        switch (words.get(0)) {
          case "nameserver" -> values.stream().limit(1).forEach(servers::add);
          case "search" -> {
            searches = new ArrayList<>();
            for (String value : values) {
              if (!value.equals(".")) {
                searches.add(value.endsWith(".") ? value.substring(0, value.length() - 1) : value);
              }
            }
          }
          case "options" -> values.forEach(this::putOption);
          default -> {
            // domain, sortlist and comments of other kinds
          }
        }
      }
    }

    private void putOption(String option) {
      int colon = option.indexOf(':');
      options.put(
          colon < 0 ? option : option.substring(0, colon),
          colon < 0 ? "" : option.substring(colon + 1));
    }

    /** Adds the pod's {@code dnsConfig}. */
    void merge() {
      @Nullable Map<String, Object> config = pod.spec().dnsConfig();
      if (config == null) {
        return;
      }
      servers.addAll(strings(config, "nameservers"));
      servers = withoutRepeats(servers);
      searches.addAll(strings(config, "searches"));
      searches = withoutRepeats(searches);
      for (Object item : list(config, "options")) {
        if (!(item instanceof Map<?, ?> option) || !(option.get("name") instanceof String name)) {
          throw malformed("options");
        }
        Object value = option.get("value");
        options.put(name, value == null ? "" : value.toString());
      }
    }

    private List<String> strings(Map<String, Object> config, String key) {
      List<String> strings = new ArrayList<>();
      for (Object item : list(config, key)) {
        if (!(item instanceof String string)) {
          throw malformed(key);
        }
        strings.add(string);
      }
      return strings;
    }

    private List<?> list(Map<String, Object> config, String key) {
      Object value = config.get(key);
      if (value == null) {
        return List.of();
      }
      if (value instanceof List<?> items) {
        return items;
      }
      throw malformed(key);
    }

    private IllegalArgumentException malformed(String key) {
      return new IllegalArgumentException("Pod "
          + podName()
          + ": spec.dnsConfig."
          + key
          + (key.equals("options")
              ? " is not a list of names with values"
              : " is not a list of strings"));
    }

    PodResolvConf fitIntoLimits() {
      if (servers.size() > MOST_NAMESERVERS) {
        servers = servers.subList(0, MOST_NAMESERVERS);
        report("Nameserver limits were exceeded, some nameservers have been omitted, the applied"
            + " nameserver line is: "
            + String.join(" ", servers));
      }
      if (cutSearches()) {
        report("Search Line limits were exceeded, some search paths have been omitted, the applied"
            + " search line is: "
            + String.join(" ", searches));
      }
      List<String> texts = new ArrayList<>();
      options.forEach((name, value) -> texts.add(value.isEmpty() ? name : name + ":" + value));
      return new PodResolvConf(searches, servers, texts, events);
    }

    /** Cuts the search list from its end, and leaves out what no resolver could use. */
    private boolean cutSearches() {
      int given = searches.size();
      List<String> kept = new ArrayList<>(searches.subList(0, Math.min(given, MOST_SEARCHES)));
      kept.removeIf(s -> s.length() > LONGEST_SEARCH);
      int characters = kept.stream().mapToInt(s -> s.length() + 1).sum() - 1;
      while (characters > MOST_SEARCH_CHARACTERS) {
        characters -= kept.remove(kept.size() - 1).length() + 1;
      }
      searches = kept;
      return kept.size() < given;
    }

    private void report(String message) {
      events.add(new PodResolvConf.Event(false, "DNSConfigForming", message));
    }
  }

  private static List<String> withoutRepeats(List<String> strings) {
    return new ArrayList<>(new LinkedHashSet<>(strings));
  }
}
