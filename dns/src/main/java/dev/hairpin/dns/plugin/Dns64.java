package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Responses.Kind;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The plugin dns64: makes IPv6 addresses of IPv4 ones for clients that have only IPv6, who reach
 * them through a NAT64 (RFC 6147, RFC 6052).
 *
 * <p>Source: CoreDNS 1.13.1. Only questions that arrive over IPv6 are translated, unless
 * {@code allow_ipv4} says otherwise.
 */
final class Dns64 implements Plugin {
  private static final String NAME = "dns64";
  private static final Cidr WELL_KNOWN = Cidr.parse("64:ff9b::/96");
  private static final int SHORTEST = 32;
  private static final int LONGEST = 96;

  /** The octet of an address that RFC 6052 keeps zero. */
  private static final int RESERVED = 8;

  /** The time of an address where no SOA record says how long its absence holds. */
  private static final long TTL_WITHOUT_SOA = 600;

  private final Setup.Lookup lookup;
  private Cidr prefix = WELL_KNOWN;
  private boolean translateAll;
  private boolean allowIpv4;

  private Dns64(Setup.Lookup lookup) {
    this.lookup = lookup;
  }

  static Dns64 setUp(Setup setup, Cursor cursor) {
    Dns64 plugin = new Dns64(setup.lookup());
    while (cursor.next()) {
      List<String> args = cursor.remainingArgs();
      if (args.size() > 1) {
        throw cursor.argError();
      }
      if (args.size() == 1) {
        plugin.prefix = prefix(args.get(0), cursor);
      }
      while (cursor.nextBlock()) {
        switch (cursor.value()) {
          case "prefix" -> plugin.prefix = prefix(cursor.onlyArg(), cursor);
          case "translate_all" -> plugin.translateAll = true;
          case "allow_ipv4" -> plugin.allowIpv4 = true;
          default -> throw cursor.error("unknown property '" + cursor.value() + "'");
        }
      }
    }
    return plugin;
  }

  private static Cidr prefix(String text, Cursor cursor) {
    Cidr prefix = Cidr.tryParseMasked(text)
        .orElseThrow(() -> new CorefileException("invalid CIDR address: " + text));
    int length = prefix.prefixLength();
    if (prefix.address().isV4()) {
      throw cursor.error("invalid netmask 32 IPv6 address: \"" + prefix + "\"");
    }
    if (length % Byte.SIZE != 0 || length < SHORTEST || length > LONGEST) {
      throw cursor.error("invalid prefix length \"" + prefix + "\"");
    }
    return prefix;
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query query, Handler next) {
    boolean wanted = (allowIpv4 || !query.client().address().address().isV4())
        && query.type().equals(RecordType.AAAA)
        && query.question().recordClass().equals(RecordClass.IN);
    // What plugins behind do to the question must not change the second one.
    Message asked = query.message();
    Reply reply = next.serve(query);
    Message message = reply.message();
    if (!wanted || message == null || isFinal(message)) {
      return reply;
    }
    Message v4 = lookup.ask(
        query.copyWith(asked.withQuestion(new Question(asked.question().name(), RecordType.A))));
    if (v4 == null) {
      return Reply.error();
    }
    query.exchange().note(NAME, "IPv4 addresses in " + prefix);
    return Reply.written(asked
        .reply(Rcode.NOERROR)
        .with(Flag.TC, v4.has(Flag.TC))
        .withRecords(translated(v4.answers(), message), v4.authorities(), v4.additionals()));
  }

  /** Whether there is no such name, or there are IPv6 addresses already. */
  private boolean isFinal(Message message) {
    return Responses.kind(message) == Kind.NO_NAME
        || (!translateAll
            && message.answers().stream().anyMatch(r -> r.type().equals(RecordType.AAAA)));
  }

  private List<ResourceRecord> translated(List<ResourceRecord> answers, Message denial) {
    long most = denial.authorities().stream()
        .filter(r -> r.type().equals(RecordType.SOA))
        .mapToLong(ResourceRecord::ttl)
        .reduce(TTL_WITHOUT_SOA, (before, ttl) -> ttl);
    List<ResourceRecord> records = new ArrayList<>();
    for (ResourceRecord record : answers) {
      records.add(
          record.data() instanceof RecordData.A a
              ? new ResourceRecord(
                  record.name(),
                  Math.min(record.ttl(), most),
                  new RecordData.Aaaa(embedded(prefix, a.address())))
              : record);
    }
    return records;
  }

  /** The IPv6 address that stands for an IPv4 one, around the octet that stays zero. */
  static IpAddress embedded(Cidr prefix, IpAddress v4) {
    byte[] octets = prefix.address().toBytes();
    int at = prefix.prefixLength() / Byte.SIZE;
    for (byte octet : v4.toBytes()) {
      at += at == RESERVED ? 1 : 0;
      octets[at] = octet;
      at++;
    }
    return IpAddress.ofBytes(octets);
  }
}
