package dev.hairpin.lb.elb.cost;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A table with a date: lines of cells between commas, and {@code # as-of DATE}.
 *
 * @param asOf the date of the figures
 * @param rows the cells of each line
 */
record DataFile(String asOf, List<List<String>> rows) {
  private static final String AS_OF = "# as-of ";

  static DataFile read(String resource) {
    String text;
    try (InputStream in = DataFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String asOf = "";
    List<List<String>> rows = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith(AS_OF)) {
        asOf = line.substring(AS_OF.length());
      } else if (!line.startsWith("#") && !line.isBlank()) {
        rows.add(Splitter.on(',').splitToList(line));
      }
    }
    return new DataFile(asOf, List.copyOf(rows));
  }
}
