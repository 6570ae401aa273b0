package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code getaddrinfo} of musl 1.2.3.
 *
 * <p>Source: musl {@code src/network/lookup_name.c} and {@code res_msend.c}. All servers are asked
 * at once, both questions from one socket, without EDNS; only NXDOMAIN leads to the next name of
 * the search list, and a name with enough dots is never searched for. A truncated answer is used as
 * it is.
 */
final class Musl implements Resolver {
  private static final int MOST_OCTETS = 255;

  private final MuslConf conf;
  private final HostsFile hosts;
  private final AddressOrder order;
  private final Wire.Ports ports = new Wire.Ports();
  private final Wire.Ids ids = new Wire.Ids();

  Musl(Host host) {
    this.conf = MuslConf.read(host);
    this.hosts = HostsFile.parse(host.hosts());
    this.order = AddressOrder.ofRfc6724(host);
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, NameServers servers) {
    Wire wire = new Wire(servers, ports);
    Result result = local(name, family).orElseGet(() -> search(wire, name, family));
    return new Lookup(name, result, wire.exchanges(), wire.elapsed());
  }

  private Optional<Result> local(String name, AddressFamily family) {
    if (name.isEmpty() || name.length() > MOST_OCTETS) {
      return Optional.of(GaiError.EAI_NONAME.musl());
    }
    Optional<IpAddress> literal = IpAddress.tryParse(name);
    if (literal.isPresent()) {
      return Optional.of(
          family.wants(literal.get().family())
              ? new Result.Found(List.of(literal.get()))
              : GaiError.EAI_NONAME.musl());
    }
    List<IpAddress> listed = hosts.find(name, String::equals);
    List<IpAddress> found =
        listed.stream().filter(a -> family.wants(a.family())).toList();
    if (!found.isEmpty()) {
      return Optional.of(new Result.Found(sorted(found)));
    }
    // A name that the file has for the other family only is not asked for.
    return listed.isEmpty() ? Optional.empty() : Optional.of(GaiError.EAI_NONAME.musl());
  }

  private List<IpAddress> sorted(List<IpAddress> addresses) {
    return addresses.stream().allMatch(IpAddress::isV4) ? addresses : order.sort(addresses);
  }

  private Result search(Wire wire, String name, AddressFamily family) {
    boolean absolute = Names.isAbsolute(name);
    String bare = absolute ? name.substring(0, name.length() - 1) : name;
    if (bare.isEmpty() || Names.isAbsolute(bare)) {
      return GaiError.EAI_NONAME.musl();
    }
    if (!absolute && Names.dots(name) < conf.ndots) {
      for (String domain : conf.search) {
        if (domain.length() >= MOST_OCTETS - bare.length()) {
          continue;
        }
        if (domain.equals(".")) {
          // The root as a search domain makes "name..", which musl 1.2.3 sends as a message that no
          // server can read; it hears nothing and gives up.
          wire.pass(conf.timeoutSeconds * Wire.SECOND);
          return GaiError.EAI_AGAIN.musl();
        }
        Optional<Result> result = query(wire, Names.absolute(bare + "." + domain), family);
        if (result.isPresent()) {
          return result.get();
        }
      }
    }
    return query(wire, bare + ".", family).orElseGet(GaiError.EAI_NONAME::musl);
  }

  /** Asks for one name; nothing if it does not exist, so that the search goes on. */
  private Optional<Result> query(Wire wire, String name, AddressFamily family) {
    if (!Names.fitsAMessage(name)) {
      return Optional.of(GaiError.EAI_NONAME.musl());
    }
    @Nullable Reply[] replies = new Sending(wire, name, family.types()).run();
    List<IpAddress> addresses = new ArrayList<>();
    for (@Nullable Reply reply : replies) {
      if (reply == null) {
        return Optional.of(GaiError.EAI_AGAIN.musl());
      }
      if (reply.code() == ReplyCode.NXDOMAIN) {
        return Optional.empty();
      }
      addresses.addAll(reply.addresses());
    }
    return Optional.of(
        addresses.isEmpty() ? GaiError.EAI_NONAME.musl() : new Result.Found(sorted(addresses)));
  }

  /** One call of {@code __res_msend_rc}: a socket, and at most {@code timeout} seconds. */
  private final class Sending {
    private final Wire wire;
    private final String name;
    private final List<AddressType> types;
    private final Wire.Socket socket;
    private final int[] id;
    private final @Nullable Reply[] replies;
    private int failuresToRepeat;

    Sending(Wire wire, String name, List<AddressType> types) {
      this.wire = wire;
      this.name = name;
      this.types = types;
      this.socket = wire.open(Protocol.UDP);
      this.id = types.stream().mapToInt(t -> ids.next()).toArray();
      this.replies = new Reply[types.size()];
    }

    @Nullable
    Reply[] run() {
      long interval = conf.timeoutSeconds * Wire.SECOND / Math.max(conf.attempts, 1);
      interval -= interval % Wire.MILLISECOND;
      long end = wire.now() + conf.timeoutSeconds * Wire.SECOND;
      int rounds = conf.timeoutSeconds == 0 ? 0 : Math.max(conf.attempts, 1);
      for (int round = 1; round <= rounds; round++) {
        // A third of a second is rounded down to 333 ms, and three such rounds end 1 ms early; but
        // a real wait is always a little longer, so that there is no fourth round.
        long until = round == rounds ? end : wire.now() + interval;
        askEveryServer();
        failuresToRepeat = 2 * types.size();
        if (listen(until)) {
          break;
        }
      }
      return replies;
    }

    private void askEveryServer() {
      for (int question = 0; question < types.size(); question++) {
        if (replies[question] == null) {
          for (SocketAddress server : conf.servers) {
            write(question, server);
          }
        }
      }
    }

    private void write(int question, SocketAddress server) {
      wire.send(socket, server, name, types.get(question), id[question], Wire.Header.PLAIN);
    }

    /** Reads what arrives until a time; true if everything has been answered. */
    private boolean listen(long until) {
      while (true) {
        Wire.Event event = wire.await(socket, until);
        if (event == null) {
          return false;
        }
        int question = question(event);
        Reply reply = event.reply();
        // The socket is not connected, so a refused packet goes unnoticed.
        if (reply == null || replies[question] != null) {
          continue;
        }
        switch (reply.code()) {
          case NOERROR, NXDOMAIN -> replies[question] = reply;
          case SERVFAIL -> {
            if (failuresToRepeat > 0) {
              failuresToRepeat--;
              write(question, event.query().server());
            }
          }
          case FORMERR, NOTIMP, REFUSED, OTHER -> {
            // ignored, as if nothing had come
          }
        }
        if (allAnswered()) {
          return true;
        }
      }
    }

    private int question(Wire.Event event) {
      return event.query().id() == id[0] ? 0 : 1;
    }

    private boolean allAnswered() {
      for (@Nullable Reply reply : replies) {
        if (reply == null) {
          return false;
        }
      }
      return true;
    }
  }
}
