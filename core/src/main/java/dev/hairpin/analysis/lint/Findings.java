package dev.hairpin.analysis.lint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that was found, the worst first, then by object.
 *
 * @param list the findings
 */
public record Findings(List<Finding> list) implements Iterable<Finding> {

  /** Sorts the findings and drops what is said twice. */
  public Findings {
    List<Finding> sorted = new ArrayList<>(list.stream().distinct().toList());
    sorted.sort(Comparator.comparing(Finding::severity, Comparator.reverseOrder())
        .thenComparing(Finding::object)
        .thenComparing(Finding::code)
        .thenComparing(Finding::field)
        .thenComparing(Finding::text));
    list = List.copyOf(sorted);
  }

  @Override
  public Iterator<Finding> iterator() {
    return list.iterator();
  }

  /**
   * The findings of one code.
   *
   * @param code the code
   * @return those with it
   */
  public List<Finding> of(String code) {
    return list.stream().filter(f -> f.code().equals(code)).toList();
  }

  /**
   * The findings that are at least so bad.
   *
   * @param severity the least severity
   * @return those
   */
  public Findings atLeast(Severity severity) {
    return new Findings(
        list.stream().filter(f -> f.severity().compareTo(severity) >= 0).toList());
  }

  /**
   * The codes that were found.
   *
   * @return the codes, each once, in the order of the findings
   */
  public List<String> codes() {
    return list.stream().map(Finding::code).distinct().toList();
  }

  /**
   * Whether nothing was found.
   *
   * @return true if there is no finding
   */
  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** The findings, and a last line that counts them. */
  @Override
  public String toString() {
    if (list.isEmpty()) {
      return "nothing found\n";
    }
    String counts = Stream.of(Severity.ERROR, Severity.WARNING, Severity.INFO)
        .map(s -> {
          long count = list.stream().filter(f -> f.severity() == s).count();
          return count + " " + s.name().toLowerCase(java.util.Locale.ROOT);
        })
        .collect(Collectors.joining(", "));
    return list.stream().map(f -> f + "\n").collect(Collectors.joining()) + counts + "\n";
  }
}
