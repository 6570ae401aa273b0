package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plugin autopath: walks the search list for the client, if it asks for the first element.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1, with its quirks: NODATA ends the walk, and an answer that
 * already begins with an alias of the asked name gets a second one.
 */
final class AutoPath implements Plugin {
  private static final String NAME = "autopath";

  private final List<DnsName> zones;
  private final String source;
  private final Setup setup;

  private AutoPath(List<DnsName> zones, String source, Setup setup) {
    this.zones = zones;
    this.source = source;
    this.setup = setup;
  }

  static AutoPath setUp(Setup setup, Cursor cursor) {
    cursor.next();
    List<String> args = cursor.remainingArgs();
    if (args.isEmpty()) {
      throw new CorefileException("no resolv-conf specified");
    }
    String source = args.get(args.size() - 1);
    List<DnsName> zones = setup.zones(args.subList(0, args.size() - 1), cursor);
    if (cursor.nextBlock()) {
      throw cursor.argError();
    }
    return new AutoPath(zones, source, setup);
  }

  @Override
  public Handler before(Handler next) {
    if (!source.startsWith("@")) {
      List<String> search = new ArrayList<>(setup.surroundings().search());
      search.add("");
      return query -> serve(query, Optional.of(search), next);
    }
    Optional<SearchPaths> paths =
        source.equals("@kubernetes") ? setup.shared(SearchPaths.class) : Optional.empty();
    return query -> serve(query, paths.flatMap(p -> p.of(query)), next);
  }

  private Reply serve(Query query, Optional<List<String>> path, Handler next) {
    DnsName name = query.name();
    if (Setup.match(zones, name) == null || path.isEmpty()) {
      return next.serve(query);
    }
    List<String> search = path.get();
    DnsName first = DnsName.parse(search.get(0).isEmpty() ? "." : search.get(0));
    if (!name.isIn(first)) {
      return next.serve(query);
    }
    if (name.equals(first)) {
      query.exchange().note(NAME, "nothing is left of the name without the search element");
      return Reply.error();
    }
    String base =
        String.join(".", name.labels().subList(0, name.labelCount() - first.labelCount()));
    Reply reply = null;
    for (String element : search) {
      Optional<DnsName> tried = DnsName.tryParse(base + "." + element);
      if (tried.isEmpty()) {
        continue;
      }
      Question question =
          new Question(tried.get(), query.type(), query.question().recordClass());
      Query inner = query.copyWith(query.message().withQuestion(question));
      Reply found = next.serve(inner);
      if (found.failed()) {
        return found;
      }
      if (reply == null) {
        reply = found;
      }
      Message message = found.message();
      if (message != null && !message.rcode().equals(Rcode.NXDOMAIN)) {
        query.exchange().note(NAME, "the search ended at " + tried.get());
        return Reply.written(withAlias(message, query.question()));
      }
    }
    return reply == null ? Reply.error() : reply;
  }

  private static Message withAlias(Message message, Question asked) {
    List<ResourceRecord> answers = new ArrayList<>(message.answers());
    for (ResourceRecord record : message.answers()) {
      if (!record.name().equals(asked.name())) {
        answers.add(
            0, new ResourceRecord(asked.name(), record.ttl(), new RecordData.Cname(record.name())));
        break;
      }
    }
    return message
        .withQuestion(asked)
        .withRecords(answers, message.authorities(), message.additionals());
  }
}
