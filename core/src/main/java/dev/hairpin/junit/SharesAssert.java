package dev.hairpin.junit;

import dev.hairpin.analysis.Shares;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import java.util.Map;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions on where new connections end. Shares are exact fractions; where the kernel's 31-bit
 * probabilities make them long, {@code n/d} means the same to within one part in a million.
 */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class SharesAssert extends AbstractAssert<SharesAssert, Shares> {
  private static final double CLOSE = 1e-6;

  SharesAssert(Shares actual) {
    super(actual, SharesAssert.class);
  }

  private SharesAssert require(boolean holds, String expectation) {
    isNotNull();
    if (!holds) {
      failWithMessage("%s", "expected " + expectation + ", but it is\n" + actual);
    }
    return this;
  }

  private Fraction where(Predicate<Shares.End> wanted) {
    return actual.ends().entrySet().stream()
        .filter(e -> wanted.test(e.getKey()))
        .map(Map.Entry::getValue)
        .reduce(Fraction.ZERO, Fraction::plus);
  }

  private SharesAssert share(
      Predicate<Shares.End> wanted, long numerator, long denominator, String of) {
    Fraction expected = Fraction.of(numerator, denominator);
    Fraction share = where(wanted);
    return require(
        share.equals(expected) || Math.abs(share.toDouble() - expected.toDouble()) < CLOSE,
        "a share of " + expected + " " + of + " (it is " + share.toDouble() + ")");
  }

  /**
   * Every connection arrives.
   *
   * @return this
   */
  public SharesAssert allArrive() {
    return require(actual.arriving().equals(Fraction.ONE), "every connection to arrive");
  }

  /**
   * A share of the connections arrives.
   *
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert arrive(long numerator, long denominator) {
    return share(Shares.End::arrives, numerator, denominator, "to arrive");
  }

  /**
   * A share ends for a reason.
   *
   * @param reason the reason
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert endWith(Reason reason, long numerator, long denominator) {
    return share(
        e -> !e.arrives() && e.endpoint().equals(reason.toString()),
        numerator,
        denominator,
        "to end with " + reason);
  }

  /**
   * A server gets a share.
   *
   * @param server as for {@link TraceAssert#arrivesAt}
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert arriveAt(String server, long numerator, long denominator) {
    return share(
        e -> e.arrives()
            && Servers.is(e.endpoint().substring(0, e.endpoint().lastIndexOf(':')), server),
        numerator,
        denominator,
        "to arrive at " + server);
  }

  /**
   * The servers of a node get a share.
   *
   * @param node the node's name
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert arriveOnNode(String node, long numerator, long denominator) {
    return share(
        e -> e.arrives() && e.node().equals(node), numerator, denominator, "on node " + node);
  }

  /**
   * The servers of a zone get a share.
   *
   * @param zone the zone
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert arriveInZone(String zone, long numerator, long denominator) {
    return share(
        e -> e.arrives() && e.zone().equals(zone), numerator, denominator, "in zone " + zone);
  }

  /**
   * A share crosses another node before the server's own.
   *
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert takeAnExtraHop(long numerator, long denominator) {
    return share(e -> e.arrives() && e.hops() > 0, numerator, denominator, "with an extra hop");
  }

  /**
   * A share arrives with this source address.
   *
   * @param address the address that the server sees
   * @param numerator of the share
   * @param denominator of the share
   * @return this
   */
  public SharesAssert showSource(String address, long numerator, long denominator) {
    return share(
        e -> e.arrives() && e.sourceSeen().equals(address),
        numerator,
        denominator,
        "with source " + address);
  }
}
