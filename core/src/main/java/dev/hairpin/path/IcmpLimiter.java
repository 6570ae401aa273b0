package dev.hairpin.path;

import dev.hairpin.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The kernel's limit on ICMP errors: a bucket of tokens for each peer.
 *
 * <p>Source: Linux {@code net.ipv4.icmp_ratelimit} and the limit on errors of unreachable routes
 * ({@code error_cost} and {@code error_burst} of net.ipv4.route), which share the peer's tokens.
 */
final class IcmpLimiter {
  private static final int BURST = 6;
  private static final long ROUTE_ERROR_COST_MS = 1000;
  private static final long ROUTE_ERROR_BURST_MS = 5000;
  private static final int MOST_PEERS = 65_536;

  /** Tokens in milliseconds, and when they were counted. */
  private record Bucket(long tokens, long at) {}

  private final Map<IpAddress, Bucket> peers = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<IpAddress, Bucket> eldest) {
      return size() > MOST_PEERS;
    }
  };

  IcmpLimiter copy() {
    IcmpLimiter copy = new IcmpLimiter();
    copy.peers.putAll(peers);
    return copy;
  }

  /** Whether an error may be sent to a peer; {@code limitMs} 0 is no limit. */
  boolean allows(IpAddress peer, long limitMs, long now) {
    return limitMs == 0 || take(peer, limitMs, BURST * limitMs, now);
  }

  /** Whether the error of an unreachable route may be sent to a peer. */
  boolean allowsRouteError(IpAddress peer, long now) {
    return take(peer, ROUTE_ERROR_COST_MS, ROUTE_ERROR_BURST_MS, now);
  }

  private boolean take(IpAddress peer, long cost, long most, long now) {
    Bucket bucket = peers.get(peer);
    long tokens = bucket == null ? most : Math.min(most, bucket.tokens + now - bucket.at);
    boolean allowed = tokens >= cost;
    peers.put(peer, new Bucket(allowed ? tokens - cost : tokens, now));
    return allowed;
  }
}
