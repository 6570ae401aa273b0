package dev.hairpin.path;

import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call that was made: its outcome, its trace, and the connection if it is open. */
public final class Attempt {
  private final @Nullable Network network;
  private final Call call;
  private final @Nullable Socket socket;
  private final Journey journey;
  private final Outcome outcome;

  Attempt(Network network, Call call, Socket socket, Journey journey, Journey decisive) {
    this.network = network;
    this.call = call;
    this.socket = socket;
    this.journey = journey;
    this.outcome = Endings.outcome(call.protocol(), socket, decisive);
  }

  private Attempt(Attempt from, Network network, @Nullable Socket socket) {
    this.network = network;
    this.call = from.call;
    this.socket = socket;
    this.journey = from.journey;
    this.outcome = from.outcome;
  }

  private Attempt(Call call, String errno) {
    this.network = null;
    this.call = call;
    this.socket = null;
    this.journey = new Journey(false);
    this.outcome = Endings.refusedAtHome(call, errno);
  }

  /** A call that the caller's own kernel refused before any packet. */
  static Attempt refusedAtHome(Call call, String errno) {
    return new Attempt(call, errno);
  }

  /**
   * How it ended.
   *
   * @return the outcome
   */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * The way of the first packet and of what came back.
   *
   * @return the trace; without hops if the call was not traced
   */
  public Trace trace() {
    Journey back = journey.replied();
    String question = call.question().isEmpty()
        ? call.from().label() + " calls " + call.to() + " (" + call.protocol().lowerCase() + ")"
        : call.question();
    return new Trace(
        question, journey.hops(), back == null ? List.of() : back.hops(), outcome, null);
  }

  /**
   * The hosts that the first packet was on, from the caller's own.
   *
   * @return the hosts in the order of the way; empty if the caller's own kernel refused the call
   */
  public List<Host> passed() {
    return List.copyOf(journey.passed());
  }

  /**
   * Where the caller called from.
   *
   * @return its address and port; nothing if its own kernel refused the call
   */
  public Optional<SocketAddress> local() {
    return Optional.ofNullable(socket).map(s -> s.ends.source());
  }

  /**
   * What the server said.
   *
   * @return what it knows of the caller; nothing if no answer came
   */
  public Optional<Served> served() {
    return Optional.ofNullable(socket).map(s -> s.received);
  }

  /**
   * Whether requests can be sent on the connection.
   *
   * @return true until it is closed or reset
   */
  public boolean isOpen() {
    return socket != null && socket.state == Socket.State.OPEN;
  }

  /**
   * Whether the connection has a beginning and an end.
   *
   * @return true for TCP and SCTP, false for datagrams and pings
   */
  public boolean isStream() {
    return call.protocol() == Protocol.TCP || call.protocol() == Protocol.SCTP;
  }

  /**
   * Sends a request on the open connection and waits for its answer.
   *
   * @param patience how long to wait
   * @return what came of it
   * @throws IllegalStateException if the call was refused at once
   */
  public Exchange exchange(Duration patience) {
    if (network == null || socket == null) {
      throw new IllegalStateException("the connection was never opened");
    }
    return network.transport().exchange(socket, patience);
  }

  /** Closes the connection in order; does nothing if it is not open. */
  public void close() {
    end(false);
  }

  /** Aborts the connection with a RST; does nothing if it is not open. */
  public void abort() {
    end(true);
  }

  private void end(boolean abort) {
    if (network != null && socket != null) {
      network.transport().close(socket, abort);
    }
  }

  /** The same connection in a fork of its network. */
  Attempt in(Network other) {
    if (network == other || socket == null) {
      return this;
    }
    Socket there = other
        .find(socket.host.name())
        .map(host -> host.sockets.get(socket.ends))
        .orElse(null);
    if (there == null) {
      there = socket.copy(other.find(socket.host.name()).orElseThrow());
    }
    return new Attempt(this, other, there);
  }

  /** The outcome in one line. */
  @Override
  public String toString() {
    return Objects.toString(outcome);
  }
}
