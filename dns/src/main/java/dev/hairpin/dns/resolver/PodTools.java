package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The commands that people type in a pod to look at DNS: {@code nslookup}, {@code dig} and
 * {@code getent hosts}.
 *
 * <p>Not thread-safe.
 */
public final class PodTools {
  private static final int DIG_EDNS_SIZE = 1232;
  private static final int TRIES = 3;
  private static final long TIMEOUT = 5 * Wire.SECOND;

  private final GlibcConf conf;
  private final Glibc glibc;
  private final NameServers servers;
  private final Wire.Ports ports = new Wire.Ports();
  private final Wire.Ids ids = new Wire.Ids();

  /**
   * The commands of a pod.
   *
   * @param host what they see of the pod
   * @param chooser decides what the C library leaves to chance
   * @param servers the name servers, and the way to them
   */
  public PodTools(Host host, Chooser chooser, NameServers servers) {
    this.conf = GlibcConf.read(host);
    this.glibc = new Glibc(host, chooser, false);
    this.servers = servers;
  }

  /**
   * What a command printed, and what it asked.
   *
   * @param text the text, with a final line feed
   * @param exchanges the questions, in the order in which they were sent
   * @param took how long it ran, in virtual time
   */
  public record Output(String text, List<Exchange> exchanges, Duration took) {
    /** Copies the list. */
    public Output {
      exchanges = List.copyOf(exchanges);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * {@code nslookup NAME}, of BIND 9.18: it asks for A under each search domain until a name
   * exists, then for AAAA of that name.
   *
   * @param name the name
   * @return what it prints
   * @throws IllegalArgumentException if it is no domain name
   */
  public Output nslookup(String name) {
    DnsName.parse(name);
    Wire wire = new Wire(servers, ports);
    StringBuilder text = new StringBuilder();
    List<String> names = namesOf(name);
    for (int i = 0; i < names.size(); i++) {
      @Nullable Answered answered = ask(wire, names.get(i), RecordType.A, Wire.Header.PLAIN);
      if (answered == null) {
        text.append(";; connection timed out; no servers could be reached\n\n");
        break;
      }
      Message message = answered.message;
      warnOfNoRecursion(text, answered);
      boolean last = i == names.size() - 1;
      if (message.rcode().equals(Rcode.NXDOMAIN) && !last) {
        continue;
      }
      SocketAddress server = answered.server;
      text.append("Server:\t\t%s%nAddress:\t%s#%d%n%n"
          .formatted(server.address(), server.address(), server.port())
          .replace(System.lineSeparator(), "\n"));
      appendAnswers(text, wire, names.get(i), last ? name : names.get(i), message);
      break;
    }
    return new Output(text.toString(), wire.exchanges(), wire.elapsed());
  }

  private List<String> namesOf(String name) {
    if (Names.isAbsolute(name)) {
      return List.of(name);
    }
    List<String> names = new ArrayList<>();
    boolean enoughDots = Names.dots(name) >= conf.ndots;
    if (enoughDots) {
      names.add(name + ".");
    }
    for (String domain : conf.search) {
      String full = Names.absolute(name + "." + domain);
      if (Names.fitsAMessage(full)) {
        names.add(full);
      }
    }
    if (!enoughDots) {
      names.add(name + ".");
    }
    return names;
  }

  private void appendAnswers(
      StringBuilder text, Wire wire, String fullName, String shownName, Message ofA) {
    String shown =
        Names.isAbsolute(shownName) ? shownName.substring(0, shownName.length() - 1) : shownName;
    if (ofA.rcode().code() != 0) {
      text.append("** server can't find ").append(shown).append(": ").append(ofA.rcode());
      text.append("\n\n");
      return;
    }
    if (!ofA.answers().isEmpty() && !ofA.has(Flag.AA)) {
      text.append("Non-authoritative answer:\n");
    }
    appendRecords(text, ofA);
    boolean anything = !ofA.answers().isEmpty();
    @Nullable Answered ofAaaa = ask(wire, fullName, RecordType.AAAA, Wire.Header.PLAIN);
    if (ofAaaa != null) {
      warnOfNoRecursion(text, ofAaaa);
      appendRecords(text, ofAaaa.message);
      anything |= !ofAaaa.message.answers().isEmpty();
    }
    if (!anything) {
      text.append("*** Can't find ").append(shown).append(": No answer\n");
    }
    text.append('\n');
  }

  /**
   * CoreDNS does not offer recursion for the cluster's names, which nslookup finds worth a line.
   */
  private static void warnOfNoRecursion(StringBuilder text, Answered answered) {
    if (!answered.message.has(Flag.RA)) {
      text.append(";; Got recursion not available from ")
          .append(answered.server.address())
          .append('\n');
    }
  }

  private static void appendRecords(StringBuilder text, Message message) {
    for (ResourceRecord record : message.answers()) {
      String owner = withoutDot(record.name());
      if (record.data() instanceof RecordData.Cname cname) {
        text.append(owner).append("\tcanonical name = ").append(cname.target()).append('\n');
      } else if (record.data() instanceof RecordData.A
          || record.data() instanceof RecordData.Aaaa) {
        text.append("Name:\t").append(owner).append('\n');
        text.append("Address: ").append(record.data()).append('\n');
      }
    }
  }

  private static String withoutDot(DnsName name) {
    String text = name.toString();
    return text.length() > 1 ? text.substring(0, text.length() - 1) : text;
  }

  /**
   * {@code dig NAME TYPE}, of BIND 9.18: one name, no search list, with EDNS; by TCP if the answer
   * was cut.
   *
   * @param name the name; absolute even without a final dot
   * @param type the type
   * @return what it prints
   * @throws IllegalArgumentException if it is no domain name
   */
  public Output dig(String name, RecordType type) {
    DnsName.parse(name);
    Wire wire = new Wire(servers, ports);
    Wire.Header header = new Wire.Header(OptionalInt.of(DIG_EDNS_SIZE), true);
    @Nullable Answered answered = ask(wire, Names.absolute(name), type, header);
    String text = answered == null
        ? ";; connection timed out; no servers could be reached\n"
        : answered.message
            + "\n\n;; Query time: "
            + wire.elapsed().toMillis()
            + " msec\n;; SERVER: "
            + answered.server.address()
            + "#"
            + answered.server.port()
            + " ("
            + answered.protocol
            + ")\n";
    return new Output(text, wire.exchanges(), wire.elapsed());
  }

  /**
   * {@code getent hosts NAME} of glibc: it wants IPv6 addresses first, and only if there are none
   * IPv4 addresses; so a name with IPv4 addresses only is searched for twice.
   *
   * @param name the name
   * @return what it prints; nothing if the name is not found
   */
  public Output getentHosts(String name) {
    List<Exchange> exchanges = new ArrayList<>();
    Duration took = Duration.ZERO;
    for (AddressFamily family : List.of(AddressFamily.AF_INET6, AddressFamily.AF_INET)) {
      Lookup lookup = glibc.lookup(name, family, servers);
      exchanges.addAll(lookup.exchanges());
      took = took.plus(lookup.took());
      if (!lookup.addresses().isEmpty()) {
        String canonical = lookup.exchanges().isEmpty() ? name : canonicalName(lookup);
        StringBuilder text = new StringBuilder();
        for (IpAddress address : lookup.addresses()) {
          text.append(
              "%-15s %s%n".formatted(address, canonical).replace(System.lineSeparator(), "\n"));
        }
        return new Output(text.toString(), exchanges, took);
      }
    }
    return new Output("", exchanges, took);
  }

  private static String canonicalName(Lookup lookup) {
    Exchange last = lookup.exchanges().get(lookup.exchanges().size() - 1);
    DnsName name = last.query().question().name();
    for (Arrival arrival : last.arrivals()) {
      if (arrival instanceof Arrival.Answered answered) {
        for (ResourceRecord record : answered.message().answers()) {
          if (record.data() instanceof RecordData.Cname cname) {
            name = cname.target();
          }
        }
      }
    }
    return withoutDot(name);
  }

  private record Answered(Message message, SocketAddress server, Protocol protocol) {}

  /** Asks the servers one after another, three times over, and by TCP where an answer was cut. */
  private @Nullable Answered ask(Wire wire, String name, RecordType type, Wire.Header header) {
    Question question = Question.of(name, type);
    for (int attempt = 0; attempt < TRIES * conf.servers.size(); attempt++) {
      SocketAddress server = conf.servers.get(attempt % conf.servers.size());
      Protocol protocol = Protocol.UDP;
      @Nullable Message message = exchange(wire, protocol, server, question, header);
      if (message != null && message.has(Flag.TC)) {
        protocol = Protocol.TCP;
        message = exchange(wire, protocol, server, question, header);
      }
      boolean failed = message != null && message.rcode().equals(Rcode.SERVFAIL);
      boolean lastServer = attempt % conf.servers.size() == conf.servers.size() - 1;
      if (message != null && (!failed || lastServer)) {
        return new Answered(message, server, protocol);
      }
    }
    return null;
  }

  private @Nullable Message exchange(
      Wire wire, Protocol protocol, SocketAddress server, Question question, Wire.Header header) {
    Wire.Socket socket = wire.open(protocol);
    wire.send(socket, server, question, ids.next(), header, false);
    Wire.@Nullable Event event = wire.await(socket, wire.now() + TIMEOUT);
    return event != null && event.arrival() instanceof Arrival.Answered answered
        ? answered.message()
        : null;
  }
}
