package dev.hairpin.dns.zone;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Fallthrough;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.dns.plugin.Transferable;
import dev.hairpin.dns.zone.Zone.Found;
import dev.hairpin.dns.zone.Zone.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The zones of a plugin, and how it answers from them. */
final class Zones implements Transferable {
  private final String plugin;
  private final Setup setup;
  private final Map<DnsName, Zone> zones = new LinkedHashMap<>();

  Zones(String plugin, Setup setup) {
    this.plugin = plugin;
    this.setup = setup;
    setup.share(
        Transferable.class,
        setup.shared(Transferable.class).<Transferable>map(this::orElse).orElse(this));
  }

  /** Plugins are set up from the last to the first, and this one is asked before those behind. */
  private Transferable orElse(Transferable behind) {
    return query -> records(query).or(() -> behind.records(query));
  }

  void add(Zone zone) {
    zones.put(zone.origin(), zone);
  }

  boolean has(DnsName origin) {
    return zones.containsKey(origin);
  }

  /** Reads a file as a zone. */
  Zone read(String path, String text, DnsName origin) {
    try {
      return Zone.of(
          origin,
          ZoneFile.parse(text, path, origin, name -> setup.surroundings().file(name)),
          path);
    } catch (CorefileException e) {
      CorefileException error = new CorefileException("failed to parse file \"" + path
          + "\" for origin "
          + origin
          + " with error "
          + e.getMessage());
      error.initCause(e);
      throw error;
    }
  }

  Reply serve(Query query, Fallthrough fallthrough, Handler next) {
    DnsName origin = Setup.match(List.copyOf(zones.keySet()), query.name());
    Zone zone = origin == null ? null : zones.get(origin);
    if (zone == null) {
      return next.serve(query);
    }
    if (query.type().equals(RecordType.AXFR) || query.type().equals(RecordType.IXFR)) {
      query.exchange().note(plugin, "zone transfers need the plugin transfer");
      return Reply.unwritten(Rcode.REFUSED);
    }
    Found found = zone.find(query, setup.lookup());
    boolean through = found.answers().isEmpty()
        && (found.kind() == Kind.NO_NAME || found.kind() == Kind.SUCCESS)
        && fallthrough.through(query.name());
    query
        .exchange()
        .note(plugin, why(found.kind(), zone.origin()) + (through ? "; it falls through" : ""));
    if (through) {
      return next.serve(query);
    }
    if (found.kind() == Kind.FAILURE && found.answers().isEmpty()) {
      return Reply.unwritten(Rcode.SERVFAIL);
    }
    Rcode rcode = switch (found.kind()) {
      case NO_NAME -> Rcode.NXDOMAIN;
      case FAILURE -> Rcode.SERVFAIL;
      default -> Rcode.NOERROR;
    };
    Message reply = query.message().reply(rcode).with(Flag.AA, found.kind() != Kind.DELEGATION);
    return Reply.written(
        reply.withRecords(found.answers(), found.authorities(), found.additionals()));
  }

  private static String why(Kind kind, DnsName origin) {
    return switch (kind) {
      case SUCCESS -> "zone " + origin;
      case NO_DATA -> "the name is in zone " + origin + " without such records";
      case NO_NAME -> "NXDOMAIN: zone " + origin + " has no such name";
      case DELEGATION -> "zone " + origin + " leaves the name to other servers";
      case FAILURE -> "zone " + origin + " is empty, or the target of an alias failed";
    };
  }

  @Override
  public Optional<List<ResourceRecord>> records(Query query) {
    Zone zone = zones.get(query.name().lowerCase());
    return zone == null ? Optional.empty() : zone.transfer().map(ArrayList::new);
  }
}
