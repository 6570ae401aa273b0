package dev.hairpin.iptables;

import dev.hairpin.iptables.Words.Word;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the values of options, and says where and what was expected if one is wrong. */
final class ValueReader {
  private final Words words;
  private final IpFamily family;

  ValueReader(Words words, IpFamily family) {
    this.words = words;
    this.family = family;
  }

  IpFamily family() {
    return family;
  }

  RuleException expected(String what, Word found) {
    return words.error(found, "expected " + what + ", found \"" + shortened(found.text()) + "\"");
  }

  RuleException error(RuleException.Reason reason, Word at, String message) {
    return words.error(reason, at, message);
  }

  RuleException error(Word at, String message) {
    return words.error(at, message);
  }

  /**
   * A name that is printed without quotes, so that it would fall apart or run into its neighbours
   * if it were empty or held a blank or a quote.
   */
  String name(Word word, String what) {
    String text = word.text();
    boolean bare = !text.isEmpty() && text.chars().noneMatch(c -> c <= ' ' || c == '"' || c == 127);
    if (!bare) {
      throw expected(what + " without blanks and quotes", word);
    }
    return text;
  }

  /** Keeps messages short where a hostile word is a megabyte long. */
  static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  long number(Word word, long min, long max, String what) {
    long value = numberOrMinusOne(word.text());
    if (value < min || value > max) {
      throw expected(what + " from " + min + " to " + max, word);
    }
    return value;
  }

  /** Reads a number as C's {@code strtoul} with base 0 does, or gives -1. */
  private static long numberOrMinusOne(String text) {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    boolean octal = !hex && text.length() > 1 && text.startsWith("0");
    String digits = hex ? text.substring(2) : text;
    if (digits.isEmpty() || digits.length() > 19) {
      return -1;
    }
    int radix = hex ? 16 : octal ? 8 : 10;
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) > 'f' || Character.digit(digits.charAt(i), radix) < 0) {
        return -1;
      }
    }
    try {
      return Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  int port(Word word, String text) {
    long value = numberOrMinusOne(text);
    if (value < 0 || value > 65_535) {
      throw expected("a port from 0 to 65535", word);
    }
    return (int) value;
  }

  /** A port, or a range whose missing ends are 0 and 65535. */
  PortRange ports(Word word, String text, char separator) {
    int at = text.indexOf(separator);
    if (at < 0) {
      return PortRange.of(port(word, text));
    }
    int first = at == 0 ? 0 : port(word, text.substring(0, at));
    int last = at == text.length() - 1 ? 65_535 : port(word, text.substring(at + 1));
    if (last < first) {
      throw expected("a range of ports in rising order", word);
    }
    return new PortRange(first, last);
  }

  PortMatch portMatch(Draft draft, String option) {
    Draft.Option given = draft.option(option);
    if (given == null) {
      return PortMatch.ANY;
    }
    return new PortMatch(ports(given.value(), given.value().text(), ':'), given.inverted());
  }

  IpAddress address(Word word, String text) {
    return AddressText.parse(text, family)
        .orElseThrow(() -> expected("an " + family + " address", word));
  }

  /** An address with an optional mask, as {@code -s} takes it. */
  AddressMask addressMask(Word word, String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    Optional<IpAddress> address = AddressText.parse(host, family);
    if (address.isEmpty() && family == IpFamily.IPV4) {
      // The resolver that iptables falls back to reads octal and hexadecimal octets.
      address = AddressText.parseLoosely(host);
    }
    if (address.isEmpty()) {
      throw expected("an " + family + " address or block", word);
    }
    if (slash < 0) {
      return AddressMask.host(address.get());
    }
    return new AddressMask(address.get(), mask(word, text.substring(slash + 1)));
  }

  private IpAddress mask(Word word, String text) {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      long length = numberOrMinusOne(text.length() > 3 ? "" : text.replaceFirst("^0+(?=.)", ""));
      if (length < 0 || length > family.addressBits()) {
        throw expected("a prefix length from 0 to " + family.addressBits(), word);
      }
      return AddressMask.leadingOnes(family, (int) length);
    }
    return AddressText.parse(text, family)
        .orElseThrow(() -> expected("a prefix length or a mask after the slash", word));
  }

  AddressRange range(Draft.Option option) {
    Word word = option.value();
    int dash = word.text().indexOf('-');
    if (dash < 0) {
      throw expected("two addresses with a dash between them", word);
    }
    IpAddress first = address(word, word.text().substring(0, dash));
    IpAddress last = address(word, word.text().substring(dash + 1));
    return new AddressRange(first, last, option.inverted());
  }

  MarkValue mark(Word word) {
    String text = word.text();
    int slash = text.indexOf('/');
    int value = bits(word, slash < 0 ? text : text.substring(0, slash));
    int mask = slash < 0 ? -1 : bits(word, text.substring(slash + 1));
    return new MarkValue(value, mask);
  }

  int bits(Word word, String text) {
    long value = numberOrMinusOne(text);
    if (value < 0 || value > 0xffff_ffffL) {
      throw expected("32 bits as a number", word);
    }
    return (int) value;
  }

  IdRange ids(Draft.Option option) {
    Word word = option.value();
    int dash = word.text().indexOf('-');
    String text = word.text();
    long first = numberOrMinusOne(dash < 0 ? text : text.substring(0, dash));
    long last = dash < 0 ? first : numberOrMinusOne(text.substring(dash + 1));
    if (first < 0 || last < first || last > 0xffff_ffffL) {
      throw expected("a user or group number, or a range of them", word);
    }
    return new IdRange(first, last, option.inverted());
  }

  <E extends Enum<E>> Set<E> names(Word word, Class<E> type) {
    Set<E> values = EnumSet.noneOf(type);
    for (String name : word.text().split(",", -1)) {
      try {
        values.add(Enum.valueOf(type, name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw expected("one or more of " + EnumSet.allOf(type), word);
      }
    }
    return values;
  }
}
