package dev.hairpin.dns.plugin;

/** A plugin with its configuration, ready to be put into the chain of a server block. */
@FunctionalInterface
public interface Plugin {

  /**
   * Puts the plugin before others.
   *
   * @param next the next handler of the chain
   * @return the handler that is asked in its place
   */
  Handler before(Handler next);

  /** A plugin that has no part in answers. */
  Plugin NOTHING = next -> next;
}
