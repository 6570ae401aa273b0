package dev.hairpin.path.conntrack;

import dev.hairpin.net.IpAddress;
import java.util.Iterator;
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
 * <p>An IPv4 connection takes 41 to 62 bytes, both directions and the index counted in, as the
 * arrays fill and grow, up to 11 more if its source is translated, and 4 more for UDP or once
 * connection marks are used; an IPv6 one 50 to 75 more. No operation on a packet allocates, except
 * when the table grows. Time is a number of milliseconds that never goes back. Not thread-safe.
 */
public final class Conntrack {

  /** The packet belongs to no connection and cannot begin one. */
  public static final int INVALID = -1;

  /** The table is full, and nothing may be evicted: the packet is dropped. */
  public static final int FULL = -2;

  /** What {@link #open} answers where the steps that it takes together must be taken one by one. */
  public static final int STEP_BY_STEP = -3;

  /** A search for a port draws a number below this. */
  public static final int PORT_DRAWS = 65_536;

  private final FlowTable table;
  private final Expiry expiry;
  private final Tracker tracker;
  private final Translation translation;
  private final Room room;
  private final Pictures pictures;
  private final Tuple scratch = new Tuple();

  /** The entry that began last, and how many had come into the table by then. */
  private int begun = INVALID;

  private long begunAt;
  private long begunHash;
  private long insertFailed;

  /** A table of the kernel's default size: 262,144 entries at most. */
  public Conntrack() {
    this(262_144, 0);
  }

  /**
   * A table of a host that is not known to translate sources.
   *
   * @param max {@code nf_conntrack_max}, how many entries it may hold; 0 for no limit
   * @param expected for how many entries to make room at once
   */
  public Conntrack(int max, int expected) {
    this(max, expected, List.of());
  }

  /**
   * A table.
   *
   * @param max {@code nf_conntrack_max}, how many entries it may hold; 0 for no limit
   * @param expected for how many entries to make room at once
   * @param translatedTo the addresses to which this host translates sources; the first two of IPv4
   *     count. They decide nothing, but the answers of many such connections are found faster
   */
  public Conntrack(int max, int expected, List<IpAddress> translatedTo) {
    Iterator<IpAddress> shared = translatedTo.stream().filter(IpAddress::isV4).iterator();
    table = new FlowTable(expected, nextOf(shared), nextOf(shared));
    expiry = new Expiry(table);
    tracker = new Tracker(table, expiry);
    translation = new Translation(table, expiry);
    room = new Room(table, expiry, max);
    pictures = new Pictures(table, expiry);
  }

  private static long nextOf(Iterator<IpAddress> addresses) {
    return addresses.hasNext() ? addresses.next().v4Bits() & 0xffff_ffffL : -1;
  }

  private Conntrack(Conntrack from) {
    table = from.table.copy();
    expiry = new Expiry(from.expiry, table);
    tracker = new Tracker(from.tracker, table, expiry);
    translation = new Translation(from.translation, table, expiry);
    room = new Room(from.room, table, expiry);
    pictures = new Pictures(table, expiry);
    insertFailed = from.insertFailed;
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
    expiry.timeout(which, seconds);
  }

  /**
   * Sets {@code nf_conntrack_max}.
   *
   * @param entries how many entries the table may hold
   */
  public void max(int entries) {
    room.max(entries);
  }

  /**
   * Sets {@code nf_conntrack_tcp_loose}: whether a connection is picked up in mid-stream.
   *
   * @param loose the kernel's default is true
   */
  public void tcpLoose(boolean loose) {
    tracker.tcpLoose = loose;
  }

  /**
   * Sets {@code nf_conntrack_tcp_be_liberal}: whether segments outside the window are accepted.
   *
   * @param liberal the kernel's default is false
   */
  public void tcpLiberal(boolean liberal) {
    tracker.tcpLiberal = liberal;
  }

  /**
   * Sets whether the port search may take a port whose connection is in TIME_WAIT.
   *
   * @param reuses true for kernels from about 6.14 on
   */
  public void reusesTimeWaitPorts(boolean reuses) {
    translation.reusesTimeWaitPorts = reuses;
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
    if (packet.v6) {
      return track6(packet, segment, now);
    }
    long addresses = packet.v4Addresses();
    long ports = packet.portsAndProtocol();
    return track4(addresses, ports, table.hash4(addresses, ports), segment, now);
  }

  /**
   * Loads the memory in which packets will be looked up, and changes nothing. It takes what a few
   * of them would wait for if they were tracked without it.
   *
   * @param packets the packets
   * @param from the first of them
   * @param to behind the last; at most a few hundred, so that what was loaded stays in the cache
   * @return some bits of that memory, to be used somehow, so that the loads are not optimised away
   */
  public long lookAhead(PacketBatch packets, int from, int to) {
    for (int i = from; i < to; i++) {
      packets.hashes[i] = table.hash4(packets.addresses[i], packets.ports[i]);
    }
    return table.touch(packets.hashes, packets.places, from, to) + expiry.touched();
  }

  /**
   * Finds the connection of a packet of a batch, or begins one, and moves its state on, as
   * {@link #track(Tuple, Segment, long)} does.
   *
   * @param packets the packets
   * @param i which of them; {@link #lookAhead} was called for it since it was filled in
   * @param segment what kind of packet it is
   * @param now the time
   * @return a handle, {@link #INVALID}, or {@link #FULL}
   */
  public int track(PacketBatch packets, int i, Segment segment, long now) {
    return track4(packets.addresses[i], packets.ports[i], packets.hashes[i], segment, now);
  }

  /**
   * Begins a connection whose translation the caller knows, as {@link #track}, {@link #translate}
   * for both ends and {@link #confirm} do one after the other, if nothing in the table stands in
   * its way.
   *
   * @param packets the first packets of connections
   * @param answers the packets with which each will be answered if the ports that its translation
   *     tries first are free
   * @param i which of them; {@link #lookAhead} was called for both since they were filled in
   * @param segment what kind of packet it is
   * @param now the time
   * @return the handle of an entry of the table; or {@link #STEP_BY_STEP}, and nothing has changed:
   *     one of both tuples is known, the table is full, or the packet cannot begin a connection
   */
  public int open(PacketBatch packets, PacketBatch answers, int i, Segment segment, long now) {
    expiry.collect(now);
    long addresses = packets.addresses[i];
    long ports = packets.ports[i];
    long answerAddresses = answers.addresses[i];
    long answerPorts = answers.ports[i];
    if (table.find4(answers.hashes[i], answerAddresses, answerPorts) != FlowTable.NONE
        || table.find4(packets.hashes[i], addresses, ports) != FlowTable.NONE
        || room.isFull()) {
      return STEP_BY_STEP;
    }
    int protocol = (int) (ports >>> 32);
    int state = tracker.firstState(protocol, (int) ports & 0xffff, segment);
    if (state < 0) {
      return STEP_BY_STEP;
    }
    int handle = table.allocate(false);
    table.put4(handle, addresses, (int) ports, answerAddresses, (int) answerPorts);
    tracker.begin(handle, protocol, state, segment, now);
    table.link(handle, packets.hashes[i], answers.hashes[i]);
    table.meta(
        handle,
        table.meta(handle)
            | Meta.CONFIRMED
            | Translation.done4(addresses, (int) ports, answerAddresses, (int) answerPorts));
    expiry.confirm(handle, now);
    return handle;
  }

  private int track4(long addresses, long ports, long hash, Segment segment, long now) {
    expiry.collect(now);
    int found = table.find4(hash, addresses, ports);
    if (found != FlowTable.NONE) {
      long state = table.state(found);
      if (!isNoMore(found, state, segment, now)) {
        return move(found, state, segment, now);
      }
      expiry.remove(found);
    }
    return begin4(addresses, ports, hash, segment, now);
  }

  private int track6(Tuple packet, Segment segment, long now) {
    expiry.collect(now);
    long hash = table.hash(packet);
    int found = table.find(hash, packet);
    if (found != FlowTable.NONE) {
      long state = table.state(found);
      if (!isNoMore(found, state, segment, now)) {
        return move(found, state, segment, now);
      }
      expiry.remove(found);
    }
    return begin6(packet, hash, segment, now);
  }

  /** Whether an entry's time is over, or the packet begins a new connection of the same tuple. */
  private boolean isNoMore(int found, long state, Segment segment, long now) {
    return Expiry.isOver(state, now)
        || (segment == Segment.TCP_SYN && Tracker.reopens(FlowTable.direction(found), state));
  }

  private int move(int found, long state, Segment segment, long now) {
    if (segment == Segment.TCP_ACK && Tracker.isSettled(FlowTable.direction(found), state)) {
      expiry.renew(found, state, now, Timeout.TCP_ESTABLISHED);
      return found;
    }
    return tracker.move(found, state, segment, now) ? found : INVALID;
  }

  /**
   * Finds a connection without touching it.
   *
   * @param packet the tuple of a packet of either direction
   * @param now the time
   * @return a handle, or {@link #INVALID}
   */
  public int lookup(Tuple packet, long now) {
    return unlessOver(table.find(table.hash(packet), packet), now);
  }

  private int unlessOver(int found, long now) {
    if (found != FlowTable.NONE && Expiry.isOver(table.state(found), now)) {
      expiry.remove(found);
      return FlowTable.NONE;
    }
    return found;
  }

  /**
   * Moves the state of a connection on by a packet whose entry is known, without a search.
   *
   * @param handle the handle of a confirmed entry, with the packet's direction
   * @param segment what kind of packet it is
   * @param now the time
   * @return false if the packet is INVALID
   */
  public boolean advance(int handle, Segment segment, long now) {
    return move(handle, table.state(handle), segment, now) != INVALID;
  }

  /**
   * Moves the state of a TCP connection on by its end: a FIN of the caller, one of the server, and
   * the ACK of the caller, as three calls of {@link #advance} do.
   *
   * @param handle a handle of a confirmed entry
   * @param now the time
   */
  public void finish(int handle, long now) {
    int caller = handle & ~1;
    if (!tracker.finish(caller, table.state(caller), now)) {
      advance(caller, Segment.TCP_FIN, now);
      advance(caller | 1, Segment.TCP_FIN, now);
      advance(caller, Segment.TCP_ACK, now);
    }
  }

  /**
   * Loads the memory of an entry, so that many of them are waited for together.
   *
   * @param handle the handle of an entry
   * @return some bits of it, to be used somehow, so that the load is not optimised away
   */
  public long lookAhead(int handle) {
    return table.state(handle);
  }

  private int begin4(long addresses, long ports, long hash, Segment segment, long now) {
    int protocol = (int) (ports >>> 32);
    int state = tracker.firstState(protocol, (int) ports & 0xffff, segment);
    if (state < 0) {
      return INVALID;
    }
    if (room.isFull() && !room.makeFor(FlowTable.spread4(addresses, ports), now)) {
      return FULL;
    }
    int handle = table.allocate(false);
    int answerPorts = Tuple.answerPorts4(protocol, (int) ports);
    table.put4(handle, addresses, (int) ports, Long.rotateLeft(addresses, 32), answerPorts);
    return begun(handle, hash, protocol, state, segment, now);
  }

  private int begin6(Tuple packet, long hash, Segment segment, long now) {
    int state = tracker.firstState(packet.protocol, packet.destinationPort, segment);
    if (state < 0) {
      return INVALID;
    }
    if (room.isFull() && !room.makeFor(FlowTable.spread(packet), now)) {
      return FULL;
    }
    int handle = table.allocate(true);
    table.putTuple(handle, packet);
    scratch.invert(packet);
    table.putTuple(handle | 1, scratch);
    return begun(handle, hash, packet.protocol, state, segment, now);
  }

  private int begun(int handle, long hash, int protocol, int state, Segment segment, long now) {
    tracker.begin(handle, protocol, state, segment, now);
    begun = handle;
    begunAt = table.links();
    begunHash = hash;
    return handle;
  }

  // ---- what is known of a tracked packet

  /**
   * Whether the packet belongs to a connection that was answered; else it is NEW.
   *
   * @param handle the packet's handle
   * @return true for {@code ctstate ESTABLISHED}
   */
  public boolean established(int handle) {
    return FlowTable.direction(handle) == 1 || has(handle, Meta.SEEN_REPLY);
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
    return has(handle, Meta.CONFIRMED);
  }

  /**
   * Whether the entry is safe from eviction.
   *
   * @param handle a handle
   * @return true once traffic went both ways for long enough
   */
  public boolean assured(int handle) {
    return has(handle, Meta.ASSURED);
  }

  /**
   * Whether the connection's source is translated.
   *
   * @param handle a handle
   * @return true for {@code ctstate SNAT}
   */
  public boolean sourceTranslated(int handle) {
    return has(handle, Meta.SRC_NAT);
  }

  /**
   * Whether the connection's destination is translated.
   *
   * @param handle a handle
   * @return true for {@code ctstate DNAT}
   */
  public boolean destinationTranslated(int handle) {
    return has(handle, Meta.DST_NAT);
  }

  /**
   * Whether the nat chains of one kind were already asked for this connection.
   *
   * @param handle a handle
   * @param source true for source translation, false for destination translation
   * @return true after {@link #translate}
   */
  public boolean natDone(int handle, boolean source) {
    return has(handle, source ? Meta.SRC_DONE : Meta.DST_DONE);
  }

  /**
   * The connection mark.
   *
   * @param handle a handle
   * @return the mark
   */
  public int mark(int handle) {
    return table.mark(handle);
  }

  /**
   * Sets the connection mark.
   *
   * @param handle a handle
   * @param mark the mark
   */
  public void mark(int handle, int mark) {
    table.mark(handle, mark);
  }

  /**
   * The number of an entry, for people. Numbers of entries that are gone are given again.
   *
   * @param handle a handle
   * @return 1 or more
   */
  public long number(int handle) {
    return FlowTable.row(handle) + 1L;
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
    translation.translate(handle, source, range, draw, now);
  }

  /**
   * Sets the translation of the destination to one address and port, as {@link #translate} does
   * with such a range, of a protocol that has ports.
   *
   * @param handle the packet's handle, of a connection that is not confirmed yet
   * @param high the upper 64 bits of the address; 0 for IPv4
   * @param low the lower 64 bits of the address, or the 32 bits of IPv4
   * @param port the port, or 0 to keep the caller's
   */
  public void translateDestination(int handle, long high, long low, int port) {
    translation.destination(handle, high, low, port);
  }

  /**
   * The port with which the search for a new source port of {@link #translate} begins: what it most
   * probably ends with, for those who {@linkplain #lookAhead look ahead} to the answers.
   *
   * @param sourcePort the caller's port
   * @param random the first number below {@link #PORT_DRAWS} that the search will be given
   * @return the port
   */
  public static int firstCandidate(int sourcePort, int random) {
    return Translation.firstCandidate(sourcePort, random);
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
    int meta = table.meta(handle);
    if ((meta & (Meta.CONFIRMED | Meta.DYING)) != 0) {
      return true;
    }
    // What was free a moment ago still is, unless another connection came in between.
    boolean originalIsFree = handle == begun && begunAt == table.links();
    boolean replyIsFree = translation.isFree(handle);
    if ((!originalIsFree && isTaken(handle & ~1, now))
        || (!replyIsFree && isTaken(handle | 1, now))) {
      insertFailed++;
      discard(handle);
      return false;
    }
    long originalHash = handle == begun ? begunHash : table.hash(handle & ~1);
    long replyHash = replyIsFree ? translation.freeHash() : table.hash(handle | 1);
    table.link(handle, originalHash, replyHash);
    table.meta(handle, meta | Meta.CONFIRMED);
    expiry.confirm(handle, now);
    return true;
  }

  private boolean isTaken(int handle, long now) {
    table.getTuple(handle, scratch);
    return lookup(scratch, now) != FlowTable.NONE;
  }

  /**
   * Ends a packet's hold on its entry: a connection that was not confirmed, because its packet was
   * dropped, is forgotten.
   *
   * @param handle the packet's handle; a confirmed one is left as it is
   */
  public void discard(int handle) {
    int meta = table.meta(handle);
    if (Meta.protocol(meta) != 0 && (meta & Meta.CONFIRMED) == 0) {
      table.release(handle);
    }
  }

  /**
   * Deletes an entry.
   *
   * @param handle a handle of a confirmed entry
   */
  public void kill(int handle) {
    if (has(handle, Meta.CONFIRMED)) {
      expiry.remove(handle);
    } else {
      discard(handle);
    }
  }

  // ---- time and room

  /**
   * Removes every entry whose time is over.
   *
   * @param now the time
   */
  public void sweep(long now) {
    expiry.sweep(now);
  }

  // ---- for people

  /**
   * Whether the table is so full that a few more connections might not find room.
   *
   * @return whether at least half of its entries are taken
   */
  public boolean isHalfFull() {
    return room.isHalfFull();
  }

  /**
   * How many connections are tracked.
   *
   * @param now the time
   * @return the number of entries whose time is not over
   */
  public int size(long now) {
    sweep(now);
    return table.live();
  }

  /**
   * Lists the entries, in the order in which their rows were taken.
   *
   * @param now the time
   * @return the entries
   */
  public List<ConntrackEntry> list(long now) {
    return pictures.list(now);
  }

  /**
   * Deletes entries, as {@code conntrack -D} does.
   *
   * @param filter which
   * @param now the time
   * @return how many were deleted
   */
  public int delete(Predicate<ConntrackEntry> filter, long now) {
    return pictures.remove(filter, now);
  }

  /**
   * The picture of an entry.
   *
   * @param handle a handle
   * @param now the time
   * @return the picture
   */
  public ConntrackEntry entry(int handle, long now) {
    return pictures.of(handle, now);
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
    return room.dropped() + insertFailed;
  }

  /**
   * How many entries were evicted to make room.
   *
   * @return the counter {@code early_drop}
   */
  public long earlyDropped() {
    return room.evicted();
  }

  /**
   * The memory of the table.
   *
   * @return bytes of the arrays that hold entries, index and times
   */
  public long bytes() {
    return table.bytes() + expiry.bytes();
  }

  private boolean has(int handle, int flag) {
    return (table.meta(handle) & flag) != 0;
  }
}
