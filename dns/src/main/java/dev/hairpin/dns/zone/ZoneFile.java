package dev.hairpin.dns.zone;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.TimeToLive;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a master file (RFC 1035 section 5) with {@code $ORIGIN}, {@code $TTL}, {@code $INCLUDE} and
 * {@code $GENERATE}.
 *
 * <p>Source: the zone parser of miekg/dns as CoreDNS 1.13.1 uses it. A record without a time gets
 * that of {@code $TTL}, else that of the record before it.
 */
final class ZoneFile {

  /** As deep as miekg/dns follows files into files. */
  private static final int MAX_INCLUDES = 7;

  /** As many as {@code $GENERATE} makes at once in miekg/dns. */
  private static final int MAX_GENERATED = 65_536;

  /** More than a zone of tests has; it bounds what files that include one another unfold to. */
  private static final int MAX_RECORDS = 1_000_000;

  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})-(\\d{1,9})(?:/(\\d{1,9}))?");
  private static final Pattern COUNTER =
      Pattern.compile("\\\\\\$|\\$\\$|\\$\\{(-?\\d{1,9})(?:,(\\d{1,2}))?(?:,([doxX]))?}|\\$");

  private final Function<String, Optional<String>> files;
  private final List<ResourceRecord> records;
  private final String file;
  private final int depth;
  private DnsName origin;
  private @Nullable DnsName owner;
  private @Nullable Long ttl;
  private boolean ttlIsDefault;

  private ZoneFile(
      String file,
      DnsName origin,
      Function<String, Optional<String>> files,
      List<ResourceRecord> records,
      int depth) {
    this.file = file;
    this.origin = origin;
    this.files = files;
    this.records = records;
    this.depth = depth;
  }

  /** A line, or several that parentheses join; words keep their quotes and escapes. */
  private record Entry(int line, boolean continuesOwner, List<String> words) {}

  /**
   * Reads a file.
   *
   * @param text its contents
   * @param file its name
   * @param origin what names without a final dot end in at first
   * @param files finds files that are included
   * @return the records in the order of the file
   * @throws CorefileException if it is no master file, with file and line
   */
  static List<ResourceRecord> parse(
      String text, String file, DnsName origin, Function<String, Optional<String>> files) {
    List<ResourceRecord> records = new ArrayList<>();
    new ZoneFile(file, origin, files, records, 0).read(text);
    return records;
  }

  private void read(String text) {
    Words words = new Words(text);
    for (Entry entry = words.next(); entry != null; entry = words.next()) {
      read(entry);
    }
  }

  private void read(Entry entry) {
    String first = entry.words.get(0).toUpperCase(Locale.ROOT);
    switch (entry.continuesOwner ? "" : first) {
      case "$ORIGIN" -> origin = name(argument(entry, 1), entry);
      case "$TTL" -> {
        ttl = TimeToLive.parse(argument(entry, 1))
            .orElseThrow(() -> error(entry, "expecting $TTL value, not this...", 1));
        ttlIsDefault = true;
      }
      case "$INCLUDE" -> include(entry);
      case "$GENERATE" -> generate(entry);
      default -> record(entry);
    }
  }

  private String argument(Entry entry, int index) {
    if (entry.words.size() <= index) {
      throw error(entry, "the line ends after " + entry.words.get(0), 0);
    }
    return entry.words.get(index);
  }

  private DnsName name(String word, Entry entry) {
    try {
      return DnsName.parse(word, origin);
    } catch (IllegalArgumentException e) {
      throw new CorefileException(file + ":" + entry.line + " - bad owner name: " + e.getMessage());
    }
  }

  private void include(Entry entry) {
    if (depth >= MAX_INCLUDES) {
      throw error(entry, "too deeply nested $INCLUDE", 0);
    }
    String path = argument(entry, 1);
    DnsName inner = entry.words.size() > 2 ? name(entry.words.get(2), entry) : origin;
    String text =
        files.apply(path).orElseThrow(() -> error(entry, "failed to open `" + path + "`", 1));
    ZoneFile included = new ZoneFile(path, inner, files, records, depth + 1);
    included.ttl = ttl;
    included.ttlIsDefault = ttlIsDefault;
    included.read(text);
  }

  /** Makes records of a pattern in which a counter stands for {@code $}. */
  private void generate(Entry entry) {
    Matcher range = RANGE.matcher(argument(entry, 1));
    argument(entry, 2);
    if (!range.matches()) {
      throw error(entry, "bad range in $GENERATE", 1);
    }
    long begin = Long.parseLong(range.group(1));
    long end = Long.parseLong(range.group(2));
    long step = range.group(3) == null ? 1 : Long.parseLong(range.group(3));
    if (step == 0 || end < begin || (end - begin) / step >= MAX_GENERATED) {
      throw error(entry, "bad range in $GENERATE", 1);
    }
    List<String> pattern = entry.words.subList(2, entry.words.size());
    for (long i = begin; i <= end; i += step) {
      List<String> words = new ArrayList<>();
      for (String word : pattern) {
        words.add(counted(word, i, entry));
      }
      record(new Entry(entry.line, false, words));
    }
  }

  private String counted(String word, long counter, Entry entry) {
    return COUNTER.matcher(word).replaceAll(found -> {
      String place = found.group();
      if (place.startsWith("\\") || place.equals("$$")) {
        return Matcher.quoteReplacement("$");
      }
      long value = counter + (found.group(1) == null ? 0 : Long.parseLong(found.group(1)));
      if (value < 0) {
        throw error(entry, "bad offset in $GENERATE", 0);
      }
      String base = found.group(3) == null ? "d" : found.group(3);
      String digits = switch (base) {
        case "o" -> Long.toOctalString(value);
        case "x" -> Long.toHexString(value);
        case "X" -> Long.toHexString(value).toUpperCase(Locale.ROOT);
        default -> Long.toString(value);
      };
      int width = found.group(2) == null ? 0 : Integer.parseInt(found.group(2));
      return "0".repeat(Math.max(0, width - digits.length())) + digits;
    });
  }

  /** Owner, time and class, in any order and each optional, then type and data. */
  private void record(Entry entry) {
    int at = 0;
    if (!entry.continuesOwner) {
      owner = name(entry.words.get(at++), entry);
    }
    DnsName name = owner;
    if (name == null) {
      throw error(entry, "bad owner name", 0);
    }
    Long own = null;
    RecordClass recordClass = RecordClass.IN;
    while (true) {
      String word = argument(entry, at);
      Optional<RecordType> type = RecordType.byName(word);
      if (type.isPresent()) {
        data(entry, at, name, type.get(), recordClass, own);
        return;
      }
      Optional<Long> time = TimeToLive.parse(word);
      Optional<RecordClass> known = RecordClass.byName(word);
      if (time.isPresent()) {
        own = time.get();
      } else if (known.isPresent()) {
        recordClass = known.get();
      } else {
        throw error(entry, "expecting RR type or TTL, not this...", at);
      }
      at++;
    }
  }

  private void data(
      Entry entry,
      int at,
      DnsName name,
      RecordType type,
      RecordClass recordClass,
      @Nullable Long own) {
    Long time = own == null ? ttl : own;
    if (time == null) {
      throw error(entry, "missing TTL with no previous value", at);
    }
    if (!ttlIsDefault) {
      ttl = time;
    }
    if (records.size() >= MAX_RECORDS) {
      throw error(entry, "more than " + MAX_RECORDS + " records", at);
    }
    String text = String.join(" ", entry.words.subList(at + 1, entry.words.size()));
    try {
      records.add(
          new ResourceRecord(name, type, recordClass, time, RecordData.parse(type, text, origin)));
    } catch (IllegalArgumentException e) {
      throw new CorefileException(file + ":" + entry.line + " - " + e.getMessage());
    }
  }

  private CorefileException error(Entry entry, String problem, int word) {
    return new CorefileException(
        file + ":" + entry.line + " - " + problem + ": \"" + entry.words.get(word) + "\"");
  }

  /** Cuts a file into lines of words. */
  private final class Words {
    private final String text;
    private int at;
    private int line = 1;

    Words(String text) {
      this.text = text;
    }

    /** The next line that has words, or null. */
    @Nullable
    Entry next() {
      while (at < text.length()) {
        int begun = line;
        boolean continues = text.charAt(at) == ' ' || text.charAt(at) == '\t';
        List<String> words = line();
        if (!words.isEmpty()) {
          return new Entry(begun, continues, words);
        }
      }
      return null;
    }

    private List<String> line() {
      List<String> words = new ArrayList<>();
      int parentheses = 0;
      int begun = line;
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '\n') {
          at++;
          line++;
          if (parentheses == 0) {
            return words;
          }
        } else if (c == ';') {
          int end = text.indexOf('\n', at);
          at = end < 0 ? text.length() : end;
        } else if (c == '(' || c == ')') {
          at++;
          parentheses += c == '(' ? 1 : -1;
          if (parentheses < 0) {
            throw new CorefileException(file + ":" + line + " - extra closing brace");
          }
        } else if (Character.isWhitespace(c)) {
          at++;
        } else {
          words.add(word());
        }
      }
      if (parentheses > 0) {
        throw new CorefileException(file + ":" + begun + " - unbalanced brace");
      }
      return words;
    }

    private String word() {
      int start = at;
      boolean quoted = text.charAt(at) == '"';
      at += quoted ? 1 : 0;
      while (at < text.length() && (quoted ? text.charAt(at) != '"' : isPartOfWord(at))) {
        line += text.charAt(at) == '\n' ? 1 : 0;
        at += text.charAt(at) == '\\' && at + 1 < text.length() ? 2 : 1;
      }
      if (quoted && at >= text.length()) {
        throw new CorefileException(file + ":" + line + " - unbalanced quote");
      }
      at += quoted ? 1 : 0;
      return text.substring(start, Math.min(at, text.length()));
    }

    private boolean isPartOfWord(int index) {
      char c = text.charAt(index);
      return !Character.isWhitespace(c) && c != ';' && c != '(' && c != ')' && c != '"';
    }
  }
}
