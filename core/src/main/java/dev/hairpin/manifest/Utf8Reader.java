package dev.hairpin.manifest;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Octets as characters. All that comes before invalid octets is read; then a
 * {@link CharConversionException} says at which offset they are. ({@link java.io.InputStreamReader}
 * says neither and loses what it had of its buffer.) Not thread-safe.
 */
final class Utf8Reader extends Reader {
  private static final int BUFFER = 1 << 16;

  private final InputStream source;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final ByteBuffer octets = ByteBuffer.allocate(BUFFER).limit(0);
  private final CharBuffer characters = CharBuffer.allocate(BUFFER).limit(0);
  private long offset;
  private boolean ended;

  Utf8Reader(InputStream source) {
    this.source = source;
  }

  @Override
  public int read(char[] into, int from, int length) throws IOException {
    if (!characters.hasRemaining() && !decode()) {
      return -1;
    }
    int count = Math.min(length, characters.remaining());
    characters.get(into, from, count);
    return count;
  }

  /** Decodes some more characters; false at the end. */
  private boolean decode() throws IOException {
    characters.clear();
    while (true) {
      int before = octets.position();
      CoderResult result = decoder.decode(octets, characters, ended);
      offset += octets.position() - before;
      if (characters.position() > 0) {
        characters.flip();
        return true;
      }
      if (result.isError()) {
        characters.limit(0);
        throw new CharConversionException("not UTF-8: invalid octets at offset " + offset);
      }
      if (ended) {
        characters.limit(0);
        return false;
      }
      octets.compact();
      int count = source.read(octets.array(), octets.position(), octets.remaining());
      ended = count < 0;
      octets.position(octets.position() + Math.max(count, 0)).flip();
    }
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
