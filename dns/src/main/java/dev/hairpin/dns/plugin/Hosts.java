package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The plugin hosts: addresses of names and names of addresses, from a file or from its own lines.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. It has no SOA record, so it answers SERVFAIL where others
 * say NXDOMAIN.
 */
final class Hosts implements Plugin {
  private static final String NAME = "hosts";
  private static final String DEFAULT_FILE = "/etc/hosts";

  private final List<DnsName> zones;
  private final HostsFile file = new HostsFile();
  private final HostsFile inline = new HostsFile();
  private Fallthrough fallthrough = Fallthrough.NONE;
  private long ttl = 3600;

  private Hosts(List<DnsName> zones) {
    this.zones = zones;
  }

  static Hosts setUp(Setup setup, Cursor cursor) {
    cursor.next();
    List<String> args = cursor.remainingArgs();
    String path = args.isEmpty() ? DEFAULT_FILE : args.get(0);
    Hosts hosts =
        new Hosts(setup.zones(args.isEmpty() ? args : args.subList(1, args.size()), cursor));
    boolean reverse = true;
    List<List<String>> lines = new ArrayList<>();
    while (cursor.nextBlock()) {
      switch (cursor.value()) {
        case "fallthrough" -> hosts.fallthrough = Fallthrough.parse(cursor);
        case "no_reverse" -> reverse = false;
        case "ttl" -> hosts.ttl = ttl(cursor);
        case "reload" -> {
          String text = cursor.onlyArg();
          if (Durations.parse(text).isNegative()) {
            throw cursor.error("invalid negative duration for reload '" + text + "'");
          }
        }
        default -> {
          List<String> words = new ArrayList<>(List.of(cursor.value()));
          words.addAll(cursor.remainingArgs());
          lines.add(words);
        }
      }
    }
    for (List<String> line : lines) {
      hosts.inline.addLine(line, hosts.zones, reverse);
    }
    hosts.file.add(setup.surroundings().file(setup.path(path)).orElse(""), hosts.zones, reverse);
    return hosts;
  }

  private static long ttl(Cursor cursor) {
    List<String> args = cursor.remainingArgs();
    if (args.isEmpty()) {
      throw cursor.error("ttl needs a time in second");
    }
    long ttl;
    try {
      ttl = Long.parseLong(args.get(0));
    } catch (NumberFormatException e) {
      throw cursor.error("ttl needs a number of second");
    }
    if (ttl <= 0 || ttl > 65_535) {
      throw new CorefileException("ttl provided is invalid");
    }
    return ttl;
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query query, Handler next) {
    DnsName name = query.name().lowerCase();
    boolean pointer = query.type().equals(RecordType.PTR);
    if (!pointer && Setup.match(zones, name) == null) {
      return next.serve(query);
    }
    List<ResourceRecord> answers = new ArrayList<>();
    if (pointer) {
      ReverseNames.address(name.toString())
          .map(IpAddress::parse)
          .ifPresent(address -> names(address)
              .forEach(n -> answers.add(new ResourceRecord(name, ttl, new RecordData.Ptr(n)))));
      if (answers.isEmpty()) {
        return next.serve(query);
      }
    }
    List<IpAddress> addresses = addresses(name);
    for (IpAddress address : addresses) {
      if (query.type().equals(address.isV4() ? RecordType.A : RecordType.AAAA)) {
        answers.add(new ResourceRecord(name, ttl, RecordData.of(address)));
      }
    }
    if (answers.isEmpty() && addresses.isEmpty()) {
      if (fallthrough.through(name)) {
        return next.serve(query);
      }
      query.exchange().note(NAME, "the name is not listed and does not fall through");
      return Reply.unwritten(Rcode.SERVFAIL);
    }
    query.exchange().note(NAME, "the name is listed");
    return Reply.written(query
        .message()
        .reply(Rcode.NOERROR)
        .with(Flag.AA, true)
        .withRecords(answers, List.of(), List.of()));
  }

  private List<IpAddress> addresses(DnsName name) {
    List<IpAddress> all = new ArrayList<>(file.addresses(name));
    all.addAll(inline.addresses(name));
    return all;
  }

  private List<DnsName> names(IpAddress address) {
    List<DnsName> all = new ArrayList<>(file.names(address));
    all.addAll(inline.names(address));
    return all;
  }
}
