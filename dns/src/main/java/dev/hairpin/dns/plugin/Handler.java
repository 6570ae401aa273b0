package dev.hairpin.dns.plugin;

/** Answers a question, or lets the next one do it. */
@FunctionalInterface
public interface Handler {

  /**
   * Answers a question.
   *
   * @param query the question
   * @return the reply, or with which rcode none was written
   */
  Reply serve(Query query);
}
