package dev.hairpin.dns.corefile;

/**
 * A Corefile that CoreDNS would not start with. The text begins with the file and the line, as
 * CoreDNS's own does.
 */
public final class CorefileException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * An error.
   *
   * @param message what is wrong, with file and line
   */
  public CorefileException(String message) {
    super(message);
  }

  /**
   * The same error, as the setup of a plugin reports it.
   *
   * @param plugin the plugin
   * @return the error with the plugin's name in front
   */
  public CorefileException in(String plugin) {
    CorefileException named = new CorefileException("plugin/" + plugin + ": " + getMessage());
    named.initCause(this);
    return named;
  }
}
