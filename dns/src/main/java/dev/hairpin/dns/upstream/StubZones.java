package dev.hairpin.dns.upstream;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recursive server with records of your choice, and failures that can be switched on.
 *
 * <p>It follows aliases among its own records, lets a leftmost label {@code *} stand for any
 * labels, and says NXDOMAIN with the SOA of the longest matching zone for names that it does not
 * have. A name above those that it has, other than the root, exists without data. Recursion is
 * available, nothing is authoritative. A reply that is too long for UDP comes without records and
 * with TC. May be changed while it is in use; not thread-safe.
 */
public final class StubZones implements Upstream {

  /** More aliases than a sane zone has in a row. */
  private static final int MAX_ALIASES = 16;

  private final Map<DnsName, List<ResourceRecord>> records = new HashMap<>();
  private final Set<DnsName> above = new HashSet<>();
  private final Map<DnsName, ResourceRecord> zones = new HashMap<>();
  private final Map<DnsName, Rcode> failures = new HashMap<>();
  private final Set<DnsName> lost = new HashSet<>();
  private final Map<DnsName, Duration> delays = new HashMap<>();
  private final List<Question> seen = new ArrayList<>();
  private boolean down;
  private boolean closed;

  /** A server without records, which says NXDOMAIN to everything. */
  public StubZones() {}

  /**
   * A server that has the root zone and no name in it: NXDOMAIN to everything, with an SOA record.
   *
   * @return the server
   */
  public static StubZones withoutNames() {
    return new StubZones()
        .zone(new ResourceRecord(
            DnsName.ROOT,
            86_400,
            RecordData.parse(
                RecordType.SOA,
                "a.root-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400")));
  }

  /**
   * Adds a zone, whose SOA record goes into negative answers.
   *
   * @param soa the record
   * @return this
   */
  public StubZones zone(ResourceRecord soa) {
    zones.put(soa.name(), soa);
    return this;
  }

  /**
   * Adds a record.
   *
   * @param record the record
   * @return this
   */
  public StubZones add(ResourceRecord record) {
    records.computeIfAbsent(record.name(), n -> new ArrayList<>()).add(record);
    for (int i = 1; i <= record.name().labelCount(); i++) {
      above.add(record.name().withoutFirst(i));
    }
    return this;
  }

  /**
   * Adds an address.
   *
   * @param name the name
   * @param ttl how long it may be kept, in seconds
   * @param address the address
   * @return this
   */
  public StubZones add(String name, long ttl, dev.hairpin.net.IpAddress address) {
    return add(new ResourceRecord(DnsName.parse(name), ttl, RecordData.of(address)));
  }

  /**
   * Lets every question for a name fail.
   *
   * @param name the name
   * @param rcode how, such as SERVFAIL
   * @return this
   */
  public StubZones fail(DnsName name, Rcode rcode) {
    failures.put(name, rcode);
    return this;
  }

  /**
   * Leaves every question for a name unanswered.
   *
   * @param name the name
   * @return this
   */
  public StubZones lose(DnsName name) {
    lost.add(name);
    return this;
  }

  /**
   * Answers a name late.
   *
   * @param name the name
   * @param delay how late
   * @return this
   */
  public StubZones delay(DnsName name, Duration delay) {
    delays.put(name, delay);
    return this;
  }

  /**
   * Leaves all questions unanswered, or no longer.
   *
   * @param lostAll whether nothing is answered
   */
  public void setDown(boolean lostAll) {
    this.down = lostAll;
  }

  /**
   * Lets nobody listen any more, or again.
   *
   * @param unreachable whether nobody listens
   */
  public void setClosed(boolean unreachable) {
    this.closed = unreachable;
  }

  /**
   * The questions that arrived, health checks of a forwarder included.
   *
   * @return the questions, oldest first
   */
  public List<Question> seen() {
    return List.copyOf(seen);
  }

  @Override
  public Response ask(Message query, Transport transport) {
    if (closed) {
      return new Unreachable();
    }
    Question question = query.question();
    seen.add(question);
    if (down || lost.contains(question.name())) {
      return new Lost();
    }
    Message reply = answer(query, question);
    Optional<Edns> edns = query.edns();
    if (edns.isPresent()) {
      reply = reply.withEdns(Edns.ofSize(4096).withDnssecOk(edns.get().dnssecOk()));
    }
    if (transport == Transport.UDP) {
      int limit = Math.max(
          Message.PLAIN_UDP_OCTETS, edns.map(Edns::udpSize).orElse(Message.PLAIN_UDP_OCTETS));
      if (reply.octets() > limit) {
        reply = reply
            .withRecords(List.of(), List.of(), List.of())
            .withEdns(reply.edns().orElse(null))
            .with(Flag.TC, true);
      }
    }
    return new Answered(reply, delays.getOrDefault(question.name(), Duration.ZERO));
  }

  private Message answer(Message query, Question question) {
    Rcode failure = failures.get(question.name());
    Message reply = query
        .reply(failure == null ? Rcode.NOERROR : failure)
        .with(Flag.RA, true)
        .with(Flag.CD, false);
    if (failure != null) {
      return reply;
    }
    List<ResourceRecord> answers = new ArrayList<>();
    DnsName name = question.name();
    while (answers.size() < MAX_ALIASES) {
      List<ResourceRecord> found = find(name);
      List<ResourceRecord> wanted =
          found.stream().filter(r -> r.type().equals(question.type())).toList();
      answers.addAll(wanted);
      DnsName target = wanted.isEmpty() ? alias(found) : null;
      if (target == null) {
        return wanted.isEmpty()
            ? negative(reply, answers, name)
            : reply.withRecords(answers, List.of(), List.of());
      }
      answers.addAll(found);
      name = target;
    }
    return reply.withRecords(answers, List.of(), List.of());
  }

  private static @Nullable DnsName alias(List<ResourceRecord> found) {
    for (ResourceRecord record : found) {
      if (record.data() instanceof RecordData.Cname cname) {
        return cname.target();
      }
    }
    return null;
  }

  private Message negative(Message reply, List<ResourceRecord> answers, DnsName name) {
    boolean exists = !find(name).isEmpty() || (above.contains(name) && !name.isRoot());
    return reply
        .withRcode(exists ? Rcode.NOERROR : Rcode.NXDOMAIN)
        .withRecords(answers, soa(name).map(List::of).orElse(List.of()), List.of());
  }

  private Optional<ResourceRecord> soa(DnsName name) {
    for (int i = 0; i <= name.labelCount(); i++) {
      ResourceRecord soa = zones.get(name.withoutFirst(i));
      if (soa != null) {
        return Optional.of(soa);
      }
    }
    return Optional.empty();
  }

  private List<ResourceRecord> find(DnsName name) {
    List<ResourceRecord> found = new ArrayList<>(records.getOrDefault(name, List.of()));
    for (int i = 1; found.isEmpty() && i <= name.labelCount(); i++) {
      DnsName parent = name.withoutFirst(i);
      DnsName wildcard = parent.octets() + 2 > DnsName.MAX_OCTETS
          ? DnsName.ROOT
          : DnsName.parse("*." + (parent.isRoot() ? "" : parent));
      found.addAll(records.getOrDefault(wildcard, List.of()));
    }
    found.replaceAll(r -> r.withName(name));
    return found;
  }
}
