package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The plugin template: makes answers from the name that is asked.
 *
 * <p>Source: CoreDNS 1.11.3. Of Go's template language it knows what answers are made of:
 * {@code .Name}, {@code .Zone}, {@code .Class}, {@code .Type}, {@code .Remote},
 * {@code .Group.name}, {@code index .Group "name"} and {@code index .Match n}.
 */
final class Template implements Plugin {
  private static final String NAME = "template";

  private final List<Stanza> stanzas = new ArrayList<>();
  private final Setup.Lookup lookup;

  /** One stanza of the Corefile. */
  private static final class Stanza {
    RecordClass recordClass = RecordClass.IN;
    RecordType type = RecordType.ANY;
    List<DnsName> zones = List.of();
    final List<Pattern> patterns = new ArrayList<>();
    final List<TemplateText> answers = new ArrayList<>();
    final List<TemplateText> additionals = new ArrayList<>();
    final List<TemplateText> authorities = new ArrayList<>();
    Rcode rcode = Rcode.NOERROR;
    Fallthrough fallthrough = Fallthrough.NONE;
  }

  private Template(Setup.Lookup lookup) {
    this.lookup = lookup;
  }

  static Template setUp(Setup setup, Cursor cursor) {
    Template template = new Template(setup.lookup());
    while (cursor.next()) {
      template.stanzas.add(stanza(setup, cursor));
    }
    return template;
  }

  private static Stanza stanza(Setup setup, Cursor cursor) {
    Stanza stanza = new Stanza();
    List<String> args = cursor.remainingArgs();
    if (args.size() < 2) {
      throw cursor.argError();
    }
    stanza.recordClass = RecordClass.byName(args.get(0))
        .orElseThrow(() -> cursor.error("invalid query class " + args.get(0)));
    stanza.type = RecordType.byName(args.get(1))
        .orElseThrow(() -> cursor.error("invalid RR type " + args.get(1)));
    stanza.zones = setup.zones(args.subList(2, args.size()), cursor);
    while (cursor.nextBlock()) {
      line(stanza, cursor);
    }
    if (stanza.patterns.isEmpty()) {
      stanza.patterns.add(Pattern.compile(".*"));
    }
    if (stanza.answers.isEmpty()
        && stanza.authorities.isEmpty()
        && stanza.rcode.equals(Rcode.NOERROR)) {
      throw cursor.error("no answer section for template found: answer, authority, or rcode");
    }
    return stanza;
  }

  private static void line(Stanza stanza, Cursor cursor) {
    String property = cursor.value();
    if (property.equals("fallthrough")) {
      stanza.fallthrough = Fallthrough.parse(cursor);
      return;
    }
    List<String> args = cursor.remainingArgs();
    if (args.isEmpty() && !property.equals("upstream")) {
      throw cursor.argError();
    }
    switch (property) {
      case "match" -> {
        for (String arg : args) {
          try {
            // Go spells a named group (?P<name>...).
            stanza.patterns.add(Pattern.compile(arg.replace("(?P<", "(?<")));
          } catch (PatternSyntaxException e) {
            throw cursor.error("could not parse regex: " + arg + ", " + e.getDescription());
          }
        }
      }
      case "answer" -> stanza.answers.addAll(texts(args, cursor));
      case "additional" -> stanza.additionals.addAll(texts(args, cursor));
      case "authority" -> stanza.authorities.addAll(texts(args, cursor));
      case "rcode" ->
        stanza.rcode = Rcode.byName(args.get(0).toUpperCase(Locale.ROOT))
            .orElseThrow(() -> cursor.error("unknown rcode " + args.get(0)));
      case "upstream", "ederror" -> {
        // Aliases are always resolved; an extended error goes only to clients with EDNS.
      }
      default -> throw cursor.argError();
    }
  }

  private static List<TemplateText> texts(List<String> args, Cursor cursor) {
    List<TemplateText> texts = new ArrayList<>();
    for (String arg : args) {
      texts.add(TemplateText.parse(arg, cursor));
    }
    return texts;
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query query, Handler next) {
    String name = query.lowerName();
    for (Stanza stanza : stanzas) {
      DnsName zone = Setup.match(stanza.zones, query.name());
      if (zone == null || !asksFor(stanza, query.question())) {
        continue;
      }
      Optional<Matcher> match = stanza.patterns.stream()
          .map(p -> p.matcher(name))
          .filter(Matcher::find)
          .findFirst();
      if (match.isEmpty()) {
        if (stanza.fallthrough.through(query.name())) {
          continue;
        }
        query.exchange().note(NAME, "no expression matches");
        return Reply.unwritten(Rcode.SERVFAIL);
      }
      query.exchange().note(NAME, "the expression " + match.get().pattern() + " matches");
      return stanza.rcode.equals(Rcode.SERVFAIL)
          ? Reply.unwritten(Rcode.SERVFAIL)
          : answer(stanza, query, new TemplateText.Values(query, zone, match.get()));
    }
    return next.serve(query);
  }

  private static boolean asksFor(Stanza stanza, Question question) {
    boolean classes = stanza.recordClass.equals(RecordClass.ANY)
        || question.recordClass().equals(RecordClass.ANY)
        || question.recordClass().equals(stanza.recordClass);
    return classes
        && (stanza.type.equals(RecordType.ANY)
            || question.type().equals(RecordType.ANY)
            || question.type().equals(stanza.type));
  }

  private Reply answer(Stanza stanza, Query query, TemplateText.Values values) {
    List<ResourceRecord> answers = new ArrayList<>();
    List<ResourceRecord> additionals = new ArrayList<>();
    List<ResourceRecord> authorities = new ArrayList<>();
    boolean truncated = false;
    try {
      for (TemplateText text : stanza.answers) {
        ResourceRecord record = text.record(values);
        answers.add(record);
        boolean address = query.type().equals(RecordType.A) || query.type().equals(RecordType.AAAA);
        if (address && record.data() instanceof RecordData.Cname cname) {
          Message resolved = lookup.ask(query.copyWith(
              query.message().withQuestion(new Question(cname.target(), query.type()))));
          if (resolved != null) {
            answers.addAll(resolved.answers());
            truncated = resolved.has(Flag.TC);
          }
        }
      }
      for (TemplateText text : stanza.additionals) {
        additionals.add(text.record(values));
      }
      for (TemplateText text : stanza.authorities) {
        authorities.add(text.record(values));
      }
    } catch (CorefileException notARecord) {
      query.exchange().note(NAME, String.valueOf(notARecord.getMessage()));
      return Reply.error();
    }
    return Reply.written(query
        .message()
        .reply(stanza.rcode)
        .with(Flag.AA, true)
        .with(Flag.TC, truncated)
        .withRecords(answers, authorities, additionals));
  }
}
