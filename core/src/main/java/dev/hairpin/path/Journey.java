package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is written down about one question: the hops, and where each direction ended. */
final class Journey {

  /** A journey that nobody asked for; it is thrown away. */
  static Journey untold() {
    return new Journey(false);
  }

  private final boolean recording;
  private final List<Hop> hops = new ArrayList<>();
  private final List<Host> passed = new ArrayList<>(4);
  private final @Nullable Journey request;
  private @Nullable Journey reply;
  private @Nullable Served reached;
  private @Nullable End end;

  private String host = "";
  private String stage = "";
  private @Nullable FiveTuple before;
  private String what = "";
  private final List<Step> steps = new ArrayList<>();

  /** Where a direction ended before its time. */
  record End(
      Reason reason,
      String place,
      @Nullable String rule,
      @Nullable String with,
      boolean told) {}

  Journey(boolean recording) {
    this.recording = recording;
    this.request = null;
  }

  private Journey(Journey request) {
    this.recording = request.recording;
    this.request = request;
  }

  /** The journey of what is sent in answer to a packet of this one. */
  Journey reply() {
    if (request != null) {
      return untold();
    }
    if (reply != null) {
      return untold();
    }
    reply = new Journey(this);
    return reply;
  }

  boolean isReply() {
    return request != null;
  }

  /** The packet comes to a host, or leaves the one that it starts from. */
  void comesTo(Host at) {
    if (passed.isEmpty() || passed.get(passed.size() - 1) != at) {
      passed.add(at);
    }
  }

  /** The hosts on the way, in order; one that the packet came back to is there again. */
  List<Host> passed() {
    return passed;
  }

  /** The packet comes to a stage. */
  void at(String newHost, String newStage, Packet packet) {
    if (!recording) {
      host = newHost;
      stage = newStage;
      return;
    }
    flush(packet);
    host = newHost;
    stage = newStage;
    before = packet.tuple();
    what = packet.what();
  }

  void step(Step step) {
    if (recording) {
      steps.add(step);
    }
  }

  boolean recording() {
    return recording;
  }

  /** Ends the stage: what happened there becomes a hop. */
  void flush(Packet packet) {
    if (before != null && (!steps.isEmpty() || !before.equals(packet.tuple()))) {
      hops.add(new Hop(host, stage, before, packet.tuple(), what, steps));
    }
    steps.clear();
    before = null;
  }

  void reached(Served server) {
    if (reached == null) {
      reached = server;
    }
  }

  @Nullable
  Served reached() {
    return reached;
  }

  /** The packet ended here; {@code told} if its sender was sent word of it. */
  void end(
      Reason reason,
      String place,
      @Nullable String rule,
      @Nullable String with,
      boolean told,
      Packet packet) {
    step(
        told
            ? new Step.Rejected(reason, with == null ? "" : with, place, rule)
            : new Step.Dropped(reason, place, rule));
    end = new End(reason, host + (place.isEmpty() ? "" : " " + place), rule, with, told);
    flush(packet);
  }

  /** The model cannot tell what would become of the packet. */
  void undecided(Reason reason, String chain, String rule, Packet packet) {
    step(new Step.Note("the model does not know what this rule does: " + rule));
    end = new End(reason, host + " " + chain, rule, null, false);
    flush(packet);
  }

  @Nullable
  End end() {
    return end;
  }

  @Nullable
  Journey replied() {
    return reply;
  }

  List<Hop> hops() {
    return hops;
  }
}
