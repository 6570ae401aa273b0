package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One upstream of the plugin forward, with its health.
 *
 * <p>A failed question starts health checks, which go on until one succeeds: each failed check
 * counts, a successful one sets the count to 0. The checks run in virtual time and are caught up
 * with when the proxy is looked at.
 */
final class Proxy {
  private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(1);

  private final SocketAddress address;
  private final Setup.Upstreams upstreams;
  private final Duration interval;
  private final Message check;
  private @Nullable Instant nextCheck;
  private @Nullable Instant resultDue;
  private boolean resultGood;
  private int fails;

  Proxy(
      SocketAddress address,
      Setup.Upstreams upstreams,
      Duration interval,
      DnsName checked,
      boolean recursion) {
    this.address = address;
    this.upstreams = upstreams;
    this.interval = interval;
    this.check = Message.query(0, new Question(checked, RecordType.NS)).with(Flag.RD, recursion);
  }

  SocketAddress address() {
    return address;
  }

  Upstream.Response ask(Message query, Transport transport) {
    // Found anew each time: the server itself may listen there once all its blocks are set up.
    Upstream upstream = upstreams.at(address);
    return upstream == null ? new Upstream.Unreachable() : upstream.ask(query, transport);
  }

  /** Starts health checks, unless they run already. */
  void startChecks(Instant now) {
    catchUp(now);
    if (nextCheck == null && resultDue == null) {
      nextCheck = now;
      catchUp(now);
    }
  }

  /** Whether more checks failed than are allowed; 0 allows any number. */
  boolean isDown(int maxFails, Instant now) {
    catchUp(now);
    return maxFails != 0 && fails > maxFails;
  }

  /** When the running checks next begin or end, or null if none run. */
  @Nullable
  Instant nextEvent() {
    return resultDue != null ? resultDue : nextCheck;
  }

  private void catchUp(Instant now) {
    while (true) {
      Instant due = resultDue;
      Instant begin = nextCheck;
      if (due != null && !due.isAfter(now)) {
        resultDue = null;
        fails = resultGood ? 0 : fails + 1;
        nextCheck = resultGood ? null : due.plus(interval);
      } else if (due == null && begin != null && !begin.isAfter(now)) {
        nextCheck = null;
        resultDue = begin.plus(check());
      } else {
        return;
      }
    }
  }

  /** Checks once, and says how long it takes. */
  private Duration check() {
    Upstream.Response response = ask(check, Transport.UDP);
    if (response instanceof Upstream.Unreachable) {
      resultGood = false;
      return Duration.ZERO;
    }
    resultGood = response instanceof Upstream.Answered answered
        && answered.delay().compareTo(CHECK_TIMEOUT) <= 0;
    return resultGood && response instanceof Upstream.Answered answered
        ? answered.delay()
        : CHECK_TIMEOUT;
  }
}
