package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code dns.resolve4} and {@code dns.resolve6} of Node 20: c-ares 1.34, asked for exactly one
 * name.
 *
 * <p>Neither {@code /etc/hosts} nor the search list plays a part, and whatever a server says is
 * final (Node sets {@code ARES_FLAG_NOCHECKRESP}). A silent server is asked four times in all, as
 * Node sets it, after 2 s or the {@code timeout} of {@code resolv.conf}, with twice the patience in
 * each further round; of that the real one takes up to half off at random, here a quarter, and Node
 * looks at its clock only once a second. Each try has a new socket.
 */
final class CAres implements Resolver {
  private static final int DEFAULT_TIMEOUT_SECONDS = 2;
  private static final int TRIES = 4;

  private final GlibcConf conf;
  private final Chooser chooser;
  private final Wire.Ports ports = new Wire.Ports();
  private final Wire.Ids ids = new Wire.Ids();

  CAres(Host host, Chooser chooser) {
    this.conf = GlibcConf.read(host);
    this.chooser = chooser;
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, NameServers servers) {
    AddressType type = family == AddressFamily.AF_INET6 ? AddressType.AAAA : AddressType.A;
    Wire wire = new Wire(servers, ports);
    String fullName = Names.absolute(name);
    Result result = Names.fitsAMessage(fullName)
        ? ask(wire, name, fullName, type)
        : failed("EBADNAME", name, type);
    return new Lookup(name, result, wire.exchanges(), wire.elapsed());
  }

  private static Result.Failed failed(String code, String name, AddressType type) {
    return new Result.Failed(code, 0, "query" + type + " " + code + " " + name);
  }

  private Result ask(Wire wire, String name, String fullName, AddressType type) {
    int servers = conf.servers.size();
    int first = conf.rotate && servers > 1 ? chooser.pick(servers) : 0;
    long timeout =
        (conf.timeoutIsSet ? conf.timeoutSeconds : DEFAULT_TIMEOUT_SECONDS) * Wire.SECOND;
    int id = ids.next();
    String lastError = "ETIMEOUT";
    for (int attempt = 0; attempt < TRIES * servers; attempt++) {
      SocketAddress server = conf.servers.get((first + attempt) % servers);
      long patience = patience(timeout, attempt / servers);
      Wire.@Nullable Event event =
          exchange(wire, Protocol.UDP, server, fullName, type, id, patience);
      if (event != null && event.reply() != null && event.reply().truncated()) {
        event = exchange(wire, Protocol.TCP, server, fullName, type, id, patience);
      }
      Reply reply = event == null ? null : event.reply();
      if (reply != null) {
        return told(reply, name, type);
      }
      lastError = event == null ? "ETIMEOUT" : "ECONNREFUSED";
    }
    return failed(lastError, name, type);
  }

  /** The first round has its time and then some, as the clock's tick is a little early for it. */
  private static long patience(long timeout, int round) {
    long ticks = (((timeout << round) * 3) / 4 + Wire.SECOND - 1) / Wire.SECOND;
    return round == 0 ? timeout + Wire.SECOND : ticks * Wire.SECOND;
  }

  private static Wire.@Nullable Event exchange(
      Wire wire,
      Protocol protocol,
      SocketAddress server,
      String name,
      AddressType type,
      int id,
      long patience) {
    Wire.Socket socket = wire.open(protocol);
    wire.send(socket, server, name, type, id, Wire.Header.PLAIN);
    return wire.await(socket, wire.now() + patience);
  }

  private static Result told(Reply reply, String name, AddressType type) {
    Optional<String> error = switch (reply.code()) {
      case NOERROR -> reply.answers() > 0 ? Optional.empty() : Optional.of("ENODATA");
      case NXDOMAIN -> Optional.of("ENOTFOUND");
      case SERVFAIL -> Optional.of("ESERVFAIL");
      case REFUSED -> Optional.of("EREFUSED");
      case FORMERR -> Optional.of("EFORMERR");
      case NOTIMP -> Optional.of("ENOTIMP");
      case OTHER -> Optional.of("EBADRESP");
    };
    if (error.isPresent()) {
      return failed(error.get(), name, type);
    }
    List<IpAddress> addresses =
        reply.addresses().stream().filter(a -> a.family() == type.family()).toList();
    return new Result.Found(addresses);
  }
}
