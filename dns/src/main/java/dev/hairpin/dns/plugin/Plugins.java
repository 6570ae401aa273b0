package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.corefile.Token;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The plugins that are modelled, and how their lines are read. */
public final class Plugins {

  /** Reads the lines of a plugin. */
  @FunctionalInterface
  public interface Reader {

    /**
     * Sets a plugin up.
     *
     * @param setup what the server block has
     * @param cursor the plugin's words, before the first one
     * @return the plugin
     */
    Plugin setUp(Setup setup, Cursor cursor);
  }

  /**
   * Plugins that have no part in answers: they watch, log, listen or reload. Their lines are taken
   * as they are.
   */
  private static final Set<String> SILENT = Set.of(
      "root",
      "metadata",
      "cancel",
      "timeouts",
      "multisocket",
      "reload",
      "bind",
      "debug",
      "ready",
      "health",
      "pprof",
      "prometheus",
      "errors",
      "log",
      "loop",
      "tls",
      "quic",
      "trace",
      "dnstap");

  /** Plugins of CoreDNS that are not modelled, and what they would need. */
  private static final Map<String, String> MISSING = Map.ofEntries(
      Map.entry("azure", "it answers from zones of Azure DNS"),
      Map.entry("clouddns", "it answers from zones of Google Cloud DNS"),
      Map.entry("dnssec", "it signs answers"),
      Map.entry("etcd", "it answers from an etcd"),
      Map.entry("geoip", "it needs a database of places"),
      Map.entry("grpc", "it asks upstreams by gRPC"),
      Map.entry("nomad", "it answers from a Nomad cluster"),
      Map.entry("on", "it runs commands"),
      Map.entry("route53", "it answers from zones of Route 53"),
      Map.entry("secondary", "it fetches zones from other servers"),
      Map.entry("sign", "it signs zones"),
      Map.entry("tsig", "it checks signatures of messages"));

  private final Map<String, Reader> readers = new TreeMap<>();

  /** The plugins of this package. */
  public Plugins() {
    SILENT.forEach(name -> readers.put(name, (setup, cursor) -> Plugin.NOTHING));
    readers.put("acl", Acl::setUp);
    readers.put("any", (setup, cursor) -> SmallPlugins.any(cursor));
    readers.put("autopath", AutoPath::setUp);
    readers.put("bufsize", (setup, cursor) -> SmallPlugins.bufsize(cursor));
    readers.put("cache", Cache::setUp);
    readers.put("chaos", SmallPlugins::chaos);
    readers.put("dns64", Dns64::setUp);
    readers.put("erratic", (setup, cursor) -> Erratic.setUp(cursor));
    readers.put("forward", Forward::setUp);
    readers.put("header", HeaderFlags::setUp);
    readers.put("hosts", Hosts::setUp);
    readers.put("loadbalance", LoadBalance::setUp);
    readers.put("local", (setup, cursor) -> Local.setUp(cursor));
    readers.put("minimal", (setup, cursor) -> SmallPlugins.minimal(cursor));
    readers.put("nsid", (setup, cursor) -> SmallPlugins.nsid(cursor));
    readers.put("template", Template::setUp);
    readers.put("transfer", Transfer::setUp);
    readers.put("whoami", (setup, cursor) -> SmallPlugins.whoami(cursor));
  }

  /**
   * Adds a plugin of another package.
   *
   * @param name its name
   * @param reader reads its lines
   * @return this
   */
  public Plugins with(String name, Reader reader) {
    readers.put(name, reader);
    return this;
  }

  /**
   * Whether a plugin has no part in answers.
   *
   * @param name its name
   * @return true if questions pass it unseen
   */
  public static boolean isSilent(String name) {
    return SILENT.contains(name);
  }

  /**
   * Finds out how a plugin's lines are read.
   *
   * @param name its name
   * @param where the plugin's first word, for errors
   * @return the reader
   * @throws CorefileException if the plugin is not modelled, with file and line
   */
  public Reader reader(String name, Token where) {
    Reader reader = readers.get(name);
    if (reader == null) {
      throw new CorefileException(where.file()
          + ":"
          + where.line()
          + " - plugin "
          + name
          + " is a plugin of CoreDNS that is not modelled: "
          + MISSING.getOrDefault(name, "it is unknown here")
          + "; modelled are "
          + String.join(", ", readers.keySet()));
    }
    return reader;
  }
}
