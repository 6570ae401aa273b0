package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.IpAddress;
import java.util.List;

/**
 * The plugin local: answers for localhost and the reverse zones that belong to every host.
 *
 * <p>Source: CoreDNS 1.13.1. A name that begins with {@code localhost.} is the loopback address
 * too, since search lists make such names.
 */
final class Local implements Plugin {
  private static final String NAME = "local";
  private static final long TTL = 604_800;
  private static final DnsName LOCALHOST = DnsName.parse("localhost.");
  private static final DnsName LOOPBACK = DnsName.parse("1.0.0.127.in-addr.arpa.");
  private static final IpAddress V4 = IpAddress.parse("127.0.0.1");
  private static final IpAddress V6 = IpAddress.parse("::1");
  private static final List<DnsName> ZONES = List.of(
      LOCALHOST,
      DnsName.parse("0.in-addr.arpa."),
      DnsName.parse("127.in-addr.arpa."),
      DnsName.parse("255.in-addr.arpa."));

  private Local() {}

  static Local setUp(Cursor cursor) {
    cursor.next();
    cursor.noArgs();
    return new Local();
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private static Reply serve(Query query, Handler next) {
    DnsName name = query.name();
    DnsName zone = Setup.match(ZONES, name);
    boolean prefixed = name.labelCount() > 1 && query.lowerName().startsWith("localhost.");
    if (zone == null && !prefixed) {
      return next.serve(query);
    }
    query.exchange().note(NAME, "answers for every host");
    if (prefixed || name.equals(LOCALHOST)) {
      return Reply.written(address(query, name.equals(LOCALHOST)));
    }
    if (zone != null && name.equals(zone)) {
      return Reply.written(apex(query));
    }
    DnsName spelled =
        zone == null ? name : name.withoutFirst(name.labelCount() - zone.labelCount());
    if (name.equals(LOOPBACK)) {
      return Reply.written(
          query.type().equals(RecordType.PTR)
              ? found(query, new RecordData.Ptr(LOCALHOST))
              : denied(query, Rcode.NOERROR, spelled));
    }
    return Reply.written(denied(query, Rcode.NXDOMAIN, spelled));
  }

  private static Message address(Query query, boolean apex) {
    if (query.type().equals(RecordType.A)) {
      return found(query, RecordData.of(V4));
    }
    if (query.type().equals(RecordType.AAAA)) {
      return found(query, RecordData.of(V6));
    }
    return apex ? apex(query) : denied(query, Rcode.NOERROR, query.name());
  }

  private static Message apex(Query query) {
    if (query.type().equals(RecordType.SOA)) {
      return query
          .message()
          .reply(Rcode.NOERROR)
          .withRecords(List.of(soa(query.name())), List.of(), List.of());
    }
    return query.type().equals(RecordType.NS)
        ? found(query, new RecordData.Ns(LOCALHOST))
        : denied(query, Rcode.NOERROR, query.name());
  }

  private static Message found(Query query, RecordData data) {
    return query
        .message()
        .reply(Rcode.NOERROR)
        .withRecords(List.of(new ResourceRecord(query.name(), TTL, data)), List.of(), List.of());
  }

  private static Message denied(Query query, Rcode rcode, DnsName owner) {
    return query.message().reply(rcode).withRecords(List.of(), List.of(soa(owner)), List.of());
  }

  private static ResourceRecord soa(DnsName owner) {
    return new ResourceRecord(
        owner,
        TTL,
        new RecordData.Soa(LOCALHOST, DnsName.parse("root.localhost."), 1, 0, 0, 0, TTL));
  }
}
