package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonObject;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.PacketKind;
import dev.hairpin.path.Served;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One call of a recorded flow, and its result in the words of the recordings. */
final class Try {

  /**
   * What is compared of a call.
   *
   * @param outcome such as {@code ok} or {@code refused-by-icmp (icmp type 3 code 3 from ...)}
   * @param pod the server that answered; empty if none did
   * @param at where it was reached
   * @param source the caller as the server saw it, and who that is
   * @param lost for a time-out the pod that its packets got to, or {@code no pod}; else empty
   */
  record Key(String outcome, String pod, String at, String source, String lost) {}

  final Key key;
  final Attempt attempt;
  final boolean portKept;

  private Try(Key key, Attempt attempt, boolean portKept) {
    this.key = key;
    this.attempt = attempt;
    this.portKept = portKept;
  }

  /**
   * Makes a call.
   *
   * @param lab the cluster
   * @param network the cluster's network, or a fork of it
   * @param flow the recorded step
   * @param number the number of the call in its flow, from 0
   * @param chooser makes the choices
   */
  static Try make(Lab lab, Network network, JsonObject flow, int number, Chooser chooser) {
    String place = Json.text(flow, "from", "");
    Host from = network.find(lab.host(place).name()).orElseThrow();
    Protocol protocol = Protocol.byName(Json.text(flow, "proto", "tcp")).orElseThrow();
    String to = Json.text(flow, "to", "");
    int colon = to.lastIndexOf(':');
    SocketAddress target = new SocketAddress(
        lab.address(to.substring(0, colon)), Integer.parseInt(to.substring(colon + 1)));
    var ports = Json.texts(flow, "sport");
    int port = ports.isEmpty() ? 0 : Integer.parseInt(ports.get(number % ports.size()));
    String bind = Json.text(flow, "bind", "");
    @Nullable IpAddress bound = bind.isEmpty() ? null : lab.address(bind);
    double seconds = Json.decimal(flow, "timeout", Json.decimal(lab.topology, "timeout", 0.5));
    Call call = Call.of(from, protocol, target, chooser)
        .boundTo(port, bound)
        .waiting(Duration.ofMillis(Math.round(seconds * 1000)))
        .untraced();
    String[] hit = {""};
    network.tap((host, device, sent, packet) -> {
      boolean asks = packet.kind() != PacketKind.SYN_ACK && packet.protocol() != Protocol.ICMP;
      boolean outside = host.kind() == HostKind.POD || host.kind() == HostKind.CLIENT;
      if (hit[0].isEmpty() && !sent && asks && outside && host != from) {
        hit[0] = lab.placeOf(host);
      }
    });
    Attempt attempt = network.call(call);
    network.tap(null);
    return of(lab, attempt, hit[0]);
  }

  private static Try of(Lab lab, Attempt attempt, String hit) {
    Outcome outcome = attempt.outcome();
    Served served = attempt.served().orElse(null);
    String word = word(outcome, served);
    String icmp = outcome.icmp() == null ? "" : " (" + outcome.icmp() + ")";
    if (served == null || !word.equals("ok")) {
      boolean traced = Json.flag(lab.topology, "trace", false);
      String lost = word.equals("timeout") && traced ? (hit.isEmpty() ? "no pod" : hit) : "";
      return new Try(new Key(word + icmp, "", "", "", lost), attempt, false);
    }
    SocketAddress mine = attempt.local().orElseThrow();
    IpAddress seen = served.seen().address();
    String who = seen.equals(mine.address()) ? "preserved" : lab.names.getOrDefault(seen, "other");
    Key key =
        new Key(word + icmp, served.process(), served.at().toString(), seen + " (" + who + ")", "");
    return new Try(key, attempt, served.seen().port() == mine.port());
  }

  private static String word(Outcome outcome, @Nullable Served served) {
    String errno = outcome.errno();
    if (errno == null) {
      return served != null ? "ok" : "timeout";
    }
    if (errno.equals("ECONNREFUSED")) {
      return outcome.icmp() != null ? "refused-by-icmp" : "refused-by-rst";
    }
    return errno.equals("ETIMEDOUT") ? "timeout" : "errno-" + errno;
  }
}
