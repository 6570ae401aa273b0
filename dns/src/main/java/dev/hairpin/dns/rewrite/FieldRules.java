package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.List;
import java.util.Optional;

/** Rules for the type and class of a question, and for the times and the rcode of its answer. */
final class FieldRules {
  private static final long MAX_TTL = 0x7fff_ffffL;

  private FieldRules() {}

  static Rule type(List<String> args) {
    two("type", args);
    RecordType from = type(args.get(0));
    RecordType to = type(args.get(1));
    return query -> {
      if (!query.type().equals(from)) {
        return Optional.empty();
      }
      query.replace(query
          .message()
          .withQuestion(new Question(query.name(), to, query.question().recordClass())));
      return Optional.of(List.of());
    };
  }

  private static RecordType type(String text) {
    return RecordType.byName(text).orElseThrow(() -> new CorefileException("invalid type " + text));
  }

  static Rule recordClass(List<String> args) {
    two("class", args);
    RecordClass from = recordClass(args.get(0));
    RecordClass to = recordClass(args.get(1));
    return query -> {
      if (!query.question().recordClass().equals(from)) {
        return Optional.empty();
      }
      query.replace(query.message().withQuestion(new Question(query.name(), query.type(), to)));
      return Optional.of(List.of());
    };
  }

  private static RecordClass recordClass(String text) {
    return RecordClass.byName(text)
        .orElseThrow(() -> new CorefileException("invalid class " + text));
  }

  private static void two(String what, List<String> args) {
    if (args.size() != 2) {
      throw new CorefileException(what + " rules must have exactly two arguments");
    }
  }

  static Rule ttl(List<String> args) {
    if (args.size() < 2) {
      throw new CorefileException("too few (" + args.size() + ") arguments for a ttl rule");
    }
    if (args.size() > 3) {
      throw new CorefileException("many few arguments for a ttl rule");
    }
    long[] range = range(args.get(args.size() - 1));
    Match match = match(args, 2, "ttl");
    ResponseRule rule = new ResponseRule() {
      @Override
      public ResourceRecord change(ResourceRecord record) {
        return record.type().equals(RecordType.OPT)
            ? record
            : record.withTtl(Math.min(Math.max(record.ttl(), range[0]), range[1]));
      }
    };
    return query ->
        match.matches(query.lowerName()) ? Optional.of(List.of(rule)) : Optional.empty();
  }

  private static Match match(List<String> args, int shortForm, String rule) {
    return args.size() == shortForm
        ? Match.of("exact", args.get(0), rule)
        : Match.of(args.get(0), args.get(1), rule);
  }

  /** Reads {@code 30}, {@code 10-20}, {@code -20} or {@code 10-}. */
  private static long[] range(String text) {
    int dash = text.indexOf('-');
    String low = dash < 0 ? text : text.substring(0, dash);
    String high = dash < 0 ? text : text.substring(dash + 1);
    boolean digits = (low + high).matches("\\d{1,20}") && low.length() <= 10 && high.length() <= 10;
    long min = digits && !low.isEmpty() ? Long.parseLong(low) : 0;
    long max = digits && !high.isEmpty() ? Long.parseLong(high) : MAX_TTL;
    if (!digits || min > max || max > 0xffff_ffffL) {
      throw new CorefileException("invalid TTL '" + text + "' for a ttl rule");
    }
    return new long[] {min, max};
  }

  static Rule rcode(List<String> args) {
    if (args.size() < 3) {
      throw new CorefileException("too few (" + args.size() + ") arguments for a rcode rule");
    }
    if (args.size() > 4) {
      throw new CorefileException("too many (" + args.size() + ") arguments for a rcode rule");
    }
    Rcode from = rcode("matching", args.get(args.size() - 2));
    Rcode to = rcode("replacement", args.get(args.size() - 1));
    Match match = match(args, 3, "rcode");
    ResponseRule rule = new ResponseRule() {
      @Override
      public Message change(Message message) {
        return message.rcode().equals(from) ? message.withRcode(to) : message;
      }
    };
    return query ->
        match.matches(query.lowerName()) ? Optional.of(List.of(rule)) : Optional.empty();
  }

  private static Rcode rcode(String what, String text) {
    Optional<Rcode> numbered = text.matches("\\d{1,4}") && Integer.parseInt(text) <= 0xfff
        ? Optional.of(new Rcode(Integer.parseInt(text)))
        : Rcode.byName(text);
    return numbered.orElseThrow(
        () -> new CorefileException("invalid " + what + " RCODE '" + text + "' for a rcode rule"));
  }
}
