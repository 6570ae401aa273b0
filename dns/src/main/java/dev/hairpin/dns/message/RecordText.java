package dev.hairpin.dns.message;

import com.google.common.io.BaseEncoding;
import dev.hairpin.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the data of records from the text of a zone file. Parentheses count as blanks, and what
 * follows a semicolon is a comment.
 */
final class RecordText {
  private final RecordType type;
  private final String text;
  private final DnsName origin;
  private final List<String> words = new ArrayList<>();

  private RecordText(RecordType type, String text, DnsName origin) {
    this.type = type;
    this.text = text;
    this.origin = origin;
  }

  static RecordData parse(RecordType type, String text, DnsName origin) {
    RecordText reader = new RecordText(type, text, origin);
    reader.split();
    return reader.data();
  }

  /** Cuts the text into words; a word may stand in quotes. */
  private void split() {
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (isBlank(c)) {
        at++;
        continue;
      }
      if (c == ';') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
        continue;
      }
      StringBuilder word = new StringBuilder();
      boolean quoted = c == '"';
      at += quoted ? 1 : 0;
      while (at < text.length()
          && (quoted
              ? text.charAt(at) != '"'
              : !isBlank(text.charAt(at)) && text.charAt(at) != ';')) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          // A word without quotes may be a name, which has escapes of its own.
          if (!quoted) {
            word.append('\\');
          }
          at++;
        }
        word.append(text.charAt(at++));
      }
      if (quoted && at++ >= text.length()) {
        throw bad();
      }
      words.add(word.toString());
    }
  }

  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || c == '(' || c == ')';
  }

  private RecordData data() {
    if (!words.isEmpty() && words.get(0).equals("\\#")) {
      return unknown();
    }
    return switch (type.code()) {
      case 1 -> new RecordData.A(IpAddress.parse(words(1).get(0)));
      case 28 -> new RecordData.Aaaa(IpAddress.parse(words(1).get(0)));
      case 2 -> new RecordData.Ns(name(words(1).get(0)));
      case 5 -> new RecordData.Cname(name(words(1).get(0)));
      case 12 -> new RecordData.Ptr(name(words(1).get(0)));
      case 39 -> new RecordData.Dname(name(words(1).get(0)));
      case 15 -> new RecordData.Mx(uint16(words(2).get(0)), name(words.get(1)));
      case 13 -> new RecordData.Hinfo(words(2).get(0), words.get(1));
      case 16 -> new RecordData.Txt(strings());
      case 33 ->
        new RecordData.Srv(
            uint16(words(4).get(0)),
            uint16(words.get(1)),
            uint16(words.get(2)),
            name(words.get(3)));
      case 6 ->
        new RecordData.Soa(
            name(words(7).get(0)),
            name(words.get(1)),
            uint32(words.get(2)),
            seconds(words.get(3)),
            seconds(words.get(4)),
            seconds(words.get(5)),
            seconds(words.get(6)));
      case 35 ->
        new RecordData.Naptr(
            uint16(words(6).get(0)),
            uint16(words.get(1)),
            words.get(2),
            words.get(3),
            words.get(4),
            name(words.get(5)));
      case 43, 59 -> octets(words.size() < 4 ? words(4) : words, 2, 1, 1);
      case 44 -> octets(words.size() < 3 ? words(3) : words, 1, 1);
      case 52, 53 -> octets(words.size() < 4 ? words(4) : words, 1, 1, 1);
      case 257 -> authority();
      default -> throw bad();
    };
  }

  /** Numbers of some octets each, then octets in hexadecimal, as DS and TLSA have them. */
  private RecordData octets(List<String> all, int... sizes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < sizes.length; i++) {
      long value = uint32(all.get(i));
      if (value >= 1L << (8 * sizes[i])) {
        throw bad();
      }
      hex.append(String.format("%0" + 2 * sizes[i] + "x", value));
    }
    hex.append(String.join("", all.subList(sizes.length, all.size())));
    return new RecordData.Unknown(type, hex.toString());
  }

  /** Who may sign certificates (RFC 8659). */
  private RecordData authority() {
    long flags = uint32(words(3).get(0));
    String tag = words.get(1);
    if (flags > 255 || tag.isEmpty() || tag.length() > 15) {
      throw bad();
    }
    BaseEncoding hex = BaseEncoding.base16().lowerCase();
    return new RecordData.Unknown(
        type,
        String.format("%02x%02x", flags, tag.length())
            + hex.encode((tag + words.get(2)).getBytes(StandardCharsets.ISO_8859_1)));
  }

  private RecordData unknown() {
    String hex = String.join("", words.subList(Math.min(2, words.size()), words.size()));
    RecordData.Unknown data = new RecordData.Unknown(type, hex);
    if (words.size() < 2 || uint16(words.get(1)) != hex.length() / 2) {
      throw bad();
    }
    return data;
  }

  /** A text of more than 255 octets becomes several strings. */
  private List<String> strings() {
    List<String> strings = new ArrayList<>();
    for (String word : words) {
      for (int at = 0; at == 0 || at < word.length(); at += 255) {
        strings.add(word.substring(at, Math.min(at + 255, word.length())));
      }
    }
    return strings;
  }

  private List<String> words(int count) {
    if (words.size() != count) {
      throw bad();
    }
    return words;
  }

  private DnsName name(String word) {
    return DnsName.parse(word, origin);
  }

  private long seconds(String word) {
    return TimeToLive.parse(word).orElseThrow(this::bad);
  }

  private int uint16(String word) {
    long value = uint32(word);
    if (value > 0xffff) {
      throw bad();
    }
    return (int) value;
  }

  private long uint32(String word) {
    if (!word.matches("\\d{1,10}") || Long.parseLong(word) > 0xffff_ffffL) {
      throw bad();
    }
    return Long.parseLong(word);
  }

  private IllegalArgumentException bad() {
    return new IllegalArgumentException("\"" + text + "\" is no data of a " + type + " record");
  }
}
