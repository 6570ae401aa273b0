package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.pattern.GoPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a record with places for what a question says. */
final class TemplateText {
  private static final Pattern PLACE = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}");
  private static final Pattern GROUP =
      Pattern.compile("\\.Group\\.(\\w+)|index \\.Group \"(\\w+)\"");
  private static final Pattern MATCH = Pattern.compile("index \\.Match (\\d{1,3})");
  private static final Pattern META = Pattern.compile("\\.Meta \"([^\"]+)\"");
  private static final Pattern NUMBER =
      Pattern.compile("parseInt \\(?(.+?)\\)? (\\d{1,2}) (\\d{1,2})");
  private static final long DEFAULT_TTL = 3600;

  private final List<Function<Values, String>> parts = new ArrayList<>();

  /**
   * What places stand for.
   *
   * @param query the question
   * @param zone the zone that the name is in
   * @param match what the expression found
   * @param labels what the plugin metadata knows
   */
  record Values(Query query, DnsName zone, GoPattern.Match match, Labels labels) {}

  static TemplateText parse(String text, Cursor cursor) {
    TemplateText template = new TemplateText();
    Matcher places = PLACE.matcher(text);
    int end = 0;
    while (places.find()) {
      template.literal(text.substring(end, places.start()), cursor);
      template.parts.add(place(places.group(1), cursor));
      end = places.end();
    }
    template.literal(text.substring(end), cursor);
    return template;
  }

  private void literal(String text, Cursor cursor) {
    if (text.contains("{{")) {
      throw cursor.error("could not compile template: an action is not closed: " + text);
    }
    parts.add(values -> text);
  }

  private static Function<Values, String> place(String expression, Cursor cursor) {
    switch (expression) {
      case ".Name" -> {
        return values -> values.query.lowerName();
      }
      case ".Zone" -> {
        return values -> values.zone.toString();
      }
      case ".Class" -> {
        return values -> values.query.question().recordClass().toString();
      }
      case ".Type" -> {
        return values -> values.query.type().toString();
      }
      case ".Remote" -> {
        return values -> values.query.client().address().address().toString();
      }
      default -> {
        return matched(expression, cursor);
      }
    }
  }

  private static Function<Values, String> matched(String expression, Cursor cursor) {
    Matcher group = GROUP.matcher(expression);
    if (group.matches()) {
      String name = group.group(1) != null ? group.group(1) : group.group(2);
      return values -> values.match.group(name).orElse("");
    }
    Matcher index = MATCH.matcher(expression);
    if (index.matches()) {
      String number = index.group(1);
      return values -> values
          .match
          .group(number)
          .orElseThrow(() -> new CorefileException("the expression has no group " + number));
    }
    Matcher meta = META.matcher(expression);
    if (meta.matches()) {
      return values -> values.labels.value(values.query, meta.group(1)).orElse("");
    }
    Matcher number = NUMBER.matcher(expression);
    if (number.matches()) {
      Function<Values, String> digits = place(number.group(1), cursor);
      int base = Integer.parseInt(number.group(2));
      int bits = Integer.parseInt(number.group(3));
      return values -> number(digits.apply(values), base, bits);
    }
    throw cursor.error("could not compile template: {{ " + expression + " }} is not modelled");
  }

  /** The number in decimal digits, as Go's {@code strconv.ParseUint} reads it. */
  private static String number(String digits, int base, int bits) {
    try {
      long number = Long.parseUnsignedLong(digits, base == 0 ? 10 : base);
      if (digits.startsWith("+") || (bits > 0 && bits < Long.SIZE && number >>> bits != 0)) {
        throw new NumberFormatException("out of range");
      }
      return Long.toUnsignedString(number);
    } catch (NumberFormatException e) {
      throw new CorefileException("\"" + digits + "\" is no number of " + bits + " bits");
    }
  }

  /** Makes the record: owner, time, class, type and data. */
  ResourceRecord record(Values values) {
    StringBuilder text = new StringBuilder();
    parts.forEach(part -> text.append(part.apply(values)));
    String line = text.toString().trim();
    try {
      DnsName owner = DnsName.parse(line.split("\\s+", 2)[0]);
      String rest = after(line);
      long ttl = DEFAULT_TTL;
      RecordClass recordClass = RecordClass.IN;
      Optional<RecordType> type = Optional.empty();
      while (type.isEmpty()) {
        String word = rest.split("\\s+", 2)[0];
        rest = after(rest);
        if (word.matches("\\d{1,10}")) {
          ttl = Long.parseLong(word);
        } else if (RecordClass.byName(word).isPresent() && !word.equalsIgnoreCase("ANY")) {
          recordClass = RecordClass.byName(word).get();
        } else {
          type = Optional.of(RecordType.byName(word)
              .orElseThrow(() -> new IllegalArgumentException("no type: " + word)));
        }
      }
      return new ResourceRecord(
          owner, type.get(), recordClass, ttl, RecordData.parse(type.get(), rest));
    } catch (IllegalArgumentException e) {
      CorefileException error = new CorefileException("\"" + line + "\" is no record");
      error.initCause(e);
      throw error;
    }
  }

  private static String after(String text) {
    String[] parts = text.split("\\s+", 2);
    return parts.length < 2 ? "" : parts[1];
  }
}
