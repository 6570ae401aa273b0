package dev.hairpin.dns.message;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An absolute domain name.
 *
 * <p>It keeps the spelling in which it was written, and is equal to any name that differs only in
 * the case of ASCII letters (RFC 4343). A name has at most 255 octets on the wire, a label at most
 * 63. Immutable and thread-safe.
 */
public final class DnsName {

  /** The longest name, in octets on the wire, counting each label's length and the final 0. */
  public static final int MAX_OCTETS = 255;

  /** The longest label, in octets. */
  public static final int MAX_LABEL_OCTETS = 63;

  /** The root, written as a single dot. */
  public static final DnsName ROOT = new DnsName(new byte[] {0});

  /*
   * The name as it stands uncompressed on the wire: each label after its length, then a 0. The
   * lengths, at most 63, are not in the range of the letters, so that the octets can be folded to
   * lower case without looking where a label begins.
   */
  private final byte[] wire;
  private final int hash;
  private @Nullable String text;

  private DnsName(byte[] wire) {
    this.wire = wire;
    int h = 1;
    for (byte b : wire) {
      h = 31 * h + lower(b);
    }
    this.hash = h;
  }

  private static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /**
   * Reads a name in presentation form (RFC 1035 section 5.1).
   *
   * @param text labels between dots; a backslash quotes the next character or gives an octet as
   *     three decimal digits; the final dot may be missing
   * @return the name
   * @throws IllegalArgumentException if a label is empty or too long, the name is too long, or an
   *     escape is cut short
   */
  public static DnsName parse(String text) {
    if (text.equals(".")) {
      return ROOT;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an empty text is no domain name; the root is \".\"");
    }
    byte[] wire = new byte[MAX_OCTETS];
    int start = 0;
    int end = 1;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i++);
      if (c == '.') {
        start = endLabel(text, wire, start, end);
        end = start + 1;
        continue;
      }
      int octet = c;
      if (c == '\\') {
        int taken = escapeLength(text, i);
        octet = taken == 3 ? Integer.parseInt(text.substring(i, i + 3)) : text.charAt(i);
        i += taken;
      }
      if (octet > 255) {
        throw new IllegalArgumentException(
            "\"" + text + "\" has a character that is no octet: U+" + Integer.toHexString(octet));
      }
      if (end >= MAX_OCTETS - 1) {
        throw tooLong(text);
      }
      wire[end++] = (byte) octet;
    }
    if (end > start + 1) {
      start = endLabel(text, wire, start, end);
    }
    return new DnsName(Arrays.copyOf(wire, start + 1));
  }

  /**
   * Reads a name of a zone file, which may be relative.
   *
   * @param text the name; {@code @} alone is the origin
   * @param origin what a name without a final dot ends in
   * @return the name
   * @throws IllegalArgumentException if it is none, or too long with the origin
   */
  public static DnsName parse(String text, DnsName origin) {
    if (text.equals("@")) {
      return origin;
    }
    int escapes = 0;
    while (escapes < text.length() - 1 && text.charAt(text.length() - 2 - escapes) == '\\') {
      escapes++;
    }
    boolean absolute = text.endsWith(".") && escapes % 2 == 0;
    return absolute || text.isEmpty() || origin.isRoot() ? parse(text) : parse(text + "." + origin);
  }

  private static int endLabel(String text, byte[] wire, int start, int end) {
    int length = end - start - 1;
    if (length == 0) {
      throw new IllegalArgumentException("\"" + text + "\" has an empty label");
    }
    if (length > MAX_LABEL_OCTETS) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has a label of " + length + " octets; 63 are allowed");
    }
    if (end >= MAX_OCTETS) {
      throw tooLong(text);
    }
    wire[start] = (byte) length;
    return end;
  }

  private static IllegalArgumentException tooLong(String text) {
    return new IllegalArgumentException("\""
        + (text.length() > 80 ? text.substring(0, 80) + "..." : text)
        + "\" is longer than the 255 octets of a domain name");
  }

  private static int escapeLength(String text, int at) {
    if (at >= text.length()) {
      throw new IllegalArgumentException("\"" + text + "\" ends in a backslash");
    }
    if (!isDigit(text, at)) {
      return 1;
    }
    if (!isDigit(text, at + 1)
        || !isDigit(text, at + 2)
        || Integer.parseInt(text.substring(at, at + 3)) > 255) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has an escape that is not three digits up to 255");
    }
    return 3;
  }

  private static boolean isDigit(String text, int at) {
    return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  /**
   * Reads a name where the text may be something else.
   *
   * @param text any text
   * @return the name, or nothing
   */
  public static Optional<DnsName> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (IllegalArgumentException notAName) {
      return Optional.empty();
    }
  }

  /**
   * Takes over a name from the wire.
   *
   * @param octets labels, each after its length, and the final 0; not used by anyone else
   *     afterwards
   */
  static DnsName ofWire(byte[] octets) {
    return octets.length == 1 ? ROOT : new DnsName(octets);
  }

  /** The octets on the wire, not to be changed. */
  byte[] wire() {
    return wire;
  }

  /**
   * The number of octets that it takes on the wire without compression.
   *
   * @return 1 to 255
   */
  public int octets() {
    return wire.length;
  }

  /**
   * The number of labels, without the root's.
   *
   * @return 0 for the root
   */
  public int labelCount() {
    int count = 0;
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      count++;
    }
    return count;
  }

  /**
   * The labels from left to right, each as it is written in presentation form.
   *
   * @return the labels; empty for the root
   */
  public List<String> labels() {
    List<String> labels = new ArrayList<>();
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      StringBuilder label = new StringBuilder(wire[at]);
      printLabel(at, label);
      labels.add(label.toString());
    }
    return labels;
  }

  /**
   * Whether it is the root.
   *
   * @return true for the name without labels
   */
  public boolean isRoot() {
    return wire.length == 1;
  }

  /**
   * The name without some of its left labels.
   *
   * @param labels how many to leave out, 0 to {@link #labelCount}
   * @return the rest
   * @throws IllegalArgumentException if there are not so many
   */
  public DnsName withoutFirst(int labels) {
    int at = 0;
    for (int i = 0; i < labels; i++) {
      if (wire[at] == 0) {
        throw new IllegalArgumentException(this + " has fewer than " + labels + " labels");
      }
      at += wire[at] + 1;
    }
    return at == 0 ? this : ofWire(Arrays.copyOfRange(wire, at, wire.length));
  }

  /**
   * Whether the name is this zone's name or below it.
   *
   * @param zone another name
   * @return true if the zone's labels are the last labels of this name
   */
  public boolean isIn(DnsName zone) {
    int start = wire.length - zone.wire.length;
    if (start < 0) {
      return false;
    }
    int at = 0;
    while (at < start) {
      at += wire[at] + 1;
    }
    if (at != start) {
      return false;
    }
    for (int i = 0; i < zone.wire.length; i++) {
      if (lower(wire[start + i]) != lower(zone.wire[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the name ends in a zone's name, letter by letter.
   *
   * @param zone a zone that the name {@linkplain #isIn is in}
   * @return true if the zone is spelled the same within the name
   */
  public boolean endsAsSpelled(DnsName zone) {
    int start = wire.length - zone.wire.length;
    return start >= 0 && Arrays.equals(wire, start, wire.length, zone.wire, 0, zone.wire.length);
  }

  /**
   * The name with its letters in lower case.
   *
   * @return an equal name
   */
  public DnsName lowerCase() {
    for (byte b : wire) {
      if (lower(b) != b) {
        byte[] folded = new byte[wire.length];
        for (int i = 0; i < wire.length; i++) {
          folded[i] = lower(wire[i]);
        }
        return new DnsName(folded);
      }
    }
    return this;
  }

  /**
   * Whether another name is the same letter by letter, case included.
   *
   * @param other the other name
   * @return true if both are spelled the same
   */
  public boolean isSpelledLike(DnsName other) {
    return Arrays.equals(wire, other.wire);
  }

  /** Whether the other name differs in nothing but the case of letters. */
  @Override
  public boolean equals(@Nullable Object object) {
    if (this == object) {
      return true;
    }
    if (!(object instanceof DnsName other)
        || hash != other.hash
        || wire.length != other.wire.length) {
      return false;
    }
    for (int i = 0; i < wire.length; i++) {
      if (wire[i] != other.wire[i] && lower(wire[i]) != lower(other.wire[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The name in presentation form with its final dot. {@link #parse} reads it back. */
  @Override
  public String toString() {
    String known = text;
    if (known != null) {
      return known;
    }
    StringBuilder out = new StringBuilder(wire.length);
    for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
      printLabel(at, out);
      out.append('.');
    }
    String printed = out.isEmpty() ? "." : out.toString();
    text = printed;
    return printed;
  }

  private void printLabel(int at, StringBuilder out) {
    for (int i = at + 1; i <= at + wire[at]; i++) {
      int octet = wire[i] & 0xff;
      if (octet < ' ' || octet > '~') {
        out.append('\\').append((char) ('0' + octet / 100));
        out.append((char) ('0' + octet / 10 % 10)).append((char) ('0' + octet % 10));
      } else {
        if (QUOTED.indexOf(octet) >= 0) {
          out.append('\\');
        }
        out.append((char) octet);
      }
    }
  }

  /** What miekg/dns quotes by a backslash. */
  private static final String QUOTED = ". '@;()\"\\";

  /**
   * The first label as it is, without escapes.
   *
   * @return the label's octets as ISO 8859-1 characters; empty for the root
   */
  public String firstLabel() {
    return wire.length == 1 ? "" : new String(wire, 1, wire[0], StandardCharsets.ISO_8859_1);
  }
}
