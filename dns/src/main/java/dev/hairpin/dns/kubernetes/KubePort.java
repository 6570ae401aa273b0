package dev.hairpin.dns.kubernetes;

/**
 * A port of a Service or of a slice.
 *
 * @param name its name; empty if it has none
 * @param protocol its protocol in upper case; empty for {@link #NONE}
 * @param number its number, or -1 if there is none
 */
record KubePort(String name, String protocol, int number) {

  /** Stands for the ports of a thing that has none: it has addresses, but no SRV records. */
  static final KubePort NONE = new KubePort("", "", -1);

  /** Whether a name's labels mean this port; an empty label means any. */
  boolean matches(String askedName, String askedProtocol) {
    return (askedName.isEmpty() || askedName.equalsIgnoreCase(name))
        && (askedProtocol.isEmpty() || askedProtocol.equalsIgnoreCase(protocol));
  }
}
