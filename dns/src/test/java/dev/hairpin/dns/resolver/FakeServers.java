package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Name servers that know what a test tells them; every other name does not exist. */
final class FakeServers implements NameServers {
  static final String SEARCH = "ui.svc.cluster.local svc.cluster.local cluster.local ec2.internal";
  private static final Duration DELAY = Duration.ofMillis(1);

  private final Map<String, List<IpAddress>> addresses = new HashMap<>();
  private final Map<String, Rcode> failures = new HashMap<>();
  private final Set<String> silent = new HashSet<>();
  private final Set<String> closed = new HashSet<>();
  private final Set<String> truncating = new HashSet<>();
  private final List<Query> asked = new ArrayList<>();

  static Host host(String... resolvConfLines) {
    return new Host(
        String.join("\n", resolvConfLines) + "\n",
        "127.0.0.1 localhost\n::1 localhost\n10.244.1.7\tui-0\n",
        "ui-0",
        List.of(IpAddress.parse("10.244.1.7")));
  }

  static Host podHost(String options) {
    String ndots = options.contains("ndots:") ? "" : "ndots:5 ";
    return host("search " + SEARCH, "nameserver 10.96.0.10", "options " + ndots + options);
  }

  FakeServers knows(String name, String... texts) {
    addresses.put(name, Arrays.stream(texts).map(IpAddress::parse).toList());
    return this;
  }

  /** What is given in place of an answer: {@code name} or {@code name type}. */
  FakeServers fails(String name, Rcode rcode) {
    failures.put(name, rcode);
    return this;
  }

  /** A server's address, or {@code name type}, from which nothing comes. */
  FakeServers isSilent(String what) {
    silent.add(what);
    return this;
  }

  FakeServers isClosed(String server) {
    closed.add(server);
    return this;
  }

  FakeServers truncatesUdp(String name) {
    truncating.add(name);
    return this;
  }

  @Override
  public List<Arrival> send(Query query) {
    asked.add(query);
    String server = query.server().address().toString();
    String name = query.question().name().toString();
    String what = name + " " + query.question().type();
    if (silent.contains(server) || silent.contains(what)) {
      return List.of();
    }
    if (closed.contains(server)) {
      return List.of(new Arrival.Refused(DELAY));
    }
    return List.of(new Arrival.Answered(DELAY, reply(query, name, what)));
  }

  private Message reply(Query query, String name, String what) {
    Rcode failure = failures.getOrDefault(what, failures.get(name));
    if (failure != null) {
      return query.message().reply(failure);
    }
    if (!addresses.containsKey(name)) {
      return query.message().reply(Rcode.NXDOMAIN).with(Flag.AA, true);
    }
    boolean truncated = truncating.contains(name) && query.protocol() == Protocol.UDP;
    List<ResourceRecord> records = addresses.get(name).stream()
        .map(RecordData::of)
        .filter(d -> d.type().equals(query.question().type()))
        .map(d -> new ResourceRecord(query.question().name(), 30, d))
        .toList();
    return query
        .message()
        .reply(Rcode.NOERROR)
        .with(Flag.AA, true)
        .with(Flag.TC, truncated)
        .withRecords(truncated ? List.of() : records, List.of(), List.of());
  }

  /** The questions so far, each as {@code name type}. */
  List<String> asked() {
    return asked.stream()
        .map(q -> q.question().name() + " " + q.question().type())
        .toList();
  }

  List<Query> queries() {
    return asked;
  }
}
