package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.plugin.Query;
import java.util.List;
import java.util.Optional;

/** Changes a question. */
@FunctionalInterface
interface Rule {

  /**
   * Changes a question, if it is one that the rule is for.
   *
   * @param query the question
   * @return what is to be done to the answer; nothing if the rule is not for this question
   */
  Optional<List<ResponseRule>> apply(Query query);
}
