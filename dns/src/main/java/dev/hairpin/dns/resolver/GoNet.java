package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * {@code net.LookupHost} of Go 1.22 with its own resolver (netgo).
 *
 * <p>Source: Go 1.22 {@code src/net/dnsclient_unix.go}. A and AAAA are asked by two goroutines,
 * each with its own sockets, so that which of them is first is left to chance; the next name waits
 * for both.
 */
final class GoNet implements Resolver {
  private static final int EDNS_SIZE = 1232;
  private static final int LONGEST_NAME = 254;

  private final GoConf conf;
  private final Host host;
  private final HostsFile hosts;
  private final AddressOrder order;
  private final Chooser chooser;
  private final Wire.Ports ports = new Wire.Ports();
  private final Wire.Ids ids = new Wire.Ids();
  private final Wire.Header header;
  private int serverOffset;

  GoNet(Host host, Chooser chooser) {
    this.host = host;
    this.conf = GoConf.read(host);
    this.hosts = HostsFile.parse(host.hosts());
    this.order = AddressOrder.ofRfc6724(host);
    this.chooser = chooser;
    this.header = new Wire.Header(OptionalInt.of(EDNS_SIZE), conf.trustAd);
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, NameServers servers) {
    Wire wire = new Wire(servers, ports);
    Result result = local(name, family).orElseGet(() -> walk(wire, name, family));
    return new Lookup(name, result, wire.exchanges(), wire.elapsed());
  }

  private Optional<Result> local(String name, AddressFamily family) {
    Optional<IpAddress> literal = IpAddress.tryParse(name);
    if (literal.isPresent()) {
      return Optional.of(new Result.Found(List.of(literal.get())));
    }
    String wanted = inHostsFile(name);
    List<IpAddress> found =
        hosts.find(wanted, (listed, sought) -> inHostsFile(listed).equals(sought)).stream()
            .filter(a -> family.wants(a.family()))
            .toList();
    if (!found.isEmpty()) {
      // LookupHost gives the file's order, without sorting.
      return Optional.of(new Result.Found(found));
    }
    return isDomainName(name) ? Optional.empty() : Optional.of(noSuchHost(name, ""));
  }

  /** Go compares names of the file without case, and those with a dot as absolute ones. */
  private static String inHostsFile(String name) {
    String lowerCase = name.toLowerCase(Locale.ROOT);
    return lowerCase.contains(".") ? Names.absolute(lowerCase) : lowerCase;
  }

  private Result walk(Wire wire, String name, AddressFamily family) {
    @Nullable Failure last = null;
    for (String fullName : nameList(name)) {
      List<IpAddress> addresses = new ArrayList<>();
      for (Asking asking : ask(wire, fullName, family.types())) {
        if (asking.answer != null) {
          addresses.addAll(asking.answer.addresses());
        } else if (last == null || fullName.equals(name + ".")) {
          last = asking.failure;
        }
      }
      if (!addresses.isEmpty()) {
        return new Result.Found(order.sort(addresses));
      }
    }
    return last == null ? noSuchHost(name, "") : last.result(name);
  }

  /** The names to ask for, in order; {@code .onion} is never asked for, RFC 7686. */
  private List<String> nameList(String name) {
    List<String> names = new ArrayList<>();
    if (Names.isAbsolute(name)) {
      names.add(name);
    } else {
      boolean enoughDots = Names.dots(name) >= conf.ndots;
      if (enoughDots) {
        names.add(name + ".");
      }
      conf.search.forEach(domain -> names.add(name + "." + domain));
      if (!enoughDots) {
        names.add(name + ".");
      }
    }
    names.removeIf(
        n -> n.length() > LONGEST_NAME || n.toLowerCase(Locale.ROOT).endsWith(".onion."));
    return names;
  }

  /** Asks for one name, and gives the outcomes in the order in which they were known. */
  private List<Asking> ask(Wire wire, String name, List<AddressType> types) {
    List<Asking> all = new ArrayList<>();
    if (conf.singleRequest) {
      for (AddressType type : types) {
        Asking asking = new Asking(wire, name, type);
        asking.start();
        while (!asking.done()) {
          asking.step();
        }
        all.add(asking);
      }
      return all;
    }
    types.forEach(type -> all.add(new Asking(wire, name, type)));
    if (types.size() == 2 && chooser.pick(2) == 1) {
      all.add(all.remove(0));
    }
    all.forEach(Asking::start);
    List<Asking> running = new ArrayList<>(all);
    List<Asking> finished = new ArrayList<>();
    while (!running.isEmpty()) {
      Asking next =
          running.stream().min(Comparator.comparingLong(Asking::wakesAt)).orElseThrow();
      next.step();
      if (next.done()) {
        running.remove(next);
        finished.add(next);
      }
    }
    return finished;
  }

  /** Why a name has no address of a type. */
  private record Failure(String reason, String server, String detail) {
    Result.Failed result(String name) {
      String where = server.isEmpty() ? "" : " on " + server;
      return new Result.Failed(reason, 0, "lookup " + name + where + ": " + detail);
    }
  }

  private static Result.Failed noSuchHost(String name, String server) {
    return new Failure("no such host", server, "no such host").result(name);
  }

  /** A goroutine that asks for one type of one name: {@code tryOneName}. */
  private final class Asking {
    private final Wire wire;
    private final String name;
    private final AddressType type;
    private int offset;
    private int attempt;
    private boolean byTcp = conf.useTcp;
    private int id;
    private long deadline;
    private Wire.@Nullable Socket socket;
    private @Nullable Reply answer;
    private @Nullable Failure failure;

    Asking(Wire wire, String name, AddressType type) {
      this.wire = wire;
      this.name = name;
      this.type = type;
    }

    boolean done() {
      return socket == null;
    }

    void start() {
      offset = conf.rotate ? serverOffset++ : 0;
      exchange();
    }

    private SocketAddress server() {
      int count = conf.servers.size();
      return conf.servers.get(Math.floorMod(offset + attempt, count));
    }

    /** Opens a socket for the next exchange, whether UDP, or TCP after a truncated answer. */
    private void exchange() {
      Wire.Socket opened = wire.open(byTcp ? Protocol.TCP : Protocol.UDP);
      id = ids.next();
      socket = opened;
      deadline = wire.now() + conf.timeoutSeconds * Wire.SECOND;
      wire.send(opened, server(), name, type, id, header);
    }

    long wakesAt() {
      return socket == null ? Long.MAX_VALUE : Math.min(Wire.nextArrival(socket), deadline);
    }

    void step() {
      Wire.Socket waiting = socket;
      if (waiting == null) {
        return;
      }
      Wire.Event event = wire.await(waiting, deadline);
      if (event == null) {
        fail(waiting, "i/o timeout");
        return;
      }
      Reply reply = event.reply();
      if (reply == null) {
        String call = byTcp ? "connect" : "read";
        fail(waiting, call + ": connection refused");
      } else if (reply.truncated() && !byTcp) {
        byTcp = true;
        exchange();
      } else {
        judge(reply);
      }
    }

    private void judge(Reply reply) {
      switch (reply.code()) {
        case NXDOMAIN -> end("no such host");
        case NOERROR -> {
          if (reply.lame()) {
            next(new Failure("lame referral", server().toString(), "lame referral"));
          } else if (reply.has(type)) {
            answer = reply;
            socket = null;
          } else {
            end("no such host");
          }
        }
        case FORMERR, SERVFAIL, NOTIMP, REFUSED, OTHER ->
          next(new Failure("server misbehaving", server().toString(), "server misbehaving"));
      }
    }

    private void fail(Wire.Socket waiting, String reason) {
      String network = byTcp ? "tcp" : "udp";
      String call = byTcp && reason.startsWith("connect") ? "dial " : "read ";
      String from = new SocketAddress(ownAddress(), waiting.port()).toString();
      String path = call.equals("dial ") ? server().toString() : from + "->" + server();
      next(new Failure(reason, server().toString(), call + network + " " + path + ": " + reason));
    }

    private IpAddress ownAddress() {
      return host.addresses().stream()
          .filter(a -> a.family() == server().address().family())
          .findFirst()
          .orElse(server().address());
    }

    private void end(String reason) {
      failure = new Failure(reason, server().toString(), reason);
      socket = null;
    }

    /** Goes on to the next server, or round, or gives up. */
    private void next(Failure why) {
      failure = why;
      attempt++;
      byTcp = conf.useTcp;
      if (attempt < conf.attempts * conf.servers.size()) {
        exchange();
      } else {
        socket = null;
      }
    }
  }

  /** Go's {@code isDomainName}: what it does not take for a name is never asked for. */
  private static boolean isDomainName(String name) {
    if (name.equals(".")) {
      return true;
    }
    if (name.isEmpty()
        || name.length() > LONGEST_NAME
        || (name.length() == LONGEST_NAME && !Names.isAbsolute(name))) {
      return false;
    }
    char last = '.';
    boolean notOnlyDigits = false;
    int label = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.') {
        if (last == '.' || last == '-' || label > 63) {
          return false;
        }
        label = 0;
      } else if (c == '-') {
        if (last == '.') {
          return false;
        }
        notOnlyDigits = true;
        label++;
      } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') {
        notOnlyDigits = true;
        label++;
      } else if (c >= '0' && c <= '9') {
        label++;
      } else {
        return false;
      }
      last = c;
    }
    return last != '-' && label <= 63 && notOnlyDigits;
  }
}
