package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Question;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Asks for one name, in one or two questions, until a server has answered or all have failed.
 *
 * <p>Source: glibc 2.36 {@code resolv/res_send.c}. Kept between lookups: whose turn it is under
 * {@code rotate}, and that a server which answered only one of two questions is asked one at a time
 * from then on.
 */
final class GlibcSender {
  private static final int EDNS_SIZE = 1200;

  /** Linux gives up a TCP connection after six repeated SYNs, {@code net.ipv4.tcp_syn_retries}. */
  private static final long CONNECT_TIMEOUT = 127 * Wire.SECOND;

  private final GlibcConf conf;
  private final Chooser chooser;
  private final Wire.Ports ports = new Wire.Ports();
  private final Wire.Ids ids = new Wire.Ids();
  private final Wire.Header header;
  private boolean singleRequest;
  private boolean singleRequestReopen;
  private int rotation = -1;
  private ReplyCode firstSlot = ReplyCode.NOERROR;
  private boolean refused;

  GlibcSender(GlibcConf conf, Chooser chooser) {
    this.conf = conf;
    this.chooser = chooser;
    this.header =
        new Wire.Header(conf.edns0 ? OptionalInt.of(EDNS_SIZE) : OptionalInt.empty(), conf.trustAd);
    this.singleRequest = conf.singleRequest;
    this.singleRequestReopen = conf.singleRequestReopen;
  }

  Wire begin(NameServers servers) {
    return new Wire(servers, ports);
  }

  /**
   * What the servers said, in the order of arrival: either may be missing, not both.
   *
   * @param first the message that came first, unless it was a failure
   * @param second the other message
   */
  record Answers(@Nullable Reply first, @Nullable Reply second) {
    Reply secondOrThrow() {
      return Objects.requireNonNull(second);
    }

    List<IpAddress> addresses() {
      List<IpAddress> all = new ArrayList<>();
      if (first != null && first.code() == ReplyCode.NOERROR) {
        all.addAll(first.addresses());
      }
      if (second != null && second.code() == ReplyCode.NOERROR) {
        all.addAll(second.addresses());
      }
      return all;
    }
  }

  /**
   * The response code of the last message that was read into the buffer for the first answer, which
   * the search looks at to tell a server failure from a time-out.
   */
  ReplyCode firstSlot() {
    return firstSlot;
  }

  /** Whether the last failure was that no server was there, rather than that none answered. */
  boolean wasRefused() {
    return refused;
  }

  /** Sends the questions of one name; null if no server answered them. */
  @Nullable
  Answers send(Wire wire, String name, List<AddressType> types) {
    firstSlot = ReplyCode.NOERROR;
    refused = false;
    return new Sending(wire, name, types).run();
  }

  private int rotationOffset() {
    int count = conf.servers.size();
    if (count <= 1 || !conf.rotate) {
      return 0;
    }
    rotation = rotation < 0 ? chooser.pick(count) : (rotation + 1) % count;
    return rotation;
  }

  /** One call of {@code __res_context_send}. */
  private final class Sending {
    private final Wire wire;
    private final String name;
    private final List<AddressType> types;
    private final boolean pair;
    private final int[] id;
    private final Wire.@Nullable Socket[] sockets = new Wire.Socket[conf.servers.size()];
    private boolean byTcp = conf.useVc;
    private boolean gotSomewhere;
    private boolean tcpRefused;

    /** Set by an attempt that has to be made again by TCP. */
    private boolean truncated;

    Sending(Wire wire, String name, List<AddressType> types) {
      this.wire = wire;
      this.name = name;
      this.types = types;
      this.pair = types.size() == 2;
      this.id = new int[] {ids.next(), pair ? ids.next() : -1};
    }

    @Nullable
    Answers run() {
      int offset = rotationOffset();
      int count = conf.servers.size();
      for (int round = 0; round < conf.attempts; round++) {
        for (int shift = 0; shift < count; shift++) {
          int server = (shift + offset) % count;
          @Nullable Answers answers = null;
          if (!byTcp) {
            answers = byDatagrams(server);
            byTcp = truncated;
          }
          if (byTcp) {
            // At most one attempt by TCP for each server.
            round = conf.attempts;
            answers = byStream(server);
          }
          if (answers != null) {
            return answers;
          }
        }
      }
      refused = byTcp ? tcpRefused : !gotSomewhere;
      return null;
    }

    private void closeAll() {
      Arrays.fill(sockets, null);
    }

    private Wire.Socket socket(int server) {
      Wire.@Nullable Socket socket = sockets[server];
      if (socket == null) {
        socket = wire.open(Protocol.UDP);
        sockets[server] = socket;
      }
      return socket;
    }

    private long patience(int server) {
      int seconds = conf.timeoutSeconds << server;
      if (server > 0) {
        seconds /= conf.servers.size();
      }
      return Math.max(seconds, 1) * Wire.SECOND;
    }

    private void write(Wire.Socket socket, int server, int question, boolean sameSegment) {
      SocketAddress to = conf.servers.get(server);
      Question asked = Question.of(name, types.get(question).recordType());
      wire.send(socket, to, asked, id[question], header, sameSegment);
    }

    /**
     * One attempt at a server by UDP: {@code send_dg}. When one of two answers stays out, the
     * attempt is made again with one question at a time, then with a socket for each.
     */
    private @Nullable Answers byDatagrams(int server) {
      boolean gotSomewhereBefore = gotSomewhere;
      while (true) {
        Datagrams attempt = new Datagrams(server);
        @Nullable Answers answers = attempt.run();
        if (!attempt.oneStaysOut) {
          return answers;
        }
        if (!singleRequest && !singleRequestReopen) {
          singleRequest = true;
        } else if (!singleRequestReopen) {
          singleRequestReopen = true;
          closeAll();
        } else {
          return answers;
        }
        gotSomewhere = gotSomewhereBefore;
      }
    }

    private final class Datagrams {
      private final int server;
      private final boolean[] received = new boolean[2];
      private boolean oneStaysOut;
      private @Nullable Reply first;

      Datagrams(int server) {
        this.server = server;
        received[1] = !pair;
      }

      @Nullable
      Answers run() {
        boolean oneByOne = singleRequest || singleRequestReopen;
        Wire.Socket socket = socket(server);
        long deadline = wire.now() + patience(server);
        write(socket, server, 0, false);
        if (pair && !oneByOne) {
          write(socket, server, 1, false);
        }
        while (true) {
          Wire.Event event = wire.await(socket, deadline);
          if (event == null) {
            return timedOut();
          }
          Reply reply = event.reply();
          if (reply == null) {
            closeAll();
            return null;
          }
          gotSomewhere = true;
          boolean firstToArrive = !pair || (!received[0] && !received[1]);
          if (firstToArrive) {
            firstSlot = reply.code();
          }
          int question = event.query().id() == id[0] ? 0 : 1;
          if (event.query().id() != id[question] || received[question]) {
            continue;
          }
          if (isFailure(reply)) {
            if (pair && (received[0] || received[1])) {
              return first == null ? null : new Answers(first, null);
            }
            if (!pair || oneByOne) {
              closeAll();
              return null;
            }
            // The other answer may be better.
            received[question] = true;
            continue;
          }
          if (reply.truncated()) {
            truncated = true;
            closeAll();
            return null;
          }
          received[question] = true;
          if (received[0] && received[1]) {
            return firstToArrive ? new Answers(reply, null) : new Answers(first, reply);
          }
          first = reply;
          if (oneByOne) {
            if (singleRequestReopen) {
              closeAll();
              socket = socket(server);
            }
            write(socket, server, 1, false);
          }
        }
      }

      private @Nullable Answers timedOut() {
        if (first != null && pair && (received[0] || received[1])) {
          oneStaysOut = true;
          return new Answers(first, null);
        }
        gotSomewhere = true;
        return null;
      }
    }

    private static boolean isFailure(Reply reply) {
      return switch (reply.code()) {
        case SERVFAIL, NOTIMP, REFUSED -> true;
        case NOERROR, FORMERR, NXDOMAIN, OTHER -> reply.lame();
      };
    }

    /** One attempt at a server by TCP, both questions in one segment: {@code send_vc}. */
    private @Nullable Answers byStream(int server) {
      Wire.Socket connection = wire.open(Protocol.TCP);
      long deadline = wire.now() + CONNECT_TIMEOUT;
      write(connection, server, 0, false);
      if (pair) {
        write(connection, server, 1, true);
      }
      boolean[] received = {false, !pair};
      @Nullable Reply first = null;
      while (true) {
        Wire.Event event = wire.await(connection, deadline);
        Reply reply = event == null ? null : event.reply();
        if (event == null || reply == null) {
          tcpRefused = event != null;
          return null;
        }
        if (!pair || (!received[0] && !received[1])) {
          firstSlot = reply.code();
        }
        int question = event.query().id() == id[0] ? 0 : 1;
        if (received[question]) {
          continue;
        }
        received[question] = true;
        if (received[0] && received[1]) {
          return first == null ? new Answers(reply, null) : new Answers(first, reply);
        }
        first = reply;
      }
    }
  }
}
