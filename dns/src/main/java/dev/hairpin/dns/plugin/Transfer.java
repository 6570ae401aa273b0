package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The plugin transfer: sends whole zones of other plugins to those who may have them.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. A transfer is one message; a zone that does not fit into
 * its 65,535 octets is refused, which the original is not bound to. Nobody is notified of changes.
 * A question for changes is answered by the whole zone, or by the SOA record if nothing changed.
 */
final class Transfer implements Plugin {
  private static final String NAME = "transfer";

  private final Setup setup;
  private final List<Stanza> stanzas = new ArrayList<>();

  /** Zones, and who may have them; nobody in particular for everybody. */
  private record Stanza(List<DnsName> zones, List<IpAddress> to, boolean everybody) {}

  private Transfer(Setup setup) {
    this.setup = setup;
  }

  static Transfer setUp(Setup setup, Cursor cursor) {
    Transfer plugin = new Transfer(setup);
    while (cursor.next()) {
      List<DnsName> zones = setup.zones(cursor.remainingArgs(), cursor);
      List<IpAddress> to = new ArrayList<>();
      boolean everybody = false;
      while (cursor.nextBlock()) {
        String property = cursor.value();
        if (!property.equals("to")) {
          throw cursor.error("unknown property \"" + property + "\"");
        }
        List<String> args = cursor.remainingArgs();
        if (args.isEmpty()) {
          throw cursor.argError();
        }
        for (String arg : args) {
          everybody |= arg.equals("*");
          if (!arg.equals("*")) {
            to.add(address(arg));
          }
        }
      }
      if (to.isEmpty() && !everybody) {
        throw cursor.error("'to' is required");
      }
      plugin.stanzas.add(new Stanza(zones, List.copyOf(to), everybody));
    }
    return plugin;
  }

  private static IpAddress address(String text) {
    Optional<IpAddress> bare = IpAddress.tryParse(text);
    if (bare.isPresent()) {
      return bare.get();
    }
    try {
      return SocketAddress.parse(text).address();
    } catch (IllegalArgumentException e) {
      throw new CorefileException("not an IP address or file: \"" + text + "\"");
    }
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query query, Handler next) {
    boolean changes = query.type().equals(RecordType.IXFR);
    if (!changes && !query.type().equals(RecordType.AXFR)) {
      return next.serve(query);
    }
    if (query.client().transport() != Transport.TCP) {
      query.exchange().note(NAME, "zones are sent over TCP only");
      return Reply.unwritten(Rcode.REFUSED);
    }
    Stanza stanza = stanza(query.name());
    if (stanza == null) {
      return next.serve(query);
    }
    if (!stanza.everybody && !stanza.to.contains(query.client().address().address())) {
      query.exchange().note(NAME, query.client().address().address() + " may not have the zone");
      return Reply.written(query.message().reply(Rcode.REFUSED));
    }
    List<ResourceRecord> known = query.message().authorities();
    boolean serial = known.size() == 1 && known.get(0).data() instanceof RecordData.Soa;
    if (changes && !serial) {
      query.exchange().note(NAME, "the question does not say which version the client has");
      return Reply.unwritten(Rcode.SERVFAIL);
    }
    List<ResourceRecord> records =
        setup.shared(Transferable.class).flatMap(t -> t.records(query)).orElse(null);
    if (records == null) {
      return next.serve(query);
    }
    boolean current = changes && serial(known.get(0)) == serial(records.get(0));
    Message reply = query
        .message()
        .reply(Rcode.NOERROR)
        .withRecords(current ? records.subList(0, 1) : records, List.of(), List.of());
    if (reply.octets() > Message.MAX_OCTETS) {
      query.exchange().note(NAME, records.size() + " records do not fit into one message");
      return Reply.unwritten(Rcode.SERVFAIL);
    }
    query.exchange().note(NAME, reply.answers().size() + " records of zone " + query.name());
    return Reply.written(reply);
  }

  private static long serial(ResourceRecord record) {
    return record.data() instanceof RecordData.Soa soa ? soa.serial() : -1;
  }

  /** Of several zones the original takes that which comes last by letters, mostly the longest. */
  private @Nullable Stanza stanza(DnsName name) {
    Stanza best = null;
    String zone = "";
    for (Stanza stanza : stanzas) {
      DnsName match = Setup.match(stanza.zones, name);
      if (match != null && match.toString().compareTo(zone) > 0) {
        zone = match.toString();
        best = stanza;
      }
    }
    return best;
  }
}
