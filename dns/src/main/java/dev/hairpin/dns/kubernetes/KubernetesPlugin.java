package dev.hairpin.dns.kubernetes;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Labels;
import dev.hairpin.dns.plugin.Passage;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.SearchPaths;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.dns.plugin.Transferable;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The plugin kubernetes: the names of Services, their endpoints, and pods.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1.
 */
public final class KubernetesPlugin implements Plugin {
  private static final String NAME = "kubernetes";
  private static final long SOA_TTL_LIMIT = 300;
  private static final long SCHEMA_TTL = 28_800;
  private static final String SCHEMA_VERSION = "1.1.0";

  private final KubeNames names;
  private final KubernetesOptions options;
  private final Setup.Lookup lookup;
  private final int maxCnames;

  private KubernetesPlugin(KubeNames names, Setup.Lookup lookup, int maxCnames) {
    this.names = names;
    this.options = names.options();
    this.lookup = lookup;
    this.maxCnames = maxCnames;
  }

  /**
   * Sets the plugin up.
   *
   * @param setup what the server block has
   * @param cursor the plugin's words
   * @return the plugin
   */
  public static KubernetesPlugin setUp(Setup setup, Cursor cursor) {
    KubernetesOptions options = KubernetesOptions.parse(setup, cursor);
    ClusterState state = setup.state();
    KubeIndex known = setup
        .sibling()
        .flatMap(other -> other.shared(KubeNames.class))
        .map(KubeNames::index)
        .orElse(null);
    // Replicas see the same objects; what tells them apart is their caches and addresses.
    KubeIndex index =
        known != null && state != null ? known.in(state) : newIndex(options, setup, state);
    // The original looks for its own addresses among those it is bound to, but reads them as
    // blocks,
    // which an address that was given to the plugin bind is not.
    List<IpAddress> own = setup.has("bind") ? List.of() : setup.surroundings().addresses();
    KubeNames names = new KubeNames(options, index, own, setup.version().padsIpv6Names());
    setup.share(KubeNames.class, names);
    setup.share(
        SearchPaths.class,
        query -> names.searchOf(
            query.client().address().address(),
            query.name(),
            setup.surroundings().search()));
    Labels behind = setup.shared(Labels.class).orElse(Labels.NONE);
    setup.share(
        Labels.class,
        (query, label) ->
            KubeLabels.value(names, query, label).or(() -> behind.value(query, label)));
    KubernetesPlugin plugin =
        new KubernetesPlugin(names, setup.lookup(), setup.version().maxCnames());
    setup.share(KubernetesPlugin.class, plugin);
    KubeTransfer transfer = new KubeTransfer(plugin);
    setup.share(
        Transferable.class,
        setup
            .shared(Transferable.class)
            .<Transferable>map(
                after -> query -> transfer.records(query).or(() -> after.records(query)))
            .orElse(transfer));
    return plugin;
  }

  private static KubeIndex newIndex(
      KubernetesOptions options, Setup setup, @Nullable ClusterState state) {
    KubeIndex index = new KubeIndex(options, setup.version().keepsTerminatingPods());
    if (state != null) {
      index.follow(state);
    }
    return index;
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  /** What was found for a question: records, or that its name does not exist. */
  private static final class Records {
    final List<ResourceRecord> answers = new ArrayList<>();
    final List<ResourceRecord> additionals = new ArrayList<>();
    boolean truncated;
    boolean exists = true;
    String why = "";
  }

  private Reply serve(Query query, Handler next) {
    DnsName name = query.name();
    DnsName matched = Setup.match(options.zones, name);
    if (matched == null) {
      return next.serve(query);
    }
    if (query.type().equals(RecordType.AXFR) || query.type().equals(RecordType.IXFR)) {
      query.exchange().note(NAME, "zone transfers need the plugin transfer");
      return Reply.unwritten(Rcode.REFUSED);
    }
    DnsName zone = name.withoutFirst(name.labelCount() - matched.labelCount());
    Records found = find(query, zone);
    if (!found.exists && options.fallthrough.through(name)) {
      query.exchange().note(NAME, found.why + "; the name falls through");
      return next.serve(query);
    }
    if (!found.exists) {
      boolean synced = names.index().isSynced();
      Rcode rcode = synced ? Rcode.NXDOMAIN : Rcode.SERVFAIL;
      query.exchange().note(NAME, rcode + ": " + (synced ? found.why : "not synced yet"));
      return Reply.written(negative(query, zone, rcode));
    }
    if (found.answers.isEmpty()) {
      query.exchange().note(NAME, "no " + query.type() + " record: " + found.why);
      return Reply.written(negative(query, zone, Rcode.NOERROR));
    }
    query.exchange().note(NAME, found.why);
    return Reply.written(query
        .message()
        .reply(Rcode.NOERROR)
        .with(Flag.AA, true)
        .with(Flag.TC, found.truncated)
        .withRecords(found.answers, List.of(), found.additionals));
  }

  private Message negative(Query query, DnsName zone, Rcode rcode) {
    return query
        .message()
        .reply(rcode)
        .with(Flag.AA, true)
        .withRecords(List.of(), List.of(soa(zone)), List.of());
  }

  /** The zone's SOA record as it is now. */
  ResourceRecord soa(DnsName zone) {
    return new ResourceRecord(
        zone,
        Math.min(options.ttl, SOA_TTL_LIMIT),
        new RecordData.Soa(
            Names.of("ns.dns." + below(zone)),
            Names.of("hostmaster." + below(zone)),
            names.index().modified() & 0xffff_ffffL,
            7200,
            1800,
            86_400,
            options.ttl));
  }

  private static String below(DnsName zone) {
    return zone.isRoot() ? "" : zone.toString();
  }

  private Records find(Query query, DnsName zone) {
    Records records = new Records();
    DnsName name = query.name();
    RecordType type = query.type();
    boolean apex = name.labelCount() == zone.labelCount();
    switch (type.code()) {
      case 1, 28 -> addresses(query, name, zone, type, List.of(), records);
      case 5 -> alias(query, zone, records);
      case 6 -> {
        records.why = "only the top of the zone has one";
        if (apex) {
          records.why = "the zone's own record";
          records.answers.add(soa(zone));
        }
      }
      case 12 -> pointers(query, zone, records);
      case 15 -> take(names.find(name, zone, type, query.exchange().chooser()), records);
      case 16 -> text(query, zone, records);
      case 33 -> services(query, zone, records);
      default -> {
        boolean asSpelled = name.isSpelledLike(name.lowerCase());
        if (apex && type.equals(RecordType.NS) && asSpelled) {
          nameServers(name, zone, records);
        } else {
          // An address is looked for, to tell whether the name exists; the original does not keep
          // it.
          addresses(query, name, zone, RecordType.A, List.of(), records);
          records.answers.clear();
          records.truncated = false;
          if (records.exists) {
            records.why = "the name exists, but has no such records";
          }
        }
      }
    }
    return records;
  }

  private static List<KubeRecord> take(Found found, Records records) {
    records.exists = found.exists();
    records.why = found.why();
    return found.records();
  }

  /** Adds the addresses of a name, and follows aliases inside and outside of the zone. */
  private void addresses(
      Query query,
      DnsName name,
      DnsName zone,
      RecordType type,
      List<ResourceRecord> aliases,
      Records records) {
    Set<String> seen = new HashSet<>();
    for (KubeRecord found :
        take(names.find(name, zone, type, query.exchange().chooser()), records)) {
      if (found.isAlias()) {
        follow(query, name, zone, type, aliases, records, Names.absolute(found.host()));
      } else if (found.address().orElseThrow().isV4() == type.equals(RecordType.A)
          && seen.add(found.host())) {
        records.answers.add(
            new ResourceRecord(name, options.ttl, RecordData.of(found.address().orElseThrow())));
      }
    }
  }

  private void follow(
      Query query,
      DnsName name,
      DnsName zone,
      RecordType type,
      List<ResourceRecord> aliases,
      Records records,
      DnsName target) {
    ResourceRecord alias = new ResourceRecord(name, options.ttl, new RecordData.Cname(target));
    if (target.isIn(name) || aliases.size() >= maxCnames || pointsTo(aliases, target)) {
      records.why = "the aliases from " + name + " on lead in a circle or too far";
      return;
    }
    if (target.isIn(zone)) {
      Records inner = new Records();
      List<ResourceRecord> sofar = new ArrayList<>(aliases);
      sofar.add(alias);
      addresses(query, target, zone, type, sofar, inner);
      if (inner.exists && !inner.answers.isEmpty()) {
        records.answers.add(alias);
        records.answers.addAll(inner.answers);
      } else {
        records.why = target + " has no such record: " + inner.why;
      }
      records.truncated |= inner.truncated;
      return;
    }
    Query outside = query.copyWith(query.message().withQuestion(new Question(target, type)));
    Message answer = lookup.ask(outside);
    if (answer != null) {
      records.truncated |= answer.has(Flag.TC);
      records.answers.add(alias);
      records.answers.addAll(answer.answers());
    }
  }

  private static boolean pointsTo(List<ResourceRecord> aliases, DnsName target) {
    for (ResourceRecord alias : aliases) {
      if (((RecordData.Cname) alias.data()).target().isSpelledLike(target)) {
        return true;
      }
    }
    return false;
  }

  private void alias(Query query, DnsName zone, Records records) {
    List<KubeRecord> found =
        take(names.find(query.name(), zone, RecordType.CNAME, query.exchange().chooser()), records);
    if (!found.isEmpty() && found.get(0).isAlias()) {
      records.answers.add(new ResourceRecord(
          query.name(),
          options.ttl,
          new RecordData.Cname(Names.absolute(found.get(0).host()))));
    }
  }

  private void pointers(Query query, DnsName zone, Records records) {
    Set<String> seen = new HashSet<>();
    for (KubeRecord found :
        take(names.reverse(query.name(), zone, query.exchange().chooser()), records)) {
      if (seen.add(found.host())) {
        records.answers.add(new ResourceRecord(
            query.name(), options.ttl, new RecordData.Ptr(Names.of(found.host()))));
      }
    }
  }

  private void text(Query query, DnsName zone, Records records) {
    DnsName name = query.name();
    boolean schema = name.labelCount() == zone.labelCount() + 1
        && name.lowerCase().labels().get(0).equals("dns-version");
    if (schema) {
      records.why = "the version of the names' schema";
      records.answers.add(
          new ResourceRecord(name, SCHEMA_TTL, new RecordData.Txt(List.of(SCHEMA_VERSION))));
      return;
    }
    Found found = names.records(name, zone, query.exchange().chooser());
    records.why = found.why();
    // A name that exists without any data is no name to the original here.
    records.exists = found.exists() && !found.records().isEmpty();
  }

  private void services(Query query, DnsName zone, Records records) {
    List<KubeRecord> found =
        take(names.find(query.name(), zone, RecordType.SRV, query.exchange().chooser()), records);
    ServiceRecords.add(
        query.name(), found, options.ttl, options.ttl, records.answers, records.additionals);
  }

  private void nameServers(DnsName name, DnsName zone, Records records) {
    records.why = "the services of CoreDNS's own addresses";
    Set<String> seen = new HashSet<>();
    for (KubeRecord server : names.nameServers(zone)) {
      DnsName host = Names.of(server.target());
      records.additionals.add(
          new ResourceRecord(host, options.ttl, RecordData.of(server.address().orElseThrow())));
      if (seen.add(server.target())) {
        records.answers.add(new ResourceRecord(name, options.ttl, new RecordData.Ns(host)));
      }
    }
  }

  KubeNames names() {
    return names;
  }

  /**
   * What answers plain questions without the chain.
   *
   * @param setup the server block, with all its plugins set up, of which none but the cache has a
   *     part in answers beside this one
   * @return the answers
   */
  public PlainAnswers plainAnswers(Setup setup) {
    List<DnsName> zones = new ArrayList<>();
    List<Passage> passages = new ArrayList<>();
    for (DnsName zone : options.zones) {
      // A reverse zone has no names of Services; a zone within another takes names from it.
      boolean alone = options.zones.stream().noneMatch(z -> z.isIn(zone) && !z.equals(zone));
      if (alone && !KubernetesOptions.isReverse("." + zone)) {
        zones.add(zone);
        passages.add(Passage.of(setup, zone));
      }
    }
    return new PlainAnswers(this, zones, passages);
  }

  /** What the chain would note for a question about an address. */
  List<String> explain(Question question) {
    DnsName zone = Setup.match(options.zones, question.name());
    if (zone == null) {
      return List.of();
    }
    Found found = names.find(question.name(), zone, question.type(), Chooser.seeded(0));
    boolean v4 = question.type().equals(RecordType.A);
    boolean any = found.records().stream()
        .anyMatch(r -> r.address().map(a -> a.isV4() == v4).orElse(false));
    String why = found.exists() ? found.why() : Rcode.NXDOMAIN + ": " + found.why();
    boolean empty = found.exists() && !any;
    return List.of(NAME + ": " + (empty ? "no " + question.type() + " record: " + why : why));
  }
}
