package dev.hairpin.dns.kubernetes;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Fallthrough;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.ReverseNames;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The plugin k8s_external: the addresses of load balancers and external addresses of Services,
 * under a zone of its own.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Its SRV records live as long as those of the plugin
 * kubernetes, its addresses as long as its own option says.
 */
public final class ExternalPlugin implements Plugin {
  private static final String NAME = "k8s_external";

  private final List<DnsName> zones;
  private final Setup setup;
  private String apex = "dns";
  private int ttl = 5;
  private boolean headless;
  private Fallthrough fallthrough = Fallthrough.NONE;

  private ExternalPlugin(List<DnsName> zones, Setup setup) {
    this.zones = zones;
    this.setup = setup;
  }

  /**
   * Sets the plugin up.
   *
   * @param setup what the server block has
   * @param cursor the plugin's words
   * @return the plugin
   */
  public static ExternalPlugin setUp(Setup setup, Cursor cursor) {
    cursor.next();
    ExternalPlugin plugin = new ExternalPlugin(setup.zones(cursor.remainingArgs(), cursor), setup);
    while (cursor.nextBlock()) {
      switch (cursor.value()) {
        case "ttl" -> plugin.ttl = ttl(cursor);
        case "apex" -> plugin.apex = cursor.onlyArg();
        case "headless" -> plugin.headless = true;
        case "fallthrough" -> plugin.fallthrough = Fallthrough.parse(cursor);
        default -> throw cursor.error("unknown property '" + cursor.value() + "'");
      }
    }
    return plugin;
  }

  private static int ttl(Cursor cursor) {
    String text = cursor.onlyArg();
    try {
      int ttl = Integer.parseInt(text);
      if (ttl < 0 || ttl > 3600) {
        throw cursor.error("ttl must be in range [0, 3600]: " + ttl);
      }
      return ttl;
    } catch (NumberFormatException e) {
      throw new CorefileException("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
  }

  @Override
  public Handler before(Handler next) {
    Optional<KubeNames> names = setup.shared(KubeNames.class);
    return names.isEmpty() ? next : query -> serve(query, names.get(), next);
  }

  private Reply serve(Query query, KubeNames names, Handler next) {
    DnsName name = query.name();
    DnsName zone = Setup.match(zones, name.lowerCase());
    if (zone == null) {
      return next.serve(query);
    }
    if (name.equals(zone)) {
      query.exchange().note(NAME, "the top of zone " + zone);
      return Reply.written(top(query, zone, names));
    }
    if (name.isIn(Names.of(apex + "." + zone))) {
      query.exchange().note(NAME, "the branch of the zone's own name servers");
      return Reply.written(belowTop(query, zone, names));
    }
    Found found = find(query, zone, names);
    query.exchange().note(NAME, found.why());
    if (found.records().isEmpty()) {
      if (!found.exists() && fallthrough.through(name)) {
        return next.serve(query);
      }
      return Reply.written(
          answer(query, found.exists() ? Rcode.NOERROR : Rcode.NXDOMAIN, zone, names, List.of()));
    }
    return Reply.written(records(query, zone, names, found.records()));
  }

  private Message answer(
      Query query, Rcode rcode, DnsName zone, KubeNames names, List<ResourceRecord> answers) {
    List<ResourceRecord> authorities = answers.isEmpty() ? List.of(soa(zone, names)) : List.of();
    return query
        .message()
        .reply(rcode)
        .with(Flag.AA, true)
        .withRecords(answers, authorities, List.of());
  }

  private ResourceRecord soa(DnsName zone, KubeNames names) {
    return new ResourceRecord(
        zone,
        ttl,
        new RecordData.Soa(
            Names.of("ns1." + apex + "." + zone),
            Names.of("hostmaster." + apex + "." + zone),
            names.index().externalModified() & 0xffff_ffffL,
            7200,
            1800,
            86_400,
            ttl));
  }

  private Message top(Query query, DnsName zone, KubeNames names) {
    if (query.type().equals(RecordType.SOA)) {
      return answer(query, Rcode.NOERROR, zone, names, List.of(soa(zone, names)));
    }
    if (!query.type().equals(RecordType.NS)) {
      return answer(query, Rcode.NOERROR, zone, names, List.of());
    }
    DnsName server = Names.of("ns1." + apex + "." + zone);
    Message answer = answer(
        query,
        Rcode.NOERROR,
        zone,
        names,
        List.of(new ResourceRecord(zone, ttl, new RecordData.Ns(server))));
    List<ResourceRecord> addresses = new ArrayList<>();
    DnsName owner = Names.of("ns1." + apex + "." + query.name());
    for (IpAddress address : names.externalServers(headless)) {
      addresses.add(new ResourceRecord(owner, ttl, RecordData.of(address)));
    }
    return answer.withRecords(answer.answers(), List.of(), addresses);
  }

  private Message belowTop(Query query, DnsName zone, KubeNames names) {
    int labels = query.name().labelCount() - zone.labelCount();
    boolean server = labels == 2 && query.name().lowerCase().labels().get(0).equals("ns1");
    if (labels != 1 && !server) {
      return answer(query, Rcode.NXDOMAIN, zone, names, List.of());
    }
    List<ResourceRecord> answers = new ArrayList<>();
    if (server) {
      for (IpAddress address : names.externalServers(headless)) {
        if (query.type().equals(address.isV4() ? RecordType.A : RecordType.AAAA)) {
          answers.add(new ResourceRecord(query.name(), ttl, RecordData.of(address)));
        }
      }
    }
    return answer(query, Rcode.NOERROR, zone, names, answers);
  }

  private Found find(Query query, DnsName zone, KubeNames names) {
    Chooser chooser = query.exchange().chooser();
    boolean pointer = query.type().equals(RecordType.PTR);
    Optional<String> ip = pointer ? ReverseNames.address(query.lowerName()) : Optional.empty();
    if (ip.isPresent()) {
      return names.externalReverse(ip.get());
    }
    Found found = names.external(query.name(), zone, headless, chooser);
    return pointer ? new Found(found.exists(), List.of(), found.why()) : found;
  }

  private Message records(Query query, DnsName zone, KubeNames names, List<KubeRecord> found) {
    List<ResourceRecord> answers = new ArrayList<>();
    List<ResourceRecord> additionals = new ArrayList<>();
    boolean truncated = false;
    RecordType type = query.type();
    if (type.equals(RecordType.A) || type.equals(RecordType.AAAA)) {
      truncated = addresses(query, names, found, answers);
    } else if (type.equals(RecordType.SRV)) {
      services(query, names, found, answers, additionals);
    } else if (type.equals(RecordType.PTR)) {
      Set<String> seen = new HashSet<>();
      for (KubeRecord record : found) {
        if (seen.add(record.host())) {
          DnsName target = Names.of(record.host() + "." + zones.get(0));
          answers.add(new ResourceRecord(query.name(), ttl, new RecordData.Ptr(target)));
        }
      }
    }
    Message answer = answer(query, Rcode.NOERROR, zone, names, answers);
    return answer
        .with(Flag.TC, truncated)
        .withRecords(answer.answers(), answer.authorities(), additionals);
  }

  /** Host names of load balancers are asked for once for every port; the copies are kept. */
  private boolean addresses(
      Query query, KubeNames names, List<KubeRecord> found, List<ResourceRecord> answers) {
    boolean truncated = false;
    Set<String> seen = new HashSet<>();
    for (KubeRecord record : found) {
      if (record.isAlias()) {
        DnsName target = Names.absolute(record.host());
        answers.add(
            new ResourceRecord(query.name(), names.options().ttl, new RecordData.Cname(target)));
        Message resolved = resolve(query, target, query.type());
        if (resolved != null) {
          answers.addAll(resolved.answers());
          truncated |= resolved.has(Flag.TC);
        }
        continue;
      }
      IpAddress address = record.address().orElseThrow();
      if (address.isV4() == query.type().equals(RecordType.A) && seen.add(record.host())) {
        answers.add(new ResourceRecord(query.name(), ttl, RecordData.of(address)));
      }
    }
    return truncated;
  }

  private @org.jspecify.annotations.Nullable Message resolve(
      Query query, DnsName target, RecordType type) {
    return setup
        .lookup()
        .ask(query.copyWith(query.message().withQuestion(new Question(target, type))));
  }

  private void services(
      Query query,
      KubeNames names,
      List<KubeRecord> found,
      List<ResourceRecord> answers,
      List<ResourceRecord> additionals) {
    int weight = ServiceRecords.weight(found.size());
    Set<String> seen = new HashSet<>();
    for (KubeRecord record : found) {
      if (record.port() == -1) {
        continue;
      }
      DnsName target = record.isAlias() ? Names.absolute(record.host()) : Names.of(record.target());
      if (seen.add(target + " " + record.port())) {
        answers.add(new ResourceRecord(
            query.name(),
            names.options().ttl,
            new RecordData.Srv(0, weight, record.port(), target)));
      }
      if (!seen.add(target + " of " + record.host())) {
        continue;
      }
      if (record.isAlias()) {
        for (RecordType type : List.of(RecordType.A, RecordType.AAAA)) {
          Message resolved = resolve(query, target, type);
          if (resolved != null) {
            additionals.addAll(resolved.answers());
          }
        }
      } else {
        additionals.add(
            new ResourceRecord(target, ttl, RecordData.of(record.address().orElseThrow())));
      }
    }
  }
}
