package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code dns.resolve4} and {@code dns.resolve6} of Node 20: c-ares, asked for exactly one name.
 *
 * <p>Neither {@code /etc/hosts} nor the search list plays a part, and whatever a server says is
 * final (Node sets {@code ARES_FLAG_NOCHECKRESP}). A server that is silent is asked again after the
 * others, with twice the patience in each further round; the options of {@code resolv.conf} do not
 * shorten that, as Node sets its own: 5 s, four tries.
 */
final class CAres implements Resolver {
  private static final long TIMEOUT = 5 * Wire.SECOND;
  private static final int TRIES = 4;

  private final GlibcConf conf;
  private final Wire.Ports ports = new Wire.Ports();
  private final Wire.Ids ids = new Wire.Ids();

  CAres(Host host) {
    this.conf = GlibcConf.read(host);
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, Transport transport) {
    AddressType type = family == AddressFamily.AF_INET6 ? AddressType.AAAA : AddressType.A;
    Wire wire = new Wire(transport, ports);
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
    Wire.@Nullable Socket[] sockets = new Wire.Socket[servers];
    int id = ids.next();
    String lastError = "ETIMEOUT";
    for (int attempt = 0; attempt < TRIES * servers; attempt++) {
      int server = attempt % servers;
      SocketAddress to = conf.servers.get(server);
      Wire.@Nullable Socket socket = sockets[server];
      if (socket == null) {
        socket = wire.open(Protocol.UDP);
        sockets[server] = socket;
      }
      long patience = TIMEOUT << (attempt / servers);
      wire.send(socket, to, fullName, type, id, Wire.Header.PLAIN);
      Wire.@Nullable Event event = wire.await(socket, wire.now() + patience);
      if (event != null && event.reply() != null && event.reply().truncated()) {
        Wire.Socket connection = wire.open(Protocol.TCP);
        wire.send(connection, to, fullName, type, id, Wire.Header.PLAIN);
        event = wire.await(connection, wire.now() + patience);
      }
      if (event == null) {
        lastError = "ETIMEOUT";
      } else if (event.reply() == null) {
        lastError = "ECONNREFUSED";
        sockets[server] = null;
      } else {
        return told(event.reply(), name, type);
      }
    }
    return failed(lastError, name, type);
  }

  private static Result told(Reply reply, String name, AddressType type) {
    Optional<String> error = switch (reply.code()) {
      case NOERROR -> reply.has(type) ? Optional.empty() : Optional.of("ENODATA");
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
