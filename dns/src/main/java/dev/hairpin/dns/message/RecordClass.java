package dev.hairpin.dns.message;

import java.util.Locale;
import java.util.Optional;

/**
 * The class of a record or of a question.
 *
 * @param code the number on the wire, 0 to 65535
 */
public record RecordClass(int code) {

  /** The Internet. */
  public static final RecordClass IN = new RecordClass(1);

  /** CHAOS, in which servers tell their version. */
  public static final RecordClass CH = new RecordClass(3);

  /** Hesiod. */
  public static final RecordClass HS = new RecordClass(4);

  /** Any class. */
  public static final RecordClass ANY = new RecordClass(255);

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it does not fit in 16 bits
   */
  public RecordClass {
    if (code < 0 || code > 0xffff) {
      throw new IllegalArgumentException("record class " + code + " is not within 0-65535");
    }
  }

  /**
   * Finds a class by name.
   *
   * @param name the name in any case, or {@code CLASS} with a number (RFC 3597)
   * @return the class, or nothing
   */
  public static Optional<RecordClass> byName(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return switch (upper) {
      case "IN" -> Optional.of(IN);
      case "CS" -> Optional.of(new RecordClass(2));
      case "CH" -> Optional.of(CH);
      case "HS" -> Optional.of(HS);
      case "NONE" -> Optional.of(new RecordClass(254));
      case "ANY" -> Optional.of(ANY);
      default -> Numbered.code(upper, "CLASS").map(RecordClass::new);
    };
  }

  /** The name, or {@code CLASS} with the number. {@link #byName} reads it back. */
  @Override
  public String toString() {
    return switch (code) {
      case 1 -> "IN";
      case 2 -> "CS";
      case 3 -> "CH";
      case 4 -> "HS";
      case 254 -> "NONE";
      case 255 -> "ANY";
      default -> "CLASS" + code;
    };
  }
}
