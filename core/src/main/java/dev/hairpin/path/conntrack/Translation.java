package dev.hairpin.path.conntrack;

import dev.hairpin.net.IpAddress;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the addresses and ports that a new connection is translated to, so that its answers are
 * told apart from those of all others.
 *
 * <p>Source: Linux 6.18, {@code nf_nat_core}, measured.
 */
final class Translation {

  /** Probes of the port search, in its first round; each further round has half as many. */
  private static final int MAX_ATTEMPTS = 128;

  private static final int MIN_ATTEMPTS = 16;

  /** The last probes of a round may take the port of a connection that is in TIME_WAIT. */
  private static final int HARDER_ATTEMPTS = 32;

  private static final int NOT_DRAWN = -1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final long LOW = 0xffff_ffffL;

  private final FlowTable table;
  private final Expiry expiry;
  private final Tuple current = new Tuple();
  private final Tuple wanted = new Tuple();
  private final Tuple answers = new Tuple();
  boolean reusesTimeWaitPorts = true;

  /** The entry whose answers' tuple was found free, and how many had come in by then. */
  private int free = FlowTable.NONE;

  private long freeAt;
  private long freeHash;

  Translation(FlowTable table, Expiry expiry) {
    this.table = table;
    this.expiry = expiry;
  }

  Translation(Translation from, FlowTable copiedTable, Expiry copiedExpiry) {
    this(copiedTable, copiedExpiry);
    reusesTimeWaitPorts = from.reusesTimeWaitPorts;
  }

  /** Whether the answers' tuple of an entry was found free, and nothing came in since. */
  boolean isFree(int handle) {
    return handle == free && freeAt == table.links();
  }

  /** The hash of that tuple. */
  long freeHash() {
    return freeHash;
  }

  /*
   * What kube-proxy's masquerading asks for is tried in words first, without the parts of tuples;
   * the number that was drawn for it is also the first of the search, should the port be taken.
   */
  void translate(
      int handle, boolean source, @Nullable NatRange range, IntUnaryOperator draw, long now) {
    free = FlowTable.NONE;
    if (range == null && isAsItIs(handle, now)) {
      table.meta(handle, table.meta(handle) | (source ? Meta.SRC_DONE : Meta.DST_DONE));
      return;
    }
    int drawn = NOT_DRAWN;
    if (source && range != null && FlowTable.family(handle) == 0 && isAnyPort(range)) {
      drawn = draw.applyAsInt(Conntrack.PORT_DRAWS);
      if (takesFirst4(handle, range, drawn, now)) {
        return;
      }
    }
    table.getTuple(handle | 1, answers);
    current.invert(answers);
    wanted.set(current);
    choose(handle, source, range, draw, drawn, now);
    int meta = table.meta(handle) | (source ? Meta.SRC_DONE : Meta.DST_DONE);
    if (!same(wanted, current)) {
      answers.invert(wanted);
      table.putTuple(handle | 1, answers);
      meta |= source ? Meta.SRC_NAT : Meta.DST_NAT;
    }
    table.meta(handle, meta);
  }

  /** Whether a source may get any port of one address, by chance: kube-proxy's masquerading. */
  private static boolean isAnyPort(NatRange range) {
    return range.randomFully()
        && range.firstPort() == 0
        && range.first() != null
        && range.first().equals(range.last());
  }

  /** Translates an IPv4 source to the first port that a search tries, if that is free. */
  private boolean takesFirst4(int handle, NatRange range, int drawn, long now) {
    long before = table.addresses4(handle | 1);
    long portsBefore = table.portsAndProtocol(handle | 1);
    int protocol = (int) (portsBefore >>> 32);
    if (protocol != TCP && protocol != UDP) {
      return false;
    }
    IpAddress to = Objects.requireNonNull(range.first());
    long after = (before & ~LOW) | (to.low() & LOW);
    long portsAfter = (portsBefore & ~0xffffL) | firstCandidate((int) portsBefore & 0xffff, drawn);
    long hash = table.hash4(after, portsAfter);
    if (other(handle, hash, table.find4(hash, after, portsAfter), now) != FlowTable.NONE) {
      return false;
    }
    int meta = table.meta(handle) | Meta.SRC_DONE;
    if (after != before || portsAfter != portsBefore) {
      table.putAnswers4(handle, after, (int) portsAfter);
      meta |= Meta.SRC_NAT;
    }
    table.meta(handle, meta);
    return true;
  }

  /** Whether no other connection has the answers' tuple as it is; then nothing is translated. */
  private boolean isAsItIs(int handle, long now) {
    if (FlowTable.family(handle) == 0) {
      long addresses = table.addresses4(handle | 1);
      long ports = table.portsAndProtocol(handle | 1);
      long hash = table.hash4(addresses, ports);
      return other(handle, hash, table.find4(hash, addresses, ports), now) == FlowTable.NONE;
    }
    table.getTuple(handle | 1, wanted);
    long hash = table.hash(wanted);
    return other(handle, hash, table.find(hash, wanted), now) == FlowTable.NONE;
  }

  /** One address and one port leave nothing to choose. */
  void destination(int handle, long high, long low, int port) {
    free = FlowTable.NONE;
    int meta = table.meta(handle) | Meta.DST_DONE;
    if (FlowTable.family(handle) == 0) {
      long before = table.addresses4(handle | 1);
      int portsBefore = (int) table.portsAndProtocol(handle | 1);
      long after = (low << 32) | (before & 0xffff_ffffL);
      int portsAfter = port == 0 ? portsBefore : (port << 16) | (portsBefore & 0xffff);
      if (after != before || portsAfter != portsBefore) {
        table.putAnswers4(handle, after, portsAfter);
        meta |= Meta.DST_NAT;
      }
    } else {
      table.getTuple(handle | 1, answers);
      int newPort = port == 0 ? answers.sourcePort : port;
      if (answers.sourceLow != low || answers.sourceHigh != high || answers.sourcePort != newPort) {
        answers.sourceHigh = high;
        answers.sourceLow = low;
        answers.sourcePort = newPort;
        table.putTuple(handle | 1, answers);
        meta |= Meta.DST_NAT;
      }
    }
    table.meta(handle, meta);
  }

  private void choose(
      int handle,
      boolean source,
      @Nullable NatRange range,
      IntUnaryOperator draw,
      int drawnBefore,
      long now) {
    boolean drawn = range != null && (range.randomFully() || range.random());
    if (source && !drawn && inRange(range) && !taken(handle, now)) {
      return;
    }
    if (range != null && range.first() != null) {
      address(source, pick(range));
    }
    if (!drawn) {
      if (range != null && range.firstPort() > 0) {
        int port = source ? wanted.sourcePort : wanted.destinationPort;
        if (port >= range.firstPort()
            && port <= range.lastPort()
            && (range.firstPort() == range.lastPort() || !taken(handle, now))) {
          return;
        }
      } else if (!taken(handle, now)) {
        return;
      }
    }
    searchPort(handle, source, range, draw, drawnBefore, now);
  }

  private boolean inRange(@Nullable NatRange range) {
    if (range == null) {
      return true;
    }
    IpAddress first = range.first();
    IpAddress last = range.last();
    IpAddress address = wanted.source();
    if (first != null
        && last != null
        && (address.compareTo(first) < 0 || address.compareTo(last) > 0)) {
      return false;
    }
    return range.firstPort() == 0
        || (wanted.sourcePort >= range.firstPort() && wanted.sourcePort <= range.lastPort());
  }

  /** Spreads callers over the addresses of a range; the same pair of ends gets the same one. */
  private IpAddress pick(NatRange range) {
    IpAddress first = Objects.requireNonNull(range.first());
    IpAddress last = Objects.requireNonNull(range.last());
    long size = last.low() - first.low() + 1;
    if (size <= 1) {
      return first;
    }
    long h = (wanted.sourceLow * 0x9e37_79b9_7f4a_7c15L ^ wanted.destinationLow)
        * 0xc2b2_ae3d_27d4_eb4fL;
    return first.plus(Math.floorMod(h >>> 17, size));
  }

  private void address(boolean source, IpAddress address) {
    if (source) {
      wanted.sourceHigh = address.high();
      wanted.sourceLow = address.low();
    } else {
      wanted.destinationHigh = address.high();
      wanted.destinationLow = address.low();
    }
  }

  private void port(boolean source, int port) {
    if (source) {
      wanted.sourcePort = port;
    } else {
      wanted.destinationPort = port;
    }
  }

  /**
   * The kernel's search: 128 candidates in a row from a random offset, then 64, 32, 16 and 8 from
   * fresh offsets; the last candidate stays even if it is taken, and then the connection cannot be
   * confirmed.
   */
  private void searchPort(
      int handle,
      boolean source,
      @Nullable NatRange range,
      IntUnaryOperator draw,
      int drawnBefore,
      long now) {
    int first;
    int size;
    if (range != null && range.firstPort() > 0) {
      first = range.firstPort();
      size = range.lastPort() - first + 1;
    } else if (wanted.isIcmp()) {
      first = 0;
      size = 65_536;
    } else if (!source) {
      return;
    } else {
      first = firstPort(wanted.sourcePort);
      size = ports(wanted.sourcePort);
    }
    boolean fully = range != null && range.randomFully();
    int offset = drawnBefore;
    if (drawnBefore == NOT_DRAWN) {
      offset = fully || source ? draw.applyAsInt(Conntrack.PORT_DRAWS) : 0;
    }
    int attempts = Math.min(size, MAX_ATTEMPTS);
    while (true) {
      for (int i = 0; i < attempts; i++, offset++) {
        port(source, candidate(first, size, offset));
        if (!takenHarder(handle, attempts - i, now)) {
          return;
        }
      }
      if (attempts >= size || attempts < MIN_ATTEMPTS) {
        return;
      }
      attempts /= 2;
      offset = draw.applyAsInt(Conntrack.PORT_DRAWS);
    }
  }

  /** What META says of a connection with ports both of whose ends were asked for. */
  static int done4(long addresses, int ports, long answerAddresses, int answerPorts) {
    boolean source =
        (int) answerAddresses != (int) (addresses >>> 32) || (answerPorts & 0xffff) != ports >>> 16;
    boolean destination =
        (int) (answerAddresses >>> 32) != (int) addresses || answerPorts >>> 16 != (ports & 0xffff);
    return Meta.SRC_DONE
        | Meta.DST_DONE
        | (source ? Meta.SRC_NAT : 0)
        | (destination ? Meta.DST_NAT : 0);
  }

  /** The lowest port among which a search for a new source port looks. */
  private static int firstPort(int sourcePort) {
    return sourcePort < 512 ? 1 : sourcePort < 1024 ? 600 : 1024;
  }

  /** How many ports there are from that one on. */
  private static int ports(int sourcePort) {
    return sourcePort < 512 ? 511 : sourcePort < 1024 ? 424 : 64_512;
  }

  private static int candidate(int first, int size, int offset) {
    return first + offset % size;
  }

  /** Where a search for a new source port begins if the draw below 65,536 gives this. */
  static int firstCandidate(int sourcePort, int drawn) {
    return candidate(firstPort(sourcePort), ports(sourcePort), drawn);
  }

  /** The other connection to which the answers of this translation belong, or none. */
  private int owner(int handle, long now) {
    answers.invert(wanted);
    long hash = table.hash(answers);
    return other(handle, hash, table.find(hash, answers), now);
  }

  /** What was found under a hash, unless it is over or the connection itself. */
  private int other(int handle, long hash, int found, long now) {
    boolean isNone = found == FlowTable.NONE || found >> 1 == handle >> 1;
    if (!isNone && Expiry.isOver(table.state(found), now)) {
      expiry.remove(found);
      isNone = true;
    }
    free = isNone ? handle : FlowTable.NONE;
    freeAt = table.links();
    freeHash = hash;
    return isNone ? FlowTable.NONE : found;
  }

  private boolean taken(int handle, long now) {
    return owner(handle, now) != FlowTable.NONE;
  }

  private boolean takenHarder(int handle, int attemptsLeft, long now) {
    int found = owner(handle, now);
    if (found == FlowTable.NONE) {
      return false;
    }
    int meta = table.meta(found);
    if (attemptsLeft <= HARDER_ATTEMPTS
        && reusesTimeWaitPorts
        && Meta.protocol(meta) == 6
        && Meta.state(meta) >= TcpStates.TIME_WAIT
        && Meta.state(meta) <= TcpStates.CLOSE) {
      expiry.remove(found);
      free = handle;
      return false;
    }
    return true;
  }

  private static boolean same(Tuple a, Tuple b) {
    return a.sourceLow == b.sourceLow
        && a.destinationLow == b.destinationLow
        && a.sourceHigh == b.sourceHigh
        && a.destinationHigh == b.destinationHigh
        && a.sourcePort == b.sourcePort
        && a.destinationPort == b.destinationPort;
  }
}
