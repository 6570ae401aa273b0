package dev.hairpin.dns.kubernetes;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Passage;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers to the plainest questions, for which nothing has to be worked out: the addresses of a
 * Service with a ClusterIP under its own name in lower case, that it has none of a family, and that
 * there is no such Service.
 *
 * <p>The plugin chain is the specification; whatever is not plain is left to it.
 */
public final class PlainAnswers {

  /*
   * A name is looked up once, in the index's map of full names. The entry that is found carries the
   * records; it makes them when it is first asked and forgets them when its Service changes. Of an
   * answer only the message itself is new.
   */
  private static final List<ResourceRecord> NO_RECORDS = List.of();

  private static final int REPLY = Message.bits(Flag.QR, Flag.AA);
  private static final int KEPT = Message.bits(Flag.RD, Flag.CD);

  /** Id, flags, counts, and type and class of the question. */
  private static final int FIXED_OCTETS = 16;

  private final KubernetesPlugin plugin;
  private final KubeIndex index;
  private final KubeNames names;
  private final List<PlainZone> zones;

  /** A zone of the cluster, and what is the same in all its answers. */
  static final class PlainZone {
    final DnsName zone;
    final DnsName services;
    final int serviceLabels;
    final Passage passage;
    final boolean nothingFallsThrough;
    private long serial = -1;
    private List<ResourceRecord> soa = NO_RECORDS;
    private int soaOctets;

    PlainZone(DnsName zone, Passage passage, boolean nothingFallsThrough) {
      this.zone = zone;
      this.services = DnsName.parse("svc." + (zone.isRoot() ? "" : zone));
      this.serviceLabels = services.labelCount() + 2;
      this.passage = passage;
      this.nothingFallsThrough = nothingFallsThrough;
    }
  }

  /**
   * The records of a Service under the name of one zone. Replicas and forks, which have the same
   * zones, share it.
   *
   * @param name the name in lower case
   * @param zone the zone's place in the list of zones
   * @param v4 the A record, or nothing
   * @param v6 the AAAA record, or nothing
   */
  record Prepared(DnsName name, int zone, List<ResourceRecord> v4, List<ResourceRecord> v6) {}

  PlainAnswers(KubernetesPlugin plugin, List<DnsName> zones, List<Passage> passages) {
    this.plugin = plugin;
    this.names = plugin.names();
    this.index = names.index();
    List<PlainZone> plain = new ArrayList<>();
    for (int i = 0; i < zones.size(); i++) {
      DnsName zone = zones.get(i);
      boolean stays = names.options().fallthrough.zones().stream()
          .noneMatch(through -> zone.isIn(through) || through.isIn(zone));
      plain.add(new PlainZone(zone, passages.get(i), stays));
    }
    this.zones = List.copyOf(plain);
  }

  /**
   * Whether any answer may pass the cache by.
   *
   * @return false if all of them have to go through it
   */
  public boolean isUseful() {
    return zones.stream().anyMatch(z -> z.passage.answers() || z.passage.denials());
  }

  /**
   * The zones in which names are.
   *
   * @return the zones
   */
  public List<DnsName> zones() {
    return zones.stream().map(z -> z.zone).toList();
  }

  /**
   * Answers a plain question.
   *
   * @param query a {@linkplain Message#isPlainQuestion plain question}
   * @return the answer, which fits into any datagram without compression; null if the chain has to
   *     be asked
   */
  public @Nullable Message answer(Message query) {
    Question question = query.questions().get(0);
    int type = question.type().code();
    boolean v4 = type == RecordType.A.code();
    if (!v4 && type != RecordType.AAAA.code()) {
      return null;
    }
    KubeIndex.Entry entry = index.named(question.name());
    if (entry == null) {
      return missing(query, question.name());
    }
    Prepared prepared = prepared(entry, question.name());
    if (prepared == null || !prepared.name.isSpelledLike(question.name())) {
      return null;
    }
    List<ResourceRecord> records = v4 ? prepared.v4 : prepared.v6;
    PlainZone zone = zones.get(prepared.zone);
    if (records.isEmpty()) {
      return zone.passage.denials() ? denied(query, question.name(), zone, Rcode.NOERROR) : null;
    }
    return zone.passage.answers()
            && FIXED_OCTETS + 2 * question.name().octets() + 26 <= Message.PLAIN_UDP_OCTETS
        ? reply(query, 0, records, NO_RECORDS)
        : null;
  }

  private @Nullable Prepared prepared(KubeIndex.Entry entry, DnsName name) {
    Prepared known = entry.prepared();
    if (known == null) {
      known = prepare(entry, name);
      entry.prepare(known);
    }
    KubeService service = entry.service();
    return known == null || service == null || !names.isVisible(service.namespace()) ? null : known;
  }

  private @Nullable Prepared prepare(KubeIndex.Entry entry, DnsName asked) {
    KubeService service = entry.service();
    PlainZone zone = zoneOf(asked);
    if (service == null
        || zone == null
        || service.isHeadless()
        || service.isExternalName()
        || names.options().ignoreEmptyServices
        || names.options().multiclusterZones.contains(zone.zone)) {
      return null;
    }
    DnsName name = asked.lowerCase();
    List<ResourceRecord> v4 = new ArrayList<>();
    List<ResourceRecord> v6 = new ArrayList<>();
    long ttl = zone.passage.answerTtl(names.options().ttl);
    for (String text : service.clusterIps()) {
      IpAddress address = IpAddress.tryParse(text).orElse(null);
      if (address == null) {
        return null;
      }
      (address.isV4() ? v4 : v6).add(new ResourceRecord(name, ttl, RecordData.of(address)));
    }
    // Several addresses of a family are shuffled on their way.
    return v4.size() > 1 || v6.size() > 1
        ? null
        : new Prepared(name, zones.indexOf(zone), List.copyOf(v4), List.copyOf(v6));
  }

  private @Nullable PlainZone zoneOf(DnsName name) {
    for (PlainZone zone : zones) {
      if (name.isIn(zone.services)) {
        return zone;
      }
    }
    return null;
  }

  /** No Service has the name; if it is one that a Service could have, it does not exist. */
  private @Nullable Message missing(Message query, DnsName name) {
    PlainZone zone = zoneOf(name);
    return zone != null
            && zone.nothingFallsThrough
            && zone.passage.denials()
            && index.isSynced()
            && name.labelCount() == zone.serviceLabels
            // The record of the zone has the spelling of the question.
            && name.endsAsSpelled(zone.zone)
        ? denied(query, name, zone, Rcode.NXDOMAIN)
        : null;
  }

  private @Nullable Message denied(Message query, DnsName name, PlainZone zone, Rcode rcode) {
    long serial = index.modified();
    if (zone.serial != serial) {
      ResourceRecord soa = plugin.soa(zone.zone);
      zone.soa = List.of(soa.withTtl(zone.passage.denialTtl(soa.ttl())));
      zone.soaOctets =
          10 + 3 * zone.zone.octets() + 20 + "ns.dns".length() + 1 + "hostmaster".length() + 1;
      zone.serial = serial;
    }
    return FIXED_OCTETS + name.octets() + zone.soaOctets <= Message.PLAIN_UDP_OCTETS
        ? reply(query, rcode.code(), NO_RECORDS, zone.soa)
        : null;
  }

  private static Message reply(
      Message query, int rcode, List<ResourceRecord> answers, List<ResourceRecord> authorities) {
    int flags = REPLY | (query.flags() & KEPT) | rcode;
    return new Message(query.id(), flags, query.questions(), answers, authorities, NO_RECORDS);
  }

  /**
   * Why a question was answered so, worked out anew.
   *
   * @param question a question that {@link #answer} answered
   * @return a line as the chain would have noted it
   */
  public List<String> explain(Question question) {
    return plugin.explain(question);
  }
}
