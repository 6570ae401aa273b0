package dev.hairpin.manifest;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/*
 * Judged while it is read, so that a hostile text is refused where it goes wrong, whatever follows. The
 * characters before that place are handed on first and the refusal comes with the next read: the
 * parser has then seen all that is right, and the error can name the field.
 *
 * A run is what lies between two blanks, line ends or quotes, or a comment. The parser moves all that it has of a
 * scalar or a comment for every buffer that it fills, which is cheap up to some megabytes and takes minutes at
 * fifty.
 */
/**
 * The characters of a manifest. Reading ends with a {@link Refusal} at what no YAML text may hold,
 * and at words, comments and values without end. Not thread-safe.
 */
final class ManifestText extends Reader {

  /** The longest run of characters; an object is stored in at most 1.5 MiB, etcd's limit. */
  static final int MAX_RUN = 2 << 20;

  /** How many characters may follow each other without a further value, comments included. */
  static final int MAX_VALUE = 16 << 20;

  /** The text cannot be read on. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    Refusal(int line, String problem) {
      super(problem);
      this.line = line;
    }

    /** The line, from 1. */
    int line() {
      return line;
    }

    /** What is wrong. */
    String problem() {
      return String.valueOf(getMessage());
    }
  }

  private static final byte ORDINARY = 0;
  private static final byte CONTROL = 1;
  private static final byte LINE_END = 2;
  private static final byte BLANK = 3;
  private static final byte QUOTE = 4;
  private static final byte BRACKET = 5;
  private static final byte HASH = 6;

  /** What the characters below 128 are. */
  private static final byte[] CLASSES = new byte[128];

  static {
    for (int c = 0; c < ' '; c++) {
      CLASSES[c] = CONTROL;
    }
    CLASSES[0x7f] = CONTROL;
    CLASSES['\r'] = ORDINARY;
    CLASSES['\n'] = LINE_END;
    CLASSES['\t'] = BLANK;
    CLASSES[' '] = BLANK;
    CLASSES['"'] = QUOTE;
    CLASSES['\''] = QUOTE;
    CLASSES['['] = BRACKET;
    CLASSES['{'] = BRACKET;
    CLASSES['#'] = HASH;
  }

  private final Reader source;
  private int line = 1;
  private long total;
  private int sinceValue;
  private int run;
  private boolean blankSoFar = true;
  private boolean comment;
  private char highSurrogate;
  private @Nullable Refusal refusal;

  /**
   * The characters of a source.
   *
   * @param source throws {@link CharConversionException} where its octets are no text
   */
  ManifestText(Reader source) {
    this.source = source;
  }

  /** Says that the parser has come to a further value. */
  void nextValue() {
    sinceValue = 0;
  }

  @Override
  public int read(char[] into, int from, int length) throws IOException {
    if (refusal == null) {
      int good = judged(into, from, fill(into, from, length));
      if (good != 0 || refusal == null) {
        return good;
      }
    }
    throw refusal;
  }

  private int fill(char[] into, int from, int length) throws IOException {
    if (total > Manifests.MAX_BYTES) {
      refuse("more than " + Manifests.MAX_BYTES + " characters");
    } else if (sinceValue > MAX_VALUE) {
      refuse("more than " + MAX_VALUE + " characters without a further value");
    }
    if (refusal != null) {
      return 0;
    }
    try {
      int count = source.read(into, from, length);
      total += Math.max(count, 0);
      sinceValue += Math.max(count, 0);
      return count;
    } catch (CharConversionException e) {
      refuse(String.valueOf(e.getMessage()));
      return 0;
    }
  }

  /** How many of the characters may be read; -1 at the end of the text. */
  private int judged(char[] text, int from, int count) {
    if (count < 0 && highSurrogate != 0) {
      refuse(notAllowed(highSurrogate));
      return 0;
    }
    for (int i = from; i < from + count; i++) {
      char c = text[i];
      byte kind = c < 128 ? CLASSES[c] : ORDINARY;
      char half = highSurrogate;
      if (kind == CONTROL || ((c >= 128 || half != 0) && !isAllowed(c))) {
        if (half != 0) {
          refuse(notAllowed(half));
          return Math.max(0, i - from - 1); // nor may the half be handed on
        }
        refuse(notAllowed(c));
      } else if (kind == LINE_END) {
        line++;
        run = 0;
        blankSoFar = true;
        comment = false;
      } else if (!comment && endsRun(kind)) {
        run = 0;
        blankSoFar &= kind == BLANK;
      } else {
        comment |= kind == HASH && blankSoFar;
        blankSoFar = false;
        if (++run > MAX_RUN) {
          refuse((comment ? "a comment" : "a word") + " of more than " + MAX_RUN + " characters");
        }
      }
      if (refusal != null) {
        return i - from;
      }
    }
    return count;
  }

  private boolean endsRun(byte kind) {
    return kind == BLANK || kind == QUOTE || (kind == BRACKET && run == 0);
  }

  /** YAML 1.2's printable characters, of those beyond ASCII or after the half of a pair. */
  private boolean isAllowed(char c) {
    boolean second = highSurrogate != 0;
    highSurrogate = 0;
    if (second || Character.isLowSurrogate(c)) {
      return second && Character.isLowSurrogate(c);
    }
    if (Character.isHighSurrogate(c)) {
      highSurrogate = c;
      return true;
    }
    return c == 0x85 || (c >= 0xa0 && c <= 0xfffd);
  }

  private static String notAllowed(char c) {
    return String.format(
        "not YAML: %scharacter U+%04X is not allowed",
        Character.isISOControl(c) ? "control " : "", (int) c);
  }

  private void refuse(String problem) {
    refusal = new Refusal(line, problem);
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
