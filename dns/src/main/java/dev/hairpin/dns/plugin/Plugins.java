package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      "tls");

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
    readers.put("forward", Forward::setUp);
    readers.put("header", HeaderFlags::setUp);
    readers.put("hosts", Hosts::setUp);
    readers.put("loadbalance", (setup, cursor) -> LoadBalance.setUp(cursor));
    readers.put("local", (setup, cursor) -> Local.setUp(cursor));
    readers.put("minimal", (setup, cursor) -> SmallPlugins.minimal(cursor));
    readers.put("nsid", (setup, cursor) -> SmallPlugins.nsid(cursor));
    readers.put("template", Template::setUp);
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
   * @return the reader
   * @throws CorefileException if the plugin is not modelled
   */
  public Reader reader(String name) {
    return Optional.ofNullable(readers.get(name))
        .orElseThrow(() -> new CorefileException("plugin "
            + name
            + " is not modelled; modelled are "
            + String.join(", ", List.copyOf(readers.keySet()))));
  }
}
