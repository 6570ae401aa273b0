package dev.hairpin.path;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.Tuple;
import dev.hairpin.path.trace.Step;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A packet on its way through one host: what rules may look at, and what they may do.
 *
 * <p>It ends when the packet leaves the host, so a mark does not cross to the next one.
 */
public final class Passage {

  /** What connection tracking says about a packet. */
  public enum State {
    /** Begins a connection, or repeats its beginning. */
    NEW,
    /** Of a connection that was answered. */
    ESTABLISHED,
    /** About a connection: an ICMP error, or a RST of the target REJECT. */
    RELATED,
    /** Of no connection, and unable to begin one. */
    INVALID,
    /** Exempt from tracking. */
    UNTRACKED
  }

  final Host host;
  final Packet packet;
  final Chooser chooser;
  final long now;

  @Nullable
  Device in;

  @Nullable
  Device out;

  @Nullable
  Device physIn;

  @Nullable
  Device physOut;

  @Nullable
  Route route;

  State state = State.INVALID;
  boolean tracked;
  boolean related;
  boolean notrack;
  boolean forwarded;
  int entry = Conntrack.INVALID;
  private int mark;
  private final Tuple scratch = new Tuple();

  Passage(Host host, Packet packet, Chooser chooser, long now) {
    this.host = host;
    this.packet = packet;
    this.chooser = chooser;
    this.now = now;
  }

  // ---- what a rule may look at

  /**
   * The packet.
   *
   * @return the packet as it is now
   */
  public Packet packet() {
    return packet;
  }

  /**
   * The device that the packet came in through.
   *
   * @return its name; empty for what the host sends itself
   */
  public String inDevice() {
    return in == null ? "" : in.name();
  }

  /**
   * The device that the packet is to leave through.
   *
   * @return its name; empty before routing and for what is for this host
   */
  public String outDevice() {
    return out == null ? "" : out.name();
  }

  /**
   * The bridge port that the packet came in through.
   *
   * @return its name; empty if it was not bridged
   */
  public String bridgePortIn() {
    return physIn == null ? "" : physIn.name();
  }

  /**
   * The bridge port that the packet is to leave through.
   *
   * @return its name; empty if it is not bridged
   */
  public String bridgePortOut() {
    return physOut == null ? "" : physOut.name();
  }

  /**
   * What connection tracking says about the packet.
   *
   * @return the state; {@code INVALID} in table raw, which comes before tracking
   */
  public State state() {
    return state;
  }

  /**
   * Whether the packet goes from the server to the caller.
   *
   * @return true for the reply direction of a tracked connection
   */
  public boolean isReply() {
    Conntrack table = table();
    return table != null && table.isReply(entry);
  }

  /**
   * Whether an answer was seen on the packet's connection.
   *
   * @return false if the packet is not tracked
   */
  public boolean connectionAnswered() {
    Conntrack table = table();
    return table != null && table.established(entry);
  }

  /**
   * Whether the connection is in the table, which it is from its first packet's end on.
   *
   * @return false if the packet is not tracked
   */
  public boolean connectionConfirmed() {
    Conntrack table = table();
    return table != null && table.confirmed(entry);
  }

  /**
   * Whether the connection is safe from eviction.
   *
   * @return false if the packet is not tracked
   */
  public boolean connectionAssured() {
    Conntrack table = table();
    return table != null && table.assured(entry);
  }

  /**
   * Whether the connection's destination is translated.
   *
   * @return false if the packet is not tracked
   */
  public boolean destinationTranslated() {
    Conntrack table = table();
    return table != null && table.destinationTranslated(entry);
  }

  /**
   * Whether the connection's source is translated.
   *
   * @return false if the packet is not tracked
   */
  public boolean sourceTranslated() {
    Conntrack table = table();
    return table != null && table.sourceTranslated(entry);
  }

  /**
   * The caller's tuple of the connection, as {@code --ctorigdst} and its like ask for it.
   *
   * @return the tuple, or nothing if the packet is not tracked
   */
  public Optional<Tuple> originalTuple() {
    Conntrack table = table();
    return table == null ? Optional.empty() : Optional.of(table.tuple(entry, false, new Tuple()));
  }

  /**
   * The tuple of the answers.
   *
   * @return the tuple, or nothing if the packet is not tracked
   */
  public Optional<Tuple> replyTuple() {
    Conntrack table = table();
    return table == null ? Optional.empty() : Optional.of(table.tuple(entry, true, new Tuple()));
  }

  /**
   * How the host's routing sees an address.
   *
   * @param address the address
   * @return its class, as the match {@code addrtype} names it
   */
  public AddressClass classify(IpAddress address) {
    return host.classify(address);
  }

  /**
   * Makes the choices that are left to chance.
   *
   * @return the chooser of the question
   */
  public Chooser chooser() {
    return chooser;
  }

  /**
   * The time.
   *
   * @return milliseconds since 1970
   */
  public long nowMillis() {
    return now;
  }

  // ---- what a rule may do

  /**
   * The mark of the packet.
   *
   * @return the mark
   */
  public int mark() {
    return mark;
  }

  /**
   * Sets the mark of the packet.
   *
   * @param value the mark
   */
  public void mark(int value) {
    if (value != mark) {
      packet.journey.step(new Step.MarkSet(mark, value));
      mark = value;
    }
  }

  /**
   * The mark of the connection.
   *
   * @return the mark; 0 if the packet is not tracked
   */
  public int connectionMark() {
    Conntrack table = table();
    return table == null ? 0 : table.mark(entry);
  }

  /**
   * Sets the mark of the connection; does nothing if the packet is not tracked.
   *
   * @param value the mark
   */
  public void connectionMark(int value) {
    Conntrack table = table();
    if (table != null) {
      table.mark(entry, value);
    }
  }

  /** Exempts the packet from connection tracking; has an effect in table raw only. */
  public void noTrack() {
    notrack = true;
  }

  /**
   * Translates the destination of the connection, as the targets DNAT and REDIRECT do.
   *
   * @param range where to
   */
  public void dnat(NatRange range) {
    translate(false, range);
  }

  /**
   * Translates the source of the connection, as the target SNAT does.
   *
   * @param range where to
   */
  public void snat(NatRange range) {
    translate(true, range);
  }

  /**
   * The address that MASQUERADE takes: of the device that the packet leaves through.
   *
   * @return the address, or nothing if the host has none, which drops the packet
   */
  public Optional<IpAddress> masqueradeAddress() {
    IpAddress neighbour = route != null && route.via() != null ? route.via() : packet.destination();
    return Optional.ofNullable(host.sourceTowards(out, neighbour));
  }

  /**
   * The address that REDIRECT takes: of the device that the packet came in through, or a loopback
   * address for what the host sends itself.
   *
   * @return the address, or nothing if the device has none, which drops the packet
   */
  public Optional<IpAddress> redirectAddress() {
    Device device = in;
    if (device == null) {
      return Optional.of(IpAddress.parse(packet.source().isV4() ? "127.0.0.1" : "::1"));
    }
    return device.addresses.stream()
        .map(Device.Assigned::address)
        .filter(a -> a.family() == packet.source().family())
        .findFirst();
  }

  private void translate(boolean source, NatRange range) {
    Conntrack table = table();
    if (table != null && !table.natDone(entry, source)) {
      table.translate(entry, source, range, chooser::draw, now);
    }
  }

  /**
   * Says that the packet changed what a later one may meet, such as a list of recent callers, so
   * that a question after this one must not start from here.
   */
  public void leavesTrace() {
    host.network.disturb();
  }

  /**
   * The hosts that the packet was on so far.
   *
   * @return the hosts from the sender's own to the one that the packet is on now
   */
  public List<Host> way() {
    return List.copyOf(packet.journey.passed());
  }

  /**
   * Writes down what happened.
   *
   * @param step what happened
   */
  public void step(Step step) {
    packet.journey.step(step);
  }

  /**
   * Whether anybody reads what is written down; texts need not be made if not.
   *
   * @return whether steps are kept
   */
  public boolean recording() {
    return packet.journey.recording();
  }

  // ---- for the network

  private @Nullable Conntrack table() {
    return entry >= 0 ? host.conntrack : null;
  }

  /**
   * Rewrites the packet as its connection's translation asks at a nat hook.
   *
   * @param source true at POSTROUTING and INPUT, false at PREROUTING and OUTPUT
   */
  void rewrite(boolean source) {
    Conntrack table = table();
    if (table == null) {
      return;
    }
    boolean reply = table.isReply(entry);
    boolean translated =
        source != reply ? table.sourceTranslated(entry) : table.destinationTranslated(entry);
    if (!translated) {
      return;
    }
    // What the packet looks like on the far side: the opposite direction's tuple, inverted.
    Tuple opposite = table.tuple(entry, !reply, scratch);
    if (source) {
      rewriteSource(opposite.destination(), opposite.destinationPort, reply);
    } else {
      rewriteDestination(opposite.source(), opposite.sourcePort, reply);
    }
  }

  private void rewriteSource(IpAddress address, int port, boolean reply) {
    boolean ports = packet.protocol().hasPorts();
    SocketAddress before = packet.tuple().source();
    SocketAddress after = new SocketAddress(address, ports ? port : before.port());
    if (!before.equals(after)) {
      packet.source(after.address(), after.port());
      step(new Step.Translated(reply ? Step.Rewrite.UN_DNAT : Step.Rewrite.SNAT, before, after));
    }
  }

  private void rewriteDestination(IpAddress address, int port, boolean reply) {
    boolean ports = packet.protocol().hasPorts();
    SocketAddress before = packet.tuple().destination();
    SocketAddress after = new SocketAddress(address, ports ? port : before.port());
    if (!before.equals(after)) {
      packet.destination(after.address(), after.port());
      step(new Step.Translated(reply ? Step.Rewrite.UN_SNAT : Step.Rewrite.DNAT, before, after));
    }
  }

  /** Rewrites an ICMP error about a translated connection, outside and inside. */
  void rewriteError(boolean source) {
    Conntrack table = table();
    Packet about = packet.about;
    if (table == null || about == null) {
      return;
    }
    boolean reply = table.isReply(entry);
    boolean translated =
        source != reply ? table.sourceTranslated(entry) : table.destinationTranslated(entry);
    if (!translated) {
      return;
    }
    Tuple opposite = table.tuple(entry, !reply, scratch);
    if (source) {
      about.destination(opposite.destination(), opposite.destinationPort);
      rewriteSource(opposite.destination(), 0, reply);
    } else {
      about.source(opposite.source(), opposite.sourcePort);
      rewriteDestination(opposite.source(), 0, reply);
    }
  }
}
