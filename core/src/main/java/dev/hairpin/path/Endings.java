package dev.hairpin.path;

import dev.hairpin.net.Protocol;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Verdict;
import org.jspecify.annotations.Nullable;

/** Turns what happened to the packets of a call into its outcome. */
final class Endings {
  private Endings() {}

  static Outcome refusedAtHome(Call call, String errno) {
    boolean noPort = errno.equals("EADDRNOTAVAIL");
    Reason reason = noPort
        ? Reason.EPHEMERAL_PORTS_EXHAUSTED
        : errno.equals("ENETUNREACH") ? Reason.NO_ROUTE : Reason.ROUTE_REFUSES;
    return new Outcome(
        verdictOf(errno),
        reason,
        "error " + errno + " at once",
        call.from().label() + (noPort ? " connect" : " routing"),
        null,
        null,
        null,
        null,
        null,
        errno);
  }

  static Outcome outcome(Protocol protocol, Socket socket, Journey journey) {
    @Nullable Served reached = journey.reached();
    String errno = socket.errno;
    boolean delivered = errno == null
        && (socket.received != null
            || (protocol.hasPorts()
                && protocol != Protocol.UDP
                && socket.state == Socket.State.OPEN));
    Journey.End end = decisive(journey);
    if (delivered) {
      return make(Verdict.DELIVERED, Reason.DELIVERED, "an answer", null, reached, socket, null);
    }
    Reason reason = reason(journey, end, reached);
    boolean undecided = reason == Reason.RULE_NOT_MODELLED || reason == Reason.RULE_LOOP;
    if (undecided) {
      return make(Verdict.UNDECIDED, reason, "not known to the model", end, reached, socket, errno);
    }
    if (errno != null && !errno.equals("ETIMEDOUT")) {
      return make(verdictOf(errno), reason, sees(errno, socket, end), end, reached, socket, errno);
    }
    if (socket.icmp != null && !protocol.hasPorts()) {
      return make(Verdict.UNREACHABLE, reason, socket.icmp.toString(), end, reached, socket, errno);
    }
    String sees = protocol == Protocol.TCP
        ? "time-out, SYN repeated after 1, 3, 7, 15 s ...; not a refusal"
        : "time-out, not a refusal";
    return make(Verdict.TIMEOUT, reason, sees, end, reached, socket, errno);
  }

  /** What ended the call: what happened to the answer, if the request arrived. */
  private static Journey.@Nullable End decisive(Journey journey) {
    Journey.End end = journey.end();
    Journey back = journey.replied();
    if (end == null && back != null && back.end() != null) {
      return back.end();
    }
    return end;
  }

  private static Reason reason(
      Journey journey, Journey.@Nullable End end, @Nullable Served reached) {
    if (end == null) {
      return reached == null ? Reason.SILENT_WORLD : Reason.REPLY_LOST;
    }
    boolean ofReply = journey.end() == null;
    if (!ofReply) {
      return end.reason();
    }
    return switch (end.reason()) {
      case REPLY_BYPASSED_NAT,
          REPLY_INVALID,
          HAIRPIN_LOST,
          CONNTRACK_FULL,
          RULE_NOT_MODELLED,
          RULE_LOOP -> end.reason();
      default -> Reason.REPLY_LOST;
    };
  }

  private static Verdict verdictOf(String errno) {
    return switch (errno) {
      case "ECONNREFUSED" -> Verdict.REFUSED;
      case "EPERM" -> Verdict.NOT_PERMITTED;
      case "ECONNRESET" -> Verdict.RESET;
      default -> Verdict.UNREACHABLE;
    };
  }

  private static String sees(String errno, Socket socket, Journey.@Nullable End end) {
    if (errno.equals("ECONNREFUSED")) {
      return "connection refused at once ("
          + (socket.icmp != null
              ? socket.icmp.toString()
              : end != null && end.with() != null ? end.with() : "RST")
          + ")";
    }
    return "error " + errno + (socket.icmp != null ? " (" + socket.icmp + ")" : " at once");
  }

  private static Outcome make(
      Verdict verdict,
      Reason reason,
      String sees,
      Journey.@Nullable End end,
      @Nullable Served reached,
      Socket socket,
      @Nullable String errno) {
    return new Outcome(
        verdict,
        reason,
        sees,
        end == null ? "" : end.place(),
        end == null ? null : end.rule(),
        reached == null ? null : reached.process(),
        reached == null ? null : reached.at(),
        reached == null ? null : reached.seen(),
        socket.icmp,
        errno);
  }
}
