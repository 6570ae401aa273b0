package dev.hairpin.path.conntrack;

import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connection tracking table of one host: states, timeouts, and the translation of addresses.
 *
 * <p>A packet is {@linkplain #track tracked} when it comes in; a new connection then has an entry
 * that nobody else can find. The nat hooks set its translation, and {@link #confirm} puts it into
 * the table at the end of the way through the host, or {@link #discard} forgets it if the packet
 * was dropped. An entry is named by a handle, whose lowest bit is the direction of the packet: 0
 * for the caller's, 1 for the answers.
 *
 * <p>No operation on a packet allocates, except when the table grows. Time is a number of
 * milliseconds that never goes back. Not thread-safe.
 */
public final class Conntrack {

  /** The packet belongs to no connection and cannot begin one. */
  public static final int INVALID = -1;

  /** The table is full, and nothing may be evicted: the packet is dropped. */
  public static final int FULL = -2;

  /*
   * The META word of a row:
   * 0-7 protocol | 8-11 state | flags from 12 on; 24-26 the last TCP segment, 27 its direction.
   */
  private static final int STATE_SHIFT = 8;
  private static final int CONFIRMED = 1 << 12;
  private static final int SEEN_REPLY = 1 << 13;
  private static final int ASSURED = 1 << 14;
  private static final int SRC_NAT = 1 << 15;
  private static final int DST_NAT = 1 << 16;
  private static final int SRC_DONE = 1 << 17;
  private static final int DST_DONE = 1 << 18;
  private static final int CLOSE_BEGUN = 1 << 19;
  private static final int PICKED_UP = 1 << 20;
  private static final int DYING = 1 << 21;
  private static final int LAST_SHIFT = 24;
  private static final int LAST_DIRECTION = 1 << 27;

  /** Probes of the port search, in its first round; each further round has half as many. */
  private static final int MAX_ATTEMPTS = 128;

  private static final int MIN_ATTEMPTS = 16;

  /** How many hash buckets of the kernel a newcomer to a full table searches for a victim. */
  private static final int EVICTION_BUCKETS = 8;

  /** Expiry is a wrapping 32-bit number of milliseconds, so no timeout may be near 2^31. */
  private static final long LONGEST_TIMEOUT_MS = 12L * 24 * 3600 * 1000;

  private static final long UDP_STREAM_AFTER_MS = 2000;

  private final FlowTable table;
  private final int[] timeoutMs;
  private final Tuple key = new Tuple();
  private final Tuple other = new Tuple();
  private final Tuple third = new Tuple();

  /** A scratch tuple of its own, since a kill can happen within a search that uses the others. */
  private final Tuple killed = new Tuple();

  private int max;
  private int buckets;
  private boolean tcpLoose = true;
  private boolean tcpLiberal;
  private boolean reusesTimeWaitPorts = true;
  private int count;
  private long lastSweep;
  private long nextExpiry = Long.MAX_VALUE;
  private int sweepRow;
  private long insertFailed;
  private long dropped;
  private long earlyDropped;

  /** A table of the kernel's default size: 262,144 entries at most. */
  public Conntrack() {
    this(262_144, 0);
  }

  /**
   * A table.
   *
   * @param max {@code nf_conntrack_max}, how many entries it may hold
   * @param expected for how many entries to make room at once
   */
  public Conntrack(int max, int expected) {
    this.max = max;
    this.buckets = Math.min(262_144, Math.max(1024, max));
    this.table = new FlowTable(expected);
    this.timeoutMs = new int[Timeout.values().length];
    for (Timeout t : Timeout.values()) {
      timeout(t, t.defaultSeconds());
    }
  }

  private Conntrack(Conntrack from) {
    table = from.table.copy();
    timeoutMs = from.timeoutMs.clone();
    max = from.max;
    buckets = from.buckets;
    tcpLoose = from.tcpLoose;
    tcpLiberal = from.tcpLiberal;
    reusesTimeWaitPorts = from.reusesTimeWaitPorts;
    count = from.count;
    lastSweep = from.lastSweep;
    nextExpiry = from.nextExpiry;
    sweepRow = from.sweepRow;
    insertFailed = from.insertFailed;
    dropped = from.dropped;
    earlyDropped = from.earlyDropped;
  }

  /**
   * An independent copy.
   *
   * @return the copy
   */
  public Conntrack copy() {
    return new Conntrack(this);
  }

  // ---- settings

  /**
   * Sets a timeout.
   *
   * @param which the timeout
   * @param seconds its length; at most 12 days count
   */
  public void timeout(Timeout which, long seconds) {
    timeoutMs[which.index()] = (int) Math.min(LONGEST_TIMEOUT_MS, Math.max(0, seconds) * 1000);
  }

  /**
   * Sets {@code nf_conntrack_max}.
   *
   * @param entries how many entries the table may hold
   */
  public void max(int entries) {
    max = entries;
  }

  /**
   * Sets {@code nf_conntrack_tcp_loose}: whether a connection is picked up in mid-stream.
   *
   * @param loose the kernel's default is true
   */
  public void tcpLoose(boolean loose) {
    tcpLoose = loose;
  }

  /**
   * Sets {@code nf_conntrack_tcp_be_liberal}: whether segments outside the window are accepted.
   *
   * @param liberal the kernel's default is false
   */
  public void tcpLiberal(boolean liberal) {
    tcpLiberal = liberal;
  }

  /**
   * Sets whether the port search may take a port whose connection is in TIME_WAIT.
   *
   * @param reuses true for kernels from about 6.14 on
   */
  public void reusesTimeWaitPorts(boolean reuses) {
    reusesTimeWaitPorts = reuses;
  }

  // ---- a packet comes in

  /**
   * Finds the connection of a packet, or begins one, and moves its state on.
   *
   * @param packet the packet's tuple; it is not kept
   * @param segment what kind of packet it is
   * @param now the time
   * @return a handle, {@link #INVALID}, or {@link #FULL}
   */
  public int track(Tuple packet, Segment segment, long now) {
    collectSome(now);
    int found = lookup(packet, now);
    if (found == FlowTable.NONE) {
      return begin(packet, segment, now);
    }
    if (reopens(found, segment)) {
      kill(found);
      return begin(packet, segment, now);
    }
    if (!moveOn(found, segment, now)) {
      return INVALID;
    }
    if (FlowTable.direction(found) == 1 && isLive(found)) {
      set(found, SEEN_REPLY);
    }
    return found;
  }

  /**
   * Finds a connection without touching it.
   *
   * @param packet the tuple of a packet of either direction
   * @param now the time
   * @return a handle, or {@link #INVALID}
   */
  public int lookup(Tuple packet, long now) {
    int found = table.find(packet);
    if (found != FlowTable.NONE && expired(found, now)) {
      kill(found);
      return FlowTable.NONE;
    }
    return found;
  }

  private int begin(Tuple packet, Segment segment, long now) {
    int state = firstState(packet, segment);
    if (state < 0) {
      return INVALID;
    }
    if (max > 0 && count >= max) {
      sweep(now);
      if (count >= max && !evictNear(packet)) {
        dropped++;
        return FULL;
      }
    }
    count++;
    int handle = table.allocate(packet.v6);
    table.putTuple(handle, packet, packet.protocol);
    other.invert(packet);
    table.putTuple(handle | 1, other, packet.protocol);
    state(handle, state);
    Timeout timeout = timeoutOf(packet.protocol, state);
    if (segment == Segment.TCP_ACK || segment == Segment.TCP_OUT_OF_WINDOW) {
      set(handle, PICKED_UP);
      timeout = Timeout.TCP_UNACKNOWLEDGED;
    }
    expires(handle, now, timeout);
    table.put(handle, FlowTable.EXTRA, (int) (now + UDP_STREAM_AFTER_MS));
    last(handle, segment);
    return handle;
  }

  /** The state in which a connection begins with this packet, or -1 if it cannot. */
  private int firstState(Tuple packet, Segment segment) {
    return switch (packet.protocol) {
      case 6 -> {
        int state = segment == Segment.TCP_OUT_OF_WINDOW
            ? TcpStates.ESTABLISHED
            : TcpStates.next(0, TcpStates.segment(segment), TcpStates.NONE);
        boolean fresh = state == TcpStates.SYN_SENT;
        yield state >= TcpStates.IGNORE || (!fresh && !tcpLoose) ? -1 : state;
      }
      case 132 -> {
        int state = SctpStates.next(0, segment, SctpStates.NONE);
        yield state == SctpStates.INVALID ? -1 : state;
      }
      case 1 -> {
        int type = packet.destinationPort >>> 8;
        yield type == 8 || type == 13 || type == 15 || type == 17 ? 0 : -1;
      }
      case 58 -> packet.destinationPort >>> 8 == 128 ? 0 : -1;
      default -> 0;
    };
  }

  /** A SYN of the caller on a connection that is over begins a new one, under its own rules. */
  private boolean reopens(int handle, Segment segment) {
    if (segment != Segment.TCP_SYN
        || protocol(handle) != 6
        || state(handle) < TcpStates.TIME_WAIT
        || state(handle) > TcpStates.CLOSE) {
      return false;
    }
    int next = TcpStates.next(FlowTable.direction(handle), TcpStates.SYN, state(handle));
    boolean resetByServer = has(handle, LAST_DIRECTION) && last(handle) == TcpStates.RST;
    return next == TcpStates.SYN_SENT && (has(handle, CLOSE_BEGUN) || resetByServer);
  }

  /** Moves the state on; false if the packet is INVALID. */
  private boolean moveOn(int handle, Segment segment, long now) {
    return switch (protocol(handle)) {
      case 6 -> moveTcp(handle, segment, now);
      case 17 -> {
        moveUdp(handle, now);
        yield true;
      }
      case 132 -> moveSctp(handle, segment, now);
      default -> {
        expires(handle, now, timeoutOf(protocol(handle), 0));
        yield true;
      }
    };
  }

  private boolean moveSctp(int handle, Segment segment, long now) {
    int next = SctpStates.next(FlowTable.direction(handle), segment, state(handle));
    if (next == SctpStates.INVALID) {
      return false;
    }
    if (state(handle) == SctpStates.COOKIE_ECHOED
        && next == SctpStates.ESTABLISHED
        && FlowTable.direction(handle) == 1) {
      set(handle, ASSURED);
    }
    state(handle, next);
    expires(handle, now, SctpStates.timeout(next));
    return true;
  }

  private void moveUdp(int handle, long now) {
    if (!has(handle, SEEN_REPLY)) {
      expires(handle, now, Timeout.UDP);
      return;
    }
    boolean stream = (int) now - table.get(handle, FlowTable.EXTRA) > 0;
    expires(handle, now, stream ? Timeout.UDP_STREAM : Timeout.UDP);
    if (stream) {
      set(handle, ASSURED);
    }
  }

  private boolean moveTcp(int handle, Segment segment, long now) {
    if (segment == Segment.TCP_OUT_OF_WINDOW) {
      return tcpLiberal;
    }
    int direction = FlowTable.direction(handle);
    int code = TcpStates.segment(segment);
    int old = state(handle);
    int next = TcpStates.next(direction, code, old);
    if (next == TcpStates.INVALID) {
      return false;
    }
    boolean answersIgnoredSyn = code == TcpStates.SYN_ACK
        && last(handle) == TcpStates.SYN
        && has(handle, LAST_DIRECTION) != (direction == 1);
    if (next == TcpStates.IGNORE && answersIgnoredSyn && old >= TcpStates.TIME_WAIT) {
      // The SYN that was let through on a dead connection was accepted: it lives again.
      old = TcpStates.SYN_SENT;
      next = TcpStates.SYN_RECV;
      clear(handle, ASSURED | CLOSE_BEGUN);
    }
    last(handle, segment);
    if (next == TcpStates.IGNORE || (next == TcpStates.SYN_SENT && old >= TcpStates.TIME_WAIT)) {
      return true;
    }
    if (next == TcpStates.FIN_WAIT) {
      set(handle, CLOSE_BEGUN);
    }
    state(handle, next);
    boolean unacknowledged = has(handle, PICKED_UP) && direction == 0;
    if (direction == 1) {
      clear(handle, PICKED_UP);
    }
    if (!has(handle, SEEN_REPLY)) {
      if (code == TcpStates.RST) {
        // An answer that is only a RST: the connection never was. Nobody finds it any more, but
        // this packet is still to be translated by it.
        if (has(handle, CONFIRMED)) {
          table.unlink(handle, killed);
          clear(handle, CONFIRMED);
          set(handle, DYING);
        }
        return true;
      }
      if (code == TcpStates.SYN && old == TcpStates.SYN_SENT) {
        // A repeated SYN does not renew the timeout; else a caller could keep an entry for ever.
        return true;
      }
    } else if (!has(handle, ASSURED)
        && (old == TcpStates.SYN_RECV || old == TcpStates.ESTABLISHED)
        && next == TcpStates.ESTABLISHED) {
      set(handle, ASSURED);
    }
    Timeout timeout = code == TcpStates.RST
        ? Timeout.TCP_CLOSE
        : unacknowledged && next == TcpStates.ESTABLISHED
            ? Timeout.TCP_UNACKNOWLEDGED
            : TcpStates.timeout(next);
    expires(handle, now, timeout);
    return true;
  }

  private static Timeout timeoutOf(int protocol, int state) {
    return switch (protocol) {
      case 6 -> TcpStates.timeout(state);
      case 17 -> Timeout.UDP;
      case 132 -> SctpStates.timeout(state);
      case 1 -> Timeout.ICMP;
      case 58 -> Timeout.ICMPV6;
      default -> Timeout.GENERIC;
    };
  }

  // ---- what is known of a tracked packet

  /**
   * Whether the packet belongs to a connection that was answered; else it is NEW.
   *
   * @param handle the packet's handle
   * @return true for {@code ctstate ESTABLISHED}
   */
  public boolean established(int handle) {
    return FlowTable.direction(handle) == 1 || has(handle, SEEN_REPLY);
  }

  /**
   * Whether the packet goes from the server to the caller.
   *
   * @param handle the packet's handle
   * @return true for the reply direction
   */
  public boolean isReply(int handle) {
    return FlowTable.direction(handle) == 1;
  }

  /**
   * Whether the entry is in the table.
   *
   * @param handle a handle
   * @return false before {@link #confirm}, and after the entry is gone
   */
  public boolean confirmed(int handle) {
    return has(handle, CONFIRMED);
  }

  /**
   * Whether the entry is safe from eviction.
   *
   * @param handle a handle
   * @return true once traffic went both ways for long enough
   */
  public boolean assured(int handle) {
    return has(handle, ASSURED);
  }

  /**
   * Whether the connection's source is translated.
   *
   * @param handle a handle
   * @return true for {@code ctstate SNAT}
   */
  public boolean sourceTranslated(int handle) {
    return has(handle, SRC_NAT);
  }

  /**
   * Whether the connection's destination is translated.
   *
   * @param handle a handle
   * @return true for {@code ctstate DNAT}
   */
  public boolean destinationTranslated(int handle) {
    return has(handle, DST_NAT);
  }

  /**
   * Whether the nat chains of one kind were already asked for this connection.
   *
   * @param handle a handle
   * @param source true for source translation, false for destination translation
   * @return true after {@link #translate}
   */
  public boolean natDone(int handle, boolean source) {
    return has(handle, source ? SRC_DONE : DST_DONE);
  }

  /**
   * The connection mark.
   *
   * @param handle a handle
   * @return the mark
   */
  public int mark(int handle) {
    return table.get(handle, FlowTable.MARK);
  }

  /**
   * Sets the connection mark.
   *
   * @param handle a handle
   * @param mark the mark
   */
  public void mark(int handle, int mark) {
    table.put(handle, FlowTable.MARK, mark);
  }

  /**
   * The number of an entry, for people: the lowest number that was free when it began.
   *
   * @param handle a handle
   * @return 1 or more
   */
  public long number(int handle) {
    return (handle >>> 2) + 1L;
  }

  /**
   * Reads the tuple of a direction.
   *
   * @param handle a handle
   * @param reply true for the answers' tuple, false for the caller's
   * @param out where to put it
   * @return {@code out}
   */
  public Tuple tuple(int handle, boolean reply, Tuple out) {
    table.getTuple(reply ? handle | 1 : handle & ~1, out);
    return out;
  }

  // ---- translation

  /**
   * Sets the translation of one end of a connection that is not confirmed yet, as a SNAT, DNAT or
   * MASQUERADE target does; without a range, the null binding that every other new connection gets,
   * which changes the source port only where the tuple is taken.
   *
   * @param handle the packet's handle
   * @param source true to translate the source, false for the destination
   * @param range what to translate to, or null for the null binding
   * @param draw gives a random number below its argument
   * @param now the time
   */
  public void translate(
      int handle, boolean source, @Nullable NatRange range, IntUnaryOperator draw, long now) {
    Tuple current = key;
    table.getTuple(handle | 1, other);
    current.invert(other);
    Tuple wanted = third.set(current);
    uniqueTuple(wanted, handle, source, range, draw, now);
    if (!sameTuple(wanted, current)) {
      other.invert(wanted);
      table.putTuple(handle | 1, other, other.protocol);
      set(handle, source ? SRC_NAT : DST_NAT);
    }
    set(handle, source ? SRC_DONE : DST_DONE);
  }

  private void uniqueTuple(
      Tuple t,
      int handle,
      boolean source,
      @Nullable NatRange range,
      IntUnaryOperator draw,
      long now) {
    boolean fully = range != null && range.randomFully();
    boolean random = range != null && range.random();
    boolean ports = range != null && range.firstPort() > 0;
    if (source && !fully && !random && inRange(t, range) && !taken(t, handle, now)) {
      return;
    }
    if (range != null && range.first() != null) {
      setAddress(t, source, pick(range, t));
    }
    if (!fully && !random) {
      int port = source ? t.sourcePort : t.destinationPort;
      if (range != null && ports) {
        if (port >= range.firstPort()
            && port <= range.lastPort()
            && (range.firstPort() == range.lastPort() || !taken(t, handle, now))) {
          return;
        }
      } else if (!taken(t, handle, now)) {
        return;
      }
    }
    searchPort(t, handle, source, range, draw, now);
  }

  private static boolean inRange(Tuple t, @Nullable NatRange range) {
    if (range == null) {
      return true;
    }
    IpAddress first = range.first();
    IpAddress last = range.last();
    IpAddress address = t.source();
    if (first != null
        && last != null
        && (address.compareTo(first) < 0 || address.compareTo(last) > 0)) {
      return false;
    }
    return range.firstPort() == 0
        || (t.sourcePort >= range.firstPort() && t.sourcePort <= range.lastPort());
  }

  /** Spreads callers over the addresses of a range; the same pair of ends gets the same one. */
  private static IpAddress pick(NatRange range, Tuple t) {
    IpAddress first = java.util.Objects.requireNonNull(range.first());
    IpAddress last = java.util.Objects.requireNonNull(range.last());
    long size = last.low() - first.low() + 1;
    if (size <= 1) {
      return first;
    }
    long h = (t.sourceLow * 0x9e37_79b9_7f4a_7c15L ^ t.destinationLow) * 0xc2b2_ae3d_27d4_eb4fL;
    return first.plus(Math.floorMod(h >>> 17, size));
  }

  private static void setAddress(Tuple t, boolean source, IpAddress address) {
    if (source) {
      t.sourceHigh = address.high();
      t.sourceLow = address.low();
    } else {
      t.destinationHigh = address.high();
      t.destinationLow = address.low();
    }
  }

  private static void setPort(Tuple t, boolean source, int port) {
    if (source) {
      t.sourcePort = port;
    } else {
      t.destinationPort = port;
    }
  }

  /**
   * The kernel's search: 128 candidates in a row from a random offset, then 64, 32, 16 and 8 from
   * fresh offsets; the last candidate stays even if it is taken, and then {@link #confirm} fails.
   */
  private void searchPort(
      Tuple t,
      int handle,
      boolean source,
      @Nullable NatRange range,
      IntUnaryOperator draw,
      long now) {
    int first;
    int size;
    boolean fully = range != null && range.randomFully();
    if (range != null && range.firstPort() > 0) {
      first = range.firstPort();
      size = range.lastPort() - first + 1;
    } else if (t.isIcmp()) {
      first = 0;
      size = 65_536;
    } else if (!source) {
      return;
    } else if (t.sourcePort < 512) {
      first = 1;
      size = 511;
    } else if (t.sourcePort < 1024) {
      first = 600;
      size = 424;
    } else {
      first = 1024;
      size = 64_512;
    }
    int offset = fully || source ? draw.applyAsInt(65_536) : 0;
    int attempts = Math.min(size, MAX_ATTEMPTS);
    while (true) {
      for (int i = 0; i < attempts; i++, offset++) {
        setPort(t, source, first + offset % size);
        if (!takenHarder(t, handle, attempts - i, now)) {
          return;
        }
      }
      if (attempts >= size || attempts < MIN_ATTEMPTS) {
        return;
      }
      attempts /= 2;
      offset = draw.applyAsInt(65_536);
    }
  }

  /** Whether the answers' tuple of this translation belongs to another connection. */
  private boolean taken(Tuple t, int handle, long now) {
    other.invert(t);
    int found = lookup(other, now);
    return found != FlowTable.NONE && found >> 1 != handle >> 1;
  }

  private boolean takenHarder(Tuple t, int handle, int attemptsLeft, long now) {
    other.invert(t);
    int found = lookup(other, now);
    if (found == FlowTable.NONE || found >> 1 == handle >> 1) {
      return false;
    }
    if (attemptsLeft <= 32
        && reusesTimeWaitPorts
        && protocol(found) == 6
        && state(found) >= TcpStates.TIME_WAIT
        && state(found) <= TcpStates.CLOSE) {
      kill(found);
      return false;
    }
    return true;
  }

  private static boolean sameTuple(Tuple a, Tuple b) {
    return a.sourceLow == b.sourceLow
        && a.destinationLow == b.destinationLow
        && a.sourceHigh == b.sourceHigh
        && a.destinationHigh == b.destinationHigh
        && a.sourcePort == b.sourcePort
        && a.destinationPort == b.destinationPort;
  }

  // ---- the end of the way

  /**
   * Puts a new connection into the table.
   *
   * @param handle the packet's handle; a confirmed one is left as it is
   * @param now the time
   * @return false if a direction is already taken: the packet is dropped and the handle is void
   */
  public boolean confirm(int handle, long now) {
    if (has(handle, CONFIRMED | DYING)) {
      return true;
    }
    table.getTuple(handle & ~1, key);
    int clash = lookup(key, now);
    if (clash == FlowTable.NONE) {
      table.getTuple(handle | 1, key);
      clash = lookup(key, now);
    }
    if (clash != FlowTable.NONE) {
      insertFailed++;
      dropped++;
      discard(handle);
      return false;
    }
    set(handle, CONFIRMED);
    table.link(handle, key);
    nextExpiry = Math.min(nextExpiry, expiry(handle, now));
    return true;
  }

  /**
   * Ends a packet's hold on its entry: a connection that was not confirmed, because its packet was
   * dropped, is forgotten.
   *
   * @param handle the packet's handle; a confirmed one is left as it is
   */
  public void discard(int handle) {
    if (isLive(handle) && !has(handle, CONFIRMED)) {
      table.release(handle);
      count--;
    }
  }

  /**
   * Deletes an entry.
   *
   * @param handle a handle of a confirmed entry
   */
  public void kill(int handle) {
    if (has(handle, CONFIRMED)) {
      table.unlink(handle, killed);
      table.release(handle);
      count--;
    } else {
      discard(handle);
    }
  }

  // ---- time and room

  private boolean expired(int handle, long now) {
    return (int) now - table.get(handle, FlowTable.EXPIRES) >= 0 && has(handle, CONFIRMED);
  }

  private long expiry(int handle, long now) {
    return now + (table.get(handle, FlowTable.EXPIRES) - (int) now);
  }

  private void expires(int handle, long now, Timeout timeout) {
    long ms = timeoutMs[timeout.index()];
    table.put(handle, FlowTable.EXPIRES, (int) (now + ms));
    nextExpiry = Math.min(nextExpiry, now + ms);
  }

  /** Looks at a few rows with every packet, as the kernel's worker does beside them. */
  private void collectSome(long now) {
    if (now - lastSweep > LONGEST_TIMEOUT_MS) {
      sweep(now);
      return;
    }
    for (int family = 0; family < 2; family++) {
      int rows = table.rows(family);
      for (int i = 0; i < Math.min(4, rows); i++) {
        int handle = FlowTable.handle(family, Math.floorMod(sweepRow + i, rows));
        if (has(handle, CONFIRMED) && expired(handle, now)) {
          kill(handle);
        }
      }
    }
    sweepRow = sweepRow + 4 & 0x3fff_ffff;
  }

  /**
   * Removes every entry whose time is over.
   *
   * @param now the time
   */
  public void sweep(long now) {
    lastSweep = now;
    if (now < nextExpiry) {
      return;
    }
    nextExpiry = Long.MAX_VALUE;
    for (int family = 0; family < 2; family++) {
      for (int row = 0; row < table.rows(family); row++) {
        int handle = FlowTable.handle(family, row);
        if (has(handle, CONFIRMED)) {
          if (expired(handle, now)) {
            kill(handle);
          } else {
            nextExpiry = Math.min(nextExpiry, expiry(handle, now));
          }
        }
      }
    }
  }

  /**
   * Evicts a connection that is not assured, if there is one near the newcomer: the kernel looks at
   * 8 hash buckets, which hold a share of all tuples.
   */
  private boolean evictNear(Tuple packet) {
    long near = Math.max(1, EVICTION_BUCKETS * 2L * count / buckets);
    int home = table.home(packet);
    for (int i = 0; i < table.indexSize() && near > 0; i++) {
      int handle = table.at(home + i);
      if (handle >= 0) {
        near--;
        if (!has(handle, ASSURED)) {
          kill(handle);
          earlyDropped++;
          return true;
        }
      }
    }
    return false;
  }

  // ---- for people

  /**
   * Whether the table is so full that a few more connections might not find room.
   *
   * @return whether at least half of its entries are taken
   */
  public boolean isHalfFull() {
    return max > 0 && count >= max / 2;
  }

  /**
   * How many connections are tracked.
   *
   * @param now the time
   * @return the number of entries whose time is not over
   */
  public int size(long now) {
    sweep(now);
    return count;
  }

  /**
   * Lists the entries, in the order in which their rows were taken.
   *
   * @param now the time
   * @return the entries
   */
  public List<ConntrackEntry> list(long now) {
    List<ConntrackEntry> entries = new ArrayList<>();
    forEach(now, handle -> {
      entries.add(entry(handle, now));
      return false;
    });
    return entries;
  }

  /**
   * Deletes entries, as {@code conntrack -D} does.
   *
   * @param filter which
   * @param now the time
   * @return how many were deleted
   */
  public int delete(Predicate<ConntrackEntry> filter, long now) {
    int before = size(now);
    forEach(now, handle -> filter.test(entry(handle, now)));
    return before - count;
  }

  /** Visits every live entry, and kills those for which the visitor answers true. */
  private void forEach(long now, java.util.function.IntPredicate visitor) {
    sweep(now);
    for (int family = 0; family < 2; family++) {
      for (int row = 0; row < table.rows(family); row++) {
        int handle = FlowTable.handle(family, row);
        if (has(handle, CONFIRMED) && visitor.test(handle)) {
          kill(handle);
        }
      }
    }
  }

  /**
   * The picture of an entry.
   *
   * @param handle a handle
   * @param now the time
   * @return the picture
   */
  public ConntrackEntry entry(int handle, long now) {
    Tuple t = new Tuple();
    var original = tuple(handle, false, t).toFiveTuple();
    var reply = tuple(handle, true, t).toFiveTuple();
    long left = Math.max(0, expiry(handle, now) - now);
    int protocol = protocol(handle);
    String state = protocol == 6
        ? TcpStates.name(state(handle))
        : protocol == 132 ? SctpStates.name(state(handle)) : "";
    return new ConntrackEntry(
        original,
        reply,
        left / 1000,
        state,
        has(handle, SEEN_REPLY),
        has(handle, ASSURED),
        mark(handle));
  }

  /**
   * How many packets were dropped because their connection could not be inserted.
   *
   * @return the counter {@code insert_failed}
   */
  public long insertFailed() {
    return insertFailed;
  }

  /**
   * How many packets were dropped: for a full table, or with {@link #insertFailed}.
   *
   * @return the counter {@code drop}
   */
  public long dropped() {
    return dropped;
  }

  /**
   * How many entries were evicted to make room.
   *
   * @return the counter {@code early_drop}
   */
  public long earlyDropped() {
    return earlyDropped;
  }

  /**
   * The memory of the table.
   *
   * @return bytes of the arrays that hold entries and index
   */
  public long bytes() {
    return table.bytes();
  }

  // ---- the META word

  private int protocol(int handle) {
    return table.get(handle, FlowTable.META) & 0xff;
  }

  private boolean isLive(int handle) {
    return protocol(handle) != 0;
  }

  private int state(int handle) {
    return table.get(handle, FlowTable.META) >>> STATE_SHIFT & 15;
  }

  private void state(int handle, int state) {
    int meta = table.get(handle, FlowTable.META);
    table.put(handle, FlowTable.META, (meta & ~(15 << STATE_SHIFT)) | (state << STATE_SHIFT));
  }

  private int last(int handle) {
    return table.get(handle, FlowTable.META) >>> LAST_SHIFT & 7;
  }

  private void last(int handle, Segment segment) {
    int meta = table.get(handle, FlowTable.META) & ~(7 << LAST_SHIFT | LAST_DIRECTION);
    int direction = FlowTable.direction(handle) == 1 ? LAST_DIRECTION : 0;
    table.put(handle, FlowTable.META, meta | TcpStates.segment(segment) << LAST_SHIFT | direction);
  }

  private boolean has(int handle, int flag) {
    return (table.get(handle, FlowTable.META) & flag) != 0;
  }

  private void set(int handle, int flags) {
    table.put(handle, FlowTable.META, table.get(handle, FlowTable.META) | flags);
  }

  private void clear(int handle, int flags) {
    table.put(handle, FlowTable.META, table.get(handle, FlowTable.META) & ~flags);
  }
}
