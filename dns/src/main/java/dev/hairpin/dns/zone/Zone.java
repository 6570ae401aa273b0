package dev.hairpin.dns.zone;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Setup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A zone of records, and what a name in it stands for.
 *
 * <p>Source: CoreDNS 1.13.1, {@code plugin/file}. Owners and most targets are in lower case,
 * whatever the file says. Signatures are records like others; they are not chosen for those who ask
 * for them by the bit DO. Immutable.
 */
final class Zone {

  /** As often as the original follows aliases, inside a zone and through the server. */
  private static final int MAX_ALIASES = 8;

  private static final RecordType DS = new RecordType(43);

  private final DnsName origin;
  private final Map<DnsName, Map<RecordType, List<ResourceRecord>>> nodes = new LinkedHashMap<>();
  private final Set<DnsName> above = new HashSet<>();
  private final List<ResourceRecord> servers = new ArrayList<>();
  private @Nullable ResourceRecord soa;

  private Zone(DnsName origin) {
    this.origin = origin;
  }

  /** What kind of answer a look-up gives. */
  enum Kind {
    /** There are records; or the name has none, and names below it have. */
    SUCCESS,
    /** The name is there, without records of the type. */
    NO_DATA,
    /** There is no such name. */
    NO_NAME,
    /** Other servers are named. */
    DELEGATION,
    /** The target of an alias could not be looked up; or there is no zone. */
    FAILURE
  }

  /** What was found. */
  record Found(
      Kind kind,
      List<ResourceRecord> answers,
      List<ResourceRecord> authorities,
      List<ResourceRecord> additionals) {}

  /** A zone whose file is not there: it answers nothing. */
  static Zone missing(DnsName origin) {
    return new Zone(origin);
  }

  /**
   * A zone of records.
   *
   * @param origin its name
   * @param records its records
   * @param file the file, for errors
   * @throws CorefileException if there is no SOA record, or one that CoreDNS does not take
   */
  static Zone of(DnsName origin, List<ResourceRecord> records, String file) {
    Zone zone = new Zone(origin.lowerCase());
    records.forEach(zone::add);
    if (zone.soa == null) {
      throw new CorefileException(
          "file \"" + file + "\" has no SOA record for origin " + zone.origin);
    }
    return zone;
  }

  private void add(ResourceRecord given) {
    ResourceRecord record = given.withName(given.name().lowerCase()).withData(lower(given.data()));
    if (record.type().equals(RecordType.SOA)) {
      soa = record;
      return;
    }
    if (record.type().equals(RecordType.NSEC3) || record.type().toString().equals("NSEC3PARAM")) {
      throw new CorefileException(
          "NSEC3 zone is not supported, dropping RR: " + record.name() + " for zone: " + origin);
    }
    if (record.type().equals(RecordType.NS) && record.name().equals(origin)) {
      servers.add(record);
      return;
    }
    nodes
        .computeIfAbsent(record.name(), n -> new HashMap<>())
        .computeIfAbsent(record.type(), t -> new ArrayList<>())
        .add(record);
    for (int i = 1; i < record.name().labelCount(); i++) {
      above.add(record.name().withoutFirst(i));
    }
  }

  private static RecordData lower(RecordData data) {
    if (data instanceof RecordData.Ns d) {
      return new RecordData.Ns(d.host().lowerCase());
    } else if (data instanceof RecordData.Cname d) {
      return new RecordData.Cname(d.target().lowerCase());
    } else if (data instanceof RecordData.Mx d) {
      return new RecordData.Mx(d.preference(), d.exchange().lowerCase());
    } else if (data instanceof RecordData.Srv d) {
      return new RecordData.Srv(d.priority(), d.weight(), d.port(), d.target().lowerCase());
    } else if (data instanceof RecordData.Soa d) {
      return new RecordData.Soa(
          d.primary().lowerCase(),
          d.mailbox().lowerCase(),
          d.serial(),
          d.refresh(),
          d.retry(),
          d.expire(),
          d.minimum());
    }
    return data;
  }

  DnsName origin() {
    return origin;
  }

  /**
   * All records as a transfer sends them: the SOA record first and last, servers, then the rest.
   */
  Optional<List<ResourceRecord>> transfer() {
    ResourceRecord start = soa;
    if (start == null) {
      return Optional.empty();
    }
    List<ResourceRecord> all = new ArrayList<>(List.of(start));
    all.addAll(servers);
    nodes.values().forEach(node -> node.values().forEach(all::addAll));
    all.add(start);
    return Optional.of(all);
  }

  /**
   * Looks a name up.
   *
   * @param query the question, about a name in the zone
   * @param lookup asks the server for the targets of aliases that lead out of the zone
   */
  Found find(Query query, Setup.Lookup lookup) {
    ResourceRecord start = soa;
    if (start == null || query.exchange().depth() > MAX_ALIASES) {
      return new Found(Kind.FAILURE, List.of(), List.of(), List.of());
    }
    DnsName name = query.name().lowerCase();
    RecordType type = query.type();
    if (name.equals(origin) && type.equals(RecordType.SOA)) {
      return new Found(Kind.SUCCESS, List.of(start), servers, List.of());
    }
    if (name.equals(origin) && type.equals(RecordType.NS)) {
      return new Found(Kind.SUCCESS, servers, List.of(), glue(servers));
    }
    DnsName wildcard = null;
    for (int labels = origin.labelCount(); labels <= name.labelCount(); labels++) {
      DnsName part = name.withoutFirst(name.labelCount() - labels);
      Map<RecordType, List<ResourceRecord>> node = nodes.get(part);
      if (node == null) {
        DnsName star = star(part);
        wildcard = star != null && nodes.containsKey(star) ? star : wildcard;
        continue;
      }
      Optional<Found> renamed = renamed(query, node, name, lookup);
      if (renamed.isPresent()) {
        return renamed.get();
      }
      List<ResourceRecord> delegated = node.getOrDefault(RecordType.NS, List.of());
      if (!delegated.isEmpty() && !(type.equals(DS) && part.equals(name))) {
        return new Found(Kind.DELEGATION, List.of(), delegated, glue(delegated));
      }
    }
    Map<RecordType, List<ResourceRecord>> node = nodes.get(name);
    if (node != null) {
      return at(query, node, null, start, lookup);
    }
    if (wildcard != null) {
      return at(query, nodes.getOrDefault(wildcard, Map.of()), name, start, lookup);
    }
    // Where names below have records the original says that all is well, and gives the SOA record.
    Kind kind = above.contains(name) ? Kind.SUCCESS : Kind.NO_NAME;
    return new Found(kind, List.of(), List.of(start), List.of());
  }

  /** The name with its first label replaced by {@code *}, or null for the root. */
  private static @Nullable DnsName star(DnsName name) {
    if (name.isRoot()) {
      return null;
    }
    DnsName parent = name.withoutFirst(1);
    return DnsName.parse(parent.isRoot() ? "*." : "*." + parent);
  }

  /** What the records of a node say; a wildcard's records get the name that was asked. */
  private Found at(
      Query query,
      Map<RecordType, List<ResourceRecord>> node,
      @Nullable DnsName expanded,
      ResourceRecord start,
      Setup.Lookup lookup) {
    List<ResourceRecord> aliases = node.getOrDefault(RecordType.CNAME, List.of());
    if (!aliases.isEmpty() && !query.type().equals(RecordType.CNAME)) {
      return follow(query, named(aliases, expanded), lookup);
    }
    List<ResourceRecord> records = node.getOrDefault(query.type(), List.of());
    if (records.isEmpty()) {
      return new Found(Kind.NO_DATA, List.of(), List.of(start), List.of());
    }
    return new Found(
        Kind.SUCCESS,
        named(records, expanded),
        servers,
        expanded == null ? targets(records) : List.of());
  }

  private static List<ResourceRecord> named(
      List<ResourceRecord> records, @Nullable DnsName expanded) {
    return expanded == null
        ? records
        : records.stream().map(r -> r.withName(expanded)).toList();
  }

  /** A name below a DNAME record is an alias that is made for the occasion (RFC 6672). */
  private Optional<Found> renamed(
      Query query, Map<RecordType, List<ResourceRecord>> node, DnsName name, Setup.Lookup lookup) {
    for (ResourceRecord record : node.getOrDefault(RecordType.DNAME, List.of())) {
      if (record.data() instanceof RecordData.Dname dname
          && name.labelCount() > record.name().labelCount()) {
        List<String> labels = name.lowerCase()
            .labels()
            .subList(0, name.labelCount() - record.name().labelCount());
        String prefix = String.join(".", labels);
        DnsName target = DnsName.tryParse(
                prefix + "." + (dname.target().isRoot() ? "" : dname.target()))
            .orElse(null);
        if (target == null) {
          return Optional.empty();
        }
        List<ResourceRecord> alias =
            List.of(new ResourceRecord(name, record.ttl(), new RecordData.Cname(target)));
        Found found = query.type().equals(RecordType.CNAME)
            ? new Found(Kind.SUCCESS, alias, servers, List.of())
            : follow(query, alias, lookup);
        List<ResourceRecord> answers = new ArrayList<>(List.of(record));
        answers.addAll(found.answers);
        return Optional.of(new Found(found.kind, answers, found.authorities, found.additionals));
      }
    }
    return Optional.empty();
  }

  /** Follows an alias: inside the zone by its exact name, outside by asking the server. */
  private Found follow(Query query, List<ResourceRecord> aliases, Setup.Lookup lookup) {
    List<ResourceRecord> answers = new ArrayList<>(aliases);
    DnsName target = target(aliases.get(0));
    for (int i = 0; i <= MAX_ALIASES; i++) {
      Map<RecordType, List<ResourceRecord>> node = nodes.get(target);
      if (node == null) {
        return outside(query, target, answers, lookup);
      }
      List<ResourceRecord> more = node.getOrDefault(RecordType.CNAME, List.of());
      if (more.isEmpty()) {
        answers.addAll(node.getOrDefault(query.type(), List.of()));
        return new Found(Kind.SUCCESS, answers, servers, List.of());
      }
      answers.addAll(more);
      target = target(more.get(0));
    }
    return new Found(Kind.SUCCESS, answers, servers, List.of());
  }

  private static DnsName target(ResourceRecord alias) {
    if (alias.data() instanceof RecordData.Cname cname) {
      return cname.target();
    }
    throw new IllegalStateException(alias + " is no alias");
  }

  private Found outside(
      Query query, DnsName target, List<ResourceRecord> answers, Setup.Lookup lookup) {
    Message reply = lookup.ask(
        query.copyWith(query.message().withQuestion(new Question(target, query.type()))));
    Kind kind = Kind.SUCCESS;
    if (reply != null) {
      answers.addAll(reply.answers());
      if (reply.rcode().equals(Rcode.NXDOMAIN)) {
        kind = Kind.NO_NAME;
      } else if (reply.rcode().equals(Rcode.SERVFAIL)) {
        kind = Kind.FAILURE;
      } else if (reply.rcode().equals(Rcode.NOERROR) && reply.answers().isEmpty()) {
        kind = Kind.NO_DATA;
      }
    }
    return new Found(kind, answers, servers, List.of());
  }

  /** The addresses of name servers that are below the name that they serve. */
  private List<ResourceRecord> glue(List<ResourceRecord> delegation) {
    List<ResourceRecord> glue = new ArrayList<>();
    for (ResourceRecord record : delegation) {
      if (record.data() instanceof RecordData.Ns ns && ns.host().isIn(record.name())) {
        addAddresses(ns.host(), glue);
      }
    }
    return glue;
  }

  private List<ResourceRecord> targets(List<ResourceRecord> records) {
    List<ResourceRecord> additionals = new ArrayList<>();
    for (ResourceRecord record : records) {
      if (record.data() instanceof RecordData.Srv srv && srv.target().isIn(origin)) {
        addAddresses(srv.target(), additionals);
      } else if (record.data() instanceof RecordData.Mx mx && mx.exchange().isIn(origin)) {
        addAddresses(mx.exchange(), additionals);
      }
    }
    return additionals;
  }

  private void addAddresses(DnsName name, List<ResourceRecord> to) {
    Map<RecordType, List<ResourceRecord>> node = nodes.getOrDefault(name, Map.of());
    to.addAll(node.getOrDefault(RecordType.A, List.of()));
    to.addAll(node.getOrDefault(RecordType.AAAA, List.of()));
  }
}
