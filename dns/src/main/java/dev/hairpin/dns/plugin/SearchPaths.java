package dev.hairpin.dns.plugin;

import java.util.List;
import java.util.Optional;

/** Knows the search list of the one who asks. */
@FunctionalInterface
public interface SearchPaths {

  /**
   * Finds a search list.
   *
   * @param query the question
   * @return the list, first element first, with the empty text last; or nothing if it is not known
   */
  Optional<List<String>> of(Query query);
}
