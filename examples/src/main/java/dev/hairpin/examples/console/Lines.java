package dev.hairpin.examples.console;

import dev.hairpin.render.Escape;
import java.util.List;

/**
 * Text that a command printed.
 *
 * @param list its lines
 */
public record Lines(List<String> list) {

  /** Copies the list, with what would steer a terminal shown as {@code \\x1b}. */
  public Lines {
    list = list.stream().map(Escape::terminal).toList();
  }

  static Lines of(Object text) {
    return new Lines(text.toString().lines().toList());
  }

  /**
   * The lines that contain a text, as {@code grep -F} finds them.
   *
   * @param part the text, to be found as it is
   * @return those lines
   */
  public Lines grep(String part) {
    return new Lines(list.stream().filter(line -> line.contains(part)).toList());
  }

  /** The lines, each with its line feed. */
  @Override
  public String toString() {
    return list.isEmpty() ? "" : String.join("\n", list) + "\n";
  }
}
