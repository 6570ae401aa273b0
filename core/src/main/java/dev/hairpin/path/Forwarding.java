package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.Tuple;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A packet's way through a host, in the kernel's order: bridge, hooks, routing, next link. */
final class Forwarding {
  private static final int DESTINATION_UNREACHABLE = 3;
  private static final int TIME_EXCEEDED = 11;

  private final Network network;

  Forwarding(Network network) {
    this.network = network;
  }

  // ---- coming in

  private void arriveLater(Device device, @Nullable Device target, Packet packet) {
    network.arrive(() -> arrive(device, target, packet));
  }

  /** A frame comes to a device; {@code target} is the device that it is addressed to. */
  private void arrive(Device device, @Nullable Device target, Packet packet) {
    network.demand(packet.destination());
    network.captured(device, false, packet);
    Device bridge = device.bridge;
    if (bridge != null && target != null) {
      bridgeInput(device, bridge, target, packet);
      return;
    }
    Passage p = passage(device.host(), packet);
    p.in = device;
    input(p);
  }

  private Passage passage(Host host, Packet packet) {
    packet.journey.comesTo(host);
    return new Passage(host, packet, network.chooser(), network.now());
  }

  /** Hosts without rules and tracking are shown without their hooks. */
  private static void stage(Passage p, Hook hook) {
    boolean plain = p.host.filter == null && p.host.conntrack == null;
    p.packet.journey.at(p.host.label(), plain ? "" : hook.name(), p.packet);
  }

  private void input(Passage p) {
    if (prerouting(p)) {
      routeInput(p);
    } else {
      finish(p);
    }
  }

  private boolean prerouting(Passage p) {
    stage(p, Hook.PREROUTING);
    return ask(p, TableName.RAW, Hook.PREROUTING)
        && track(p)
        && ask(p, TableName.MANGLE, Hook.PREROUTING)
        && relay(p)
        && nat(p, Hook.PREROUTING, false);
  }

  // ---- bridges

  private void bridgeInput(Device port, Device bridge, Device target, Packet packet) {
    Host host = port.host();
    if (host.filter == null || !host.filtersBridge()) {
      if (target == bridge) {
        Passage p = passage(host, packet);
        p.in = bridge;
        input(p);
      } else {
        packet.journey.at(host.label(), "bridge " + bridge.name(), packet);
        if (maySwitch(port, target, packet)) {
          arriveLater(target, target, packet);
        }
      }
      return;
    }
    Passage p = passage(host, packet);
    p.in = bridge;
    p.physIn = port;
    IpAddress dialled = packet.destination();
    if (!prerouting(p)) {
      finish(p);
      return;
    }
    Device next = target;
    if (!packet.destination().equals(dialled)) {
      Route route = host.lookup(packet.destination());
      boolean staysOnBridge = route != null
          && route.type() == Route.Type.UNICAST
          && bridge.name().equals(route.device());
      next = staysOnBridge ? network.neighbourInBridge(bridge, nextHop(route, packet)) : bridge;
      if (next == null) {
        drop(p, Reason.NO_NEIGHBOUR);
        return;
      }
    }
    if (next == bridge) {
      routeInput(p);
    } else {
      bridgeForward(p, port, bridge, next);
    }
  }

  private void bridgeForward(Passage p, Device port, Device bridge, Device target) {
    if (!maySwitch(port, target, p.packet)) {
      finish(p);
      return;
    }
    p.out = bridge;
    p.physOut = target.peer;
    stage(p, Hook.FORWARD);
    if (askFilters(p, Hook.FORWARD) && postrouting(p)) {
      finish(p);
      arriveLater(target, target, p.packet);
    } else {
      finish(p);
    }
  }

  private static boolean maySwitch(Device port, Device target, Packet packet) {
    if (target.peer == port && !port.hairpin) {
      packet.journey.end(
          Reason.HAIRPIN_LOST, "bridge port " + port.name(), null, null, false, packet);
      return false;
    }
    return true;
  }

  // ---- routing what came in

  private void routeInput(Passage p) {
    Host host = p.host;
    Packet packet = p.packet;
    network.demand(packet.destination());
    Device in = Objects.requireNonNull(p.in);
    if (in.isLoopback()) {
      loopedInput(p);
      return;
    }
    boolean localnet = packet.source().isV4() && host.routesLocalnet(in);
    if ((packet.source().isLoopback() || packet.destination().isLoopback()) && !localnet) {
      drop(p, Reason.MARTIAN);
      return;
    }
    AddressClass sourceClass = host.classify(packet.source());
    if (sourceClass == AddressClass.MULTICAST
        || sourceClass == AddressClass.BROADCAST
        || sourceClass == AddressClass.UNSPEC) {
      drop(p, Reason.MARTIAN);
      return;
    }
    Route route = host.lookup(packet.destination());
    if (route != null && route.type() == Route.Type.LOCAL) {
      if (validSource(p, in)) {
        localInput(p);
      }
      return;
    }
    if (!host.forwards(packet.destination().family())
        || (route != null && route.type() == Route.Type.BROADCAST)) {
      drop(p, Reason.NO_ROUTE);
      return;
    }
    if (route == null) {
      refuseByRoute(p, Reason.NO_ROUTE, 0);
      return;
    }
    switch (route.type()) {
      case BLACKHOLE -> drop(p, worldReason(route));
      case UNREACHABLE -> refuseByRoute(p, Reason.ROUTE_REFUSES, 1);
      case PROHIBIT -> refuseByRoute(p, Reason.ROUTE_REFUSES, 13);
      default -> {
        if (validSource(p, in)) {
          forward(p, route);
        }
      }
    }
  }

  /** What comes back on the loopback device keeps the route that led it there. */
  private void loopedInput(Passage p) {
    Route route = p.route;
    if (route == null || route.type() == Route.Type.LOCAL) {
      localInput(p);
    } else if (p.forwarded) {
      forward(p, route);
    } else {
      drop(p, Reason.NO_ROUTE);
    }
  }

  /** A default route of type blackhole is how a router says that the world stays silent. */
  private static Reason worldReason(Route route) {
    return route.destination().prefixLength() == 0 ? Reason.SILENT_WORLD : Reason.ROUTE_REFUSES;
  }

  private boolean validSource(Passage p, Device in) {
    Host host = p.host;
    IpAddress source = p.packet.source();
    if (!source.isV4()) {
      // Linux checks sources of IPv4 only (fib_validate_source): a node takes back what it sent.
      return true;
    }
    if (host.isLocal(source) && !source.isLoopback() && !host.acceptsLocal(in)) {
      drop(p, Reason.MARTIAN);
      return false;
    }
    int filter = host.rpFilter(in);
    if (filter != 0) {
      Route back = host.lookup(source);
      boolean reachable = back != null && back.type() == Route.Type.UNICAST;
      // A device without an address is held to the strict test: Linux __fib_validate_source.
      boolean strict = filter == 1 || in.addresses.isEmpty();
      if (!reachable || (strict && back != null && !in.name().equals(back.device()))) {
        drop(p, Reason.RP_FILTER);
        return false;
      }
    }
    return true;
  }

  private void refuseByRoute(Passage p, Reason reason, int code) {
    network.disturb();
    boolean told = p.host.icmpLimiter.allowsRouteError(p.packet.source(), p.now)
        && sendError(p, DESTINATION_UNREACHABLE, code, false);
    p.packet.journey.end(reason, "routing", null, "icmp 3/" + code, told, p.packet);
    finish(p);
  }

  private void drop(Passage p, Reason reason) {
    p.packet.journey.end(reason, "", null, null, false, p.packet);
    finish(p);
  }

  // ---- through

  private void forward(Passage p, Route route) {
    Packet packet = p.packet;
    Host host = p.host;
    if (packet.ttl <= 1) {
      boolean told = sendError(p, TIME_EXCEEDED, 0, true);
      packet.journey.end(Reason.TTL_EXCEEDED, "routing", null, "icmp 11/0", told, packet);
      finish(p);
      return;
    }
    packet.ttl--;
    p.forwarded = true;
    Device out = host.device(Objects.requireNonNull(route.device()));
    p.out = out;
    p.route = route;
    stage(p, Hook.FORWARD);
    if (p.recording()) {
      p.step(new Step.Routed(route.toString(), out.name()));
    }
    if (askFilters(p, Hook.FORWARD) && postrouting(p)) {
      transmit(p, out, nextHop(route, packet));
    } else {
      finish(p);
    }
  }

  private static IpAddress nextHop(@Nullable Route route, Packet packet) {
    return route != null && route.via() != null ? route.via() : packet.destination();
  }

  private boolean postrouting(Passage p) {
    stage(p, Hook.POSTROUTING);
    return ask(p, TableName.MANGLE, Hook.POSTROUTING)
        && nat(p, Hook.POSTROUTING, true)
        && confirm(p);
  }

  private void transmit(Passage p, Device out, IpAddress nextHop) {
    Packet packet = p.packet;
    if (out.isLoopback()) {
      loop(p, out);
      return;
    }
    network.demand(nextHop);
    Device steered = out.segment == null ? null : network.steered(packet);
    if (steered != null && steered.host() != p.host) {
      finish(p);
      packet.journey.flush(packet);
      arriveLater(steered, steered, packet);
      return;
    }
    Device target =
        out.isBridge ? network.neighbourInBridge(out, nextHop) : network.neighbour(out, nextHop);
    if (target == null || !out.up) {
      packet.journey.end(Reason.NO_NEIGHBOUR, out.name(), null, null, false, packet);
      finish(p);
      network.neighbourFails(() -> sendError(p, DESTINATION_UNREACHABLE, 1, true));
      return;
    }
    finish(p);
    packet.journey.flush(packet);
    network.captured(out, true, packet);
    Device port = out.peer != null && out.peer.bridge != null ? out.peer : target;
    arriveLater(port, target, packet);
  }

  /** A packet to the host itself keeps its mark and its connection on the loopback device. */
  private void loop(Passage p, Device lo) {
    Conntrack table = p.host.conntrack;
    if (table != null && p.entry >= 0 && !table.confirmed(p.entry)) {
      finish(p);
      p.entry = Conntrack.INVALID;
    }
    p.packet.journey.flush(p.packet);
    p.in = lo;
    p.out = null;
    network.arrive(() -> input(p));
  }

  // ---- for this host

  private void localInput(Passage p) {
    stage(p, Hook.INPUT);
    p.out = null;
    if (ask(p, TableName.MANGLE, Hook.INPUT)
        && ask(p, TableName.FILTER, Hook.INPUT)
        && ask(p, TableName.SECURITY, Hook.INPUT)
        && nat(p, Hook.INPUT, true)
        && confirm(p)) {
      finish(p);
      network.transport().deliver(p);
    } else {
      finish(p);
    }
  }

  // ---- from this host

  /**
   * Sends a packet of the host itself.
   *
   * @return null, or the error that a sendto() would report
   */
  @Nullable
  String output(Host host, Packet packet, Route route) {
    return output(passage(host, packet), route);
  }

  private @Nullable String output(Passage p, Route first) {
    Host host = p.host;
    Packet packet = p.packet;
    network.demand(packet.destination());
    Route route = first;
    p.route = route;
    p.out = host.device(Objects.requireNonNull(route.device()));
    stage(p, Hook.OUTPUT);
    if (packet.about == null && packet.served == null && opens(packet.kind())) {
      p.step(new Step.Note("socket opened"));
    }
    IpAddress dialled = packet.destination();
    if (!(ask(p, TableName.RAW, Hook.OUTPUT)
        && track(p)
        && ask(p, TableName.MANGLE, Hook.OUTPUT)
        && nat(p, Hook.OUTPUT, false))) {
      finish(p);
      return "EPERM";
    }
    if (!packet.destination().equals(dialled)) {
      network.demand(packet.destination());
      @Nullable Route again = host.lookup(packet.destination());
      String error = outputError(host, again, packet.source());
      if (error != null || again == null) {
        drop(p, error != null && error.equals("EINVAL") ? Reason.MARTIAN : Reason.NO_ROUTE);
        return error;
      }
      route = again;
      p.route = route;
      p.out = host.device(Objects.requireNonNull(route.device()));
    }
    if (!(ask(p, TableName.FILTER, Hook.OUTPUT)
        && ask(p, TableName.SECURITY, Hook.OUTPUT)
        && postrouting(p))) {
      finish(p);
      return "EPERM";
    }
    transmit(p, Objects.requireNonNull(p.out), nextHop(route, packet));
    return null;
  }

  private static boolean opens(PacketKind kind) {
    return kind == PacketKind.SYN
        || kind == PacketKind.SCTP_INIT
        || kind == PacketKind.DATAGRAM
        || kind == PacketKind.ECHO;
  }

  /** The error with which the kernel refuses to send along a route, or null. */
  static @Nullable String outputError(Host host, @Nullable Route route, IpAddress source) {
    if (route == null) {
      return "ENETUNREACH";
    }
    return switch (route.type()) {
      case BLACKHOLE -> "EINVAL";
      case UNREACHABLE -> "EHOSTUNREACH";
      case PROHIBIT, BROADCAST -> "EACCES";
      case LOCAL, UNICAST -> {
        Device out = host.device(Objects.requireNonNull(route.device()));
        boolean strayLoopback =
            source.isLoopback() && !out.isLoopback() && !host.routesLocalnet(out);
        yield strayLoopback ? "EINVAL" : null;
      }
    };
  }

  // ---- refusals

  /**
   * Sends an ICMP error about the passage's packet to its sender; codes are those of ICMPv4.
   *
   * @return whether it was sent
   */
  boolean sendError(Passage p, int type, int code, boolean limited) {
    boolean v4 = p.packet.source().isV4();
    if (v4) {
      return sendIcmp(p, type, code, limited);
    }
    if (type == TIME_EXCEEDED) {
      return sendIcmp(p, 3, 0, limited);
    }
    int v6Code = switch (code) {
      case 0 -> 0;
      case 1 -> 3;
      case 3 -> 4;
      default -> 1;
    };
    return sendIcmp(p, 1, v6Code, limited);
  }

  private boolean sendIcmp(Passage p, int type, int code, boolean limited) {
    Packet packet = p.packet;
    Host host = p.host;
    if (packet.isIcmpError()) {
      return false;
    }
    IpAddress to = packet.source();
    Route route = host.lookup(to);
    if (outputError(host, route, to) != null && !to.isLoopback()) {
      return false;
    }
    if (route == null) {
      return false;
    }
    boolean loops = "lo".equals(route.device());
    if (limited && !loops) {
      network.disturb();
    }
    if (limited && !loops && !host.icmpLimiter.allows(to, host.icmpRateLimitMs(), p.now)) {
      return false;
    }
    IpAddress from =
        host.isLocal(packet.destination()) ? packet.destination() : sourceFor(host, route, to);
    if (from == null) {
      return false;
    }
    Protocol icmp = to.isV4() ? Protocol.ICMP : Protocol.ICMPV6;
    Packet error = new Packet(
        PacketKind.ICMP_ERROR,
        new FiveTuple(icmp, new SocketAddress(from, 0), new SocketAddress(to, type << 8 | code)),
        packet.quoted(),
        null,
        0,
        packet.journey.reply());
    Passage answer = passage(host, error);
    attach(p, answer);
    output(answer, route);
    return true;
  }

  static @Nullable IpAddress sourceFor(Host host, Route route, IpAddress to) {
    if (route.source() != null) {
      return route.source();
    }
    String name = route.device();
    @Nullable Device device = name == null ? null : host.device(name);
    return route.via() == null && device != null
        ? host.sourceOnLink(device, to.family())
        : host.sourceTowards(device, route.via() != null ? route.via() : to);
  }

  /** An answer that the host itself gives belongs to the connection of what it is about. */
  private static void attach(Passage about, Passage answer) {
    if (about.entry >= 0) {
      answer.entry = about.entry ^ 1;
      answer.tracked = true;
      answer.related = true;
      answer.state = Passage.State.RELATED;
    }
  }

  private void reject(Passage p, FilterVerdict.Reject verdict) {
    Packet packet = p.packet;
    boolean told;
    if (verdict.with() == RejectWith.TCP_RESET) {
      told = packet.protocol() == Protocol.TCP && packet.kind() != PacketKind.RST && sendReset(p);
    } else {
      told = sendIcmp(p, verdict.with().type(), verdict.with().code(), true);
    }
    Reason reason = told ? verdict.reason() : Reason.ICMP_RATE_LIMITED;
    packet.journey.end(
        reason, verdict.chain(), verdict.rule(), verdict.with().toString(), told, packet);
  }

  private boolean sendReset(Passage p) {
    Packet packet = p.packet;
    Route route = p.host.lookup(packet.source());
    if (route == null || outputError(p.host, route, packet.destination()) != null) {
      return false;
    }
    Packet reset = new Packet(
        PacketKind.RST, packet.tuple().reversed(), null, null, 0, packet.journey.reply());
    Passage answer = passage(p.host, reset);
    attach(p, answer);
    output(answer, route);
    return true;
  }

  // ---- netfilter

  private boolean askFilters(Passage p, Hook hook) {
    return ask(p, TableName.MANGLE, hook)
        && ask(p, TableName.FILTER, hook)
        && ask(p, TableName.SECURITY, hook);
  }

  /** Asks a table; false if the packet ends here. */
  private boolean ask(Passage p, TableName table, Hook hook) {
    PacketFilter filter = p.host.filter;
    if (filter == null) {
      return true;
    }
    FilterVerdict verdict = filter.filter(table, hook, p);
    if (verdict instanceof FilterVerdict.Accept) {
      return true;
    }
    Packet packet = p.packet;
    if (verdict instanceof FilterVerdict.Reject reject) {
      reject(p, reject);
    } else if (verdict instanceof FilterVerdict.Drop drop) {
      boolean strayAnswer = p.state == Passage.State.INVALID && packet.journey.isReply();
      Reason reason = strayAnswer ? Reason.REPLY_INVALID : drop.reason();
      packet.journey.end(reason, drop.chain(), drop.rule(), null, false, packet);
    } else if (verdict instanceof FilterVerdict.Undecided open) {
      packet.journey.undecided(open.reason(), open.chain(), open.rule(), packet);
    }
    return false;
  }

  private boolean track(Passage p) {
    Conntrack table = p.host.conntrack;
    if (table == null || p.tracked) {
      return true;
    }
    Packet packet = p.packet;
    p.tracked = true;
    if (p.notrack) {
      p.state = Passage.State.UNTRACKED;
    } else if (packet.isIcmpError()) {
      trackError(p, table);
    } else {
      int entry = table.track(packet.fill(new Tuple()), packet.kind().segment(), p.now);
      if (entry == Conntrack.FULL) {
        packet.journey.end(Reason.CONNTRACK_FULL, "conntrack", null, null, false, packet);
        return false;
      }
      if (table.isHalfFull()) {
        network.disturb();
      }
      p.entry = entry;
      p.state = entry < 0
          ? Passage.State.INVALID
          : table.established(entry) ? Passage.State.ESTABLISHED : Passage.State.NEW;
    }
    if (p.recording()) {
      p.step(new Step.Tracked(p.state.name(), p.entry < 0 ? 0 : table.number(p.entry)));
    }
    return true;
  }

  private static void trackError(Passage p, Conntrack table) {
    Packet about = p.packet.about;
    if (about == null) {
      return;
    }
    Tuple answers = new Tuple().invert(about.fill(new Tuple()));
    int entry = table.lookup(answers, p.now);
    if (entry >= 0) {
      p.entry = entry;
      p.related = true;
      p.state = Passage.State.RELATED;
    }
  }

  /** Asks the nat table for a new connection, and rewrites the packet as its connection says. */
  private boolean nat(Passage p, Hook hook, boolean source) {
    Conntrack table = p.host.conntrack;
    if (table == null || p.entry < 0) {
      return true;
    }
    if (p.related) {
      if (p.packet.isIcmpError()) {
        p.rewriteError(source);
      } else {
        p.rewrite(source);
      }
      return true;
    }
    if (p.state == Passage.State.NEW && !table.natDone(p.entry, source)) {
      if (!ask(p, TableName.NAT, hook)) {
        return false;
      }
      if (!table.natDone(p.entry, source)) {
        table.translate(p.entry, source, null, p.chooser::draw, p.now);
      }
    }
    p.rewrite(source);
    return true;
  }

  private boolean confirm(Passage p) {
    Conntrack table = p.host.conntrack;
    if (table == null || p.entry < 0 || p.related || table.isReply(p.entry)) {
      return true;
    }
    if (table.confirm(p.entry, p.now)) {
      return true;
    }
    p.entry = Conntrack.INVALID;
    p.packet.journey.end(Reason.SNAT_PORTS_EXHAUSTED, "conntrack", null, null, false, p.packet);
    return false;
  }

  /** The packet leaves the host or ends: a connection that was not confirmed is forgotten. */
  private static void finish(Passage p) {
    Conntrack table = p.host.conntrack;
    if (table != null && p.entry >= 0 && !p.related) {
      table.discard(p.entry);
    }
  }

  // ---- load balancers of layer 4

  private boolean relay(Passage p) {
    Relay balancer = p.host.relay;
    Conntrack table = p.host.conntrack;
    Packet packet = p.packet;
    if (balancer == null
        || table == null
        || p.state != Passage.State.NEW
        || table.natDone(p.entry, false)
        || !p.host.isLocal(packet.destination())) {
      return true;
    }
    FiveTuple caller = packet.tuple();
    Relay.Decision decision = balancer.decide(caller, p.chooser);
    if (decision instanceof Relay.Decision.Refuse refuse) {
      boolean told = sendReset(p);
      packet.journey.end(refuse.reason(), "listener", null, "tcp-reset", told, packet);
      return false;
    }
    if (decision instanceof Relay.Decision.Ignore ignore) {
      packet.journey.end(ignore.reason(), "listener", null, null, false, packet);
      return false;
    }
    Relay.Decision.Forward forward = (Relay.Decision.Forward) decision;
    forward.notes().forEach(note -> p.step(new Step.Note(note)));
    SocketAddress target = forward.target();
    table.translate(
        p.entry, false, NatRange.to(target.address(), target.port()), p.chooser::draw, p.now);
    IpAddress source = forward.source();
    if (source != null) {
      table.translate(p.entry, true, NatRange.to(source, true), p.chooser::draw, p.now);
    } else {
      network.steer(
          new FiveTuple(packet.protocol(), target, caller.source()), Objects.requireNonNull(p.in));
    }
    return true;
  }
}
