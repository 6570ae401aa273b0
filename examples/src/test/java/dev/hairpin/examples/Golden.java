package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files with the output that was looked at and found right. They are written anew if the system
 * property {@code hairpin.golden.rewrite} is {@code true}.
 */
public final class Golden {
  private Golden() {}

  public static void assertEqualsFile(String actual, String name) {
    Path file = Path.of("src/test/resources/golden", name);
    try {
      if (Boolean.getBoolean("hairpin.golden.rewrite")) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, actual);
      }
      assertThat(actual).isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
