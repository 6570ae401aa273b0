package dev.hairpin.dns.corefile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;

/** Finds the files that a Corefile imports. */
@FunctionalInterface
public interface Imports {

  /**
   * Finds files.
   *
   * @param pattern the word behind {@code import}: a path, in which {@code *} stands for any part
   *     of a name
   * @return the files, sorted by name
   * @throws IllegalArgumentException if it is not to be found or not allowed, with the reason
   */
  List<Source> find(String pattern);

  /**
   * A file.
   *
   * @param name its name, for messages
   * @param text its contents
   */
  record Source(String name, String text) {}

  /**
   * No files at all; snippets can still be imported.
   *
   * @return the finder
   */
  static Imports none() {
    return pattern -> {
      throw new IllegalArgumentException("File to import not found: " + pattern);
    };
  }

  /**
   * The files below a folder, and no others.
   *
   * @param root the folder, to which patterns are relative
   * @return the finder
   */
  static Imports within(Path root) {
    Path top = root.toAbsolutePath().normalize();
    return pattern -> {
      Path wanted = top.resolve(pattern).normalize();
      if (!wanted.startsWith(top)) {
        throw new IllegalArgumentException("import of " + pattern + " leads out of its folder");
      }
      if (!pattern.contains("*")) {
        if (!Files.isRegularFile(wanted)) {
          throw new IllegalArgumentException("File to import not found: " + pattern);
        }
        return List.of(read(top, wanted));
      }
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + wanted);
      try (Stream<Path> files = Files.walk(top)) {
        return files
            .filter(matcher::matches)
            .filter(Files::isRegularFile)
            .sorted()
            .map(file -> read(top, file))
            .toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private static Source read(Path top, Path file) {
    try {
      return new Source(
          top.relativize(file).toString(), Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
