package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.pattern.GoPattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The plugin template: makes answers from the name that is asked.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Of Go's template language it knows what answers are made
 * of: {@code .Name}, {@code .Zone}, {@code .Class}, {@code .Type}, {@code .Remote},
 * {@code .Group.name}, {@code index .Group "name"}, {@code index .Match n}, {@code .Meta "label"}
 * and {@code parseInt}.
 */
final class Template implements Plugin {
  private static final String NAME = "template";

  private final List<Stanza> stanzas = new ArrayList<>();
  private final Setup setup;

  /** One stanza of the Corefile. */
  private static final class Stanza {
    RecordClass recordClass = RecordClass.IN;
    RecordType type = RecordType.ANY;
    List<DnsName> zones = List.of();
    final List<GoPattern> patterns = new ArrayList<>();
    final List<TemplateText> answers = new ArrayList<>();
    final List<TemplateText> additionals = new ArrayList<>();
    final List<TemplateText> authorities = new ArrayList<>();
    Rcode rcode = Rcode.NOERROR;
    Fallthrough fallthrough = Fallthrough.NONE;
    Optional<EdnsOption> extendedError = Optional.empty();
  }

  private Template(Setup setup) {
    this.setup = setup;
  }

  static Template setUp(Setup setup, Cursor cursor) {
    Template template = new Template(setup);
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
      stanza.patterns.add(GoPattern.compile(".*"));
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
            stanza.patterns.add(GoPattern.compile(arg));
          } catch (IllegalArgumentException e) {
            throw cursor.error("could not parse regex: " + arg + ", " + e.getMessage());
          }
        }
      }
      case "answer" -> stanza.answers.addAll(texts(args, cursor));
      case "additional" -> stanza.additionals.addAll(texts(args, cursor));
      case "authority" -> stanza.authorities.addAll(texts(args, cursor));
      case "rcode" ->
        stanza.rcode = Rcode.byName(args.get(0).toUpperCase(Locale.ROOT))
            .orElseThrow(() -> cursor.error("unknown rcode " + args.get(0)));
      case "ederror" -> extendedError(stanza, args, cursor);
      case "upstream" -> {
        // Aliases are always resolved.
      }
      default -> throw cursor.argError();
    }
  }

  private static void extendedError(Stanza stanza, List<String> args, Cursor cursor) {
    if (args.size() > 2) {
      throw cursor.argError();
    }
    if (!args.get(0).matches("\\d{1,5}") || Integer.parseInt(args.get(0)) > 0xffff) {
      throw cursor.error("error parsing extended DNS error code " + args.get(0)
          + ", strconv.ParseUint: parsing \"" + args.get(0) + "\": invalid syntax");
    }
    byte[] reason = (args.size() < 2 ? "" : args.get(1)).getBytes(StandardCharsets.UTF_8);
    int code = Integer.parseInt(args.get(0));
    byte[] octets = Arrays.copyOf(new byte[] {(byte) (code >> 8), (byte) code}, 2 + reason.length);
    System.arraycopy(reason, 0, octets, 2, reason.length);
    stanza.extendedError = Optional.of(EdnsOption.of(EdnsOption.EXTENDED_ERROR, octets));
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
      GoPattern.Match match = null;
      for (GoPattern pattern : stanza.patterns) {
        match = match == null ? pattern.find(name).orElse(null) : match;
      }
      if (match == null) {
        if (stanza.fallthrough.through(query.name())) {
          continue;
        }
        query.exchange().note(NAME, "no expression matches");
        return Reply.unwritten(Rcode.SERVFAIL);
      }
      query.exchange().note(NAME, "an expression matches \"" + match.groups().get(0) + "\"");
      return stanza.rcode.equals(Rcode.SERVFAIL)
          ? Reply.unwritten(Rcode.SERVFAIL)
          : answer(stanza, query, new TemplateText.Values(query, zone, match, Labels.of(setup)));
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
          Message resolved = setup
              .lookup()
              .ask(query.copyWith(
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
    Message reply = query
        .message()
        .reply(stanza.rcode)
        .with(Flag.AA, true)
        .with(Flag.TC, truncated)
        .withRecords(answers, authorities, additionals);
    // The reason goes along even if the question had no OPT record, as with the plugin acl.
    return Reply.written(stanza
        .extendedError
        .map(error ->
            reply.withEdns(Edns.ofSize(4096).withDnssecOk(true).withOptions(List.of(error))))
        .orElse(reply));
  }
}
