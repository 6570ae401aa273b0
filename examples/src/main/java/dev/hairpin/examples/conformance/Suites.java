package dev.hairpin.examples.conformance;

import dev.hairpin.examples.conformance.awslb.AwsLbSuite;
import dev.hairpin.examples.conformance.core.CoreSuite;
import dev.hairpin.examples.conformance.dns.DnsSuite;
import dev.hairpin.examples.conformance.dnsclient.DnsClientSuite;
import dev.hairpin.examples.conformance.kubeproxy.KubeProxySuite;
import dev.hairpin.examples.conformance.packetfate.PacketFateSuite;
import java.util.List;
import java.util.Optional;

/** The kinds of recordings, and the suites that exist for them. */
public final class Suites {

  /** Every kind that recordings exist for. */
  public static final List<String> KINDS =
      List.of("core", "kube-proxy", "packet-fate", "dns", "dns-client", "aws-lb");

  private static final List<Suite> BUILT = List.of(
      new CoreSuite(),
      new KubeProxySuite(),
      new PacketFateSuite(),
      new DnsSuite(),
      new DnsClientSuite(),
      new AwsLbSuite());

  private Suites() {}

  /**
   * Finds the suite of a kind.
   *
   * @param kind one of {@link #KINDS}
   * @return the suite, or nothing if it is not built yet
   */
  public static Optional<Suite> ofKind(String kind) {
    return BUILT.stream().filter(s -> s.kind().equals(kind)).findFirst();
  }
}
