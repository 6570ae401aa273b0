package dev.hairpin.lb.elb;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer and a client agreed on.
 *
 * @param certificateArn the certificate that the client got
 * @param serverName the name that the client asked for (SNI), or null
 * @param isDefault whether the certificate is the listener's default because none fits the name
 * @param applicationProtocol the protocol agreed on by ALPN, or null
 */
public record TlsSession(
    String certificateArn,
    @Nullable String serverName,
    boolean isDefault,
    @Nullable String applicationProtocol) {

  /** ECDSA before RSA, then the longer key; the listener's order decides the rest. */
  private static final Comparator<Certificate> BEST =
      Comparator.comparing(Certificate::keyAlgorithm).thenComparingInt(Certificate::keyBits);

  /**
   * What a client offers.
   *
   * @param serverName the name it asks for, or null
   * @param protocols its ALPN extension, in its order
   */
  public record ClientHello(@Nullable String serverName, List<String> protocols) {
    /** A client without extensions. */
    public static final ClientHello PLAIN = new ClientHello(null, List.of());

    /** Copies the protocols. */
    public ClientHello {
      protocols = List.copyOf(protocols);
    }
  }

  /**
   * Agrees with a client.
   *
   * <p>Source: user guides, "TLS listeners" and "HTTPS listeners", "Certificate list": of the
   * certificates that fit the name the one with the better key; without a name, or if none fits,
   * the default. (Expiry, hash algorithm and validity period also count there; certificates of the
   * model are all in force.)
   *
   * @param listener an encrypted listener
   * @param vpc where its certificates are
   * @param hello what the client offers
   * @return the session
   */
  public static TlsSession agree(Listener listener, Vpc vpc, ClientHello hello) {
    String name = hello.serverName();
    Optional<Certificate> best = name == null
        ? Optional.empty()
        : listener.certificates().stream()
            .flatMap(arn -> vpc.certificate(arn).stream())
            .filter(c -> c.covers(name))
            .reduce((a, b) -> BEST.compare(b, a) > 0 ? b : a);
    AlpnPolicy policy = listener.protocol() == ListenerProtocol.HTTPS
        ? AlpnPolicy.HTTP2_PREFERRED
        : listener.alpnPolicy();
    return new TlsSession(
        best.map(Certificate::arn).orElse(listener.certificates().get(0)),
        name,
        best.isEmpty(),
        policy.negotiate(hello.protocols()).orElse(null));
  }

  /** {@code certificate arn:c/1 (SNI shop.example)}. */
  @Override
  public String toString() {
    String how = serverName == null
        ? "default, no SNI"
        : isDefault ? "default, none for SNI " + serverName : "SNI " + serverName;
    return "certificate " + certificateArn + " (" + how + ")";
  }
}
