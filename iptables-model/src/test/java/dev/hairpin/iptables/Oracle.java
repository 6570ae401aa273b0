package dev.hairpin.iptables;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Recorded input and output of the real programs. */
final class Oracle {
  private Oracle() {}

  static String read(String name) {
    try (InputStream in = Oracle.class.getResourceAsStream("/oracle/iptables-1.8.9/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no recording " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
