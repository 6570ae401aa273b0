package dev.hairpin.dns.corefile;

import java.util.List;

/**
 * The plugins of CoreDNS in the order in which a question meets them, whatever the order of the
 * Corefile.
 *
 * <p>Source: {@code plugin.cfg} of CoreDNS 1.11.3 and 1.13.1, which order the plugins alike.
 */
public final class PluginOrder {

  /** The names, first to last. */
  public static final List<String> NAMES = List.of(
      "root",
      "metadata",
      "geoip",
      "cancel",
      "tls",
      "quic",
      "timeouts",
      "multisocket",
      "reload",
      "nsid",
      "bufsize",
      "bind",
      "debug",
      "trace",
      "ready",
      "health",
      "pprof",
      "prometheus",
      "errors",
      "log",
      "dnstap",
      "local",
      "dns64",
      "acl",
      "any",
      "chaos",
      "loadbalance",
      "tsig",
      "cache",
      "rewrite",
      "header",
      "dnssec",
      "autopath",
      "minimal",
      "template",
      "transfer",
      "hosts",
      "route53",
      "azure",
      "clouddns",
      "k8s_external",
      "kubernetes",
      "file",
      "auto",
      "secondary",
      "etcd",
      "loop",
      "forward",
      "grpc",
      "erratic",
      "whoami",
      "on",
      "sign",
      "view",
      "nomad");

  private PluginOrder() {}

  /**
   * The plugins that see a question before another one does.
   *
   * @param name the other
   * @return those in front of it, first to last
   */
  public static List<String> before(String name) {
    return NAMES.subList(0, NAMES.indexOf(name));
  }

  /**
   * Whether CoreDNS has such a plugin.
   *
   * @param name the name in lower case
   * @return true if it is one of {@link #NAMES}
   */
  public static boolean isKnown(String name) {
    return NAMES.contains(name);
  }
}
