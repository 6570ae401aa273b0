package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.ResourceRecord;

/** Changes a record of an answer, or the answer that has it. */
interface ResponseRule {

  /**
   * Changes a record.
   *
   * @param record a record of any section
   * @return what stands in its place
   */
  default ResourceRecord change(ResourceRecord record) {
    return record;
  }

  /**
   * Changes the whole answer. It is called if there is a record at all, as the original looks at
   * answers record by record.
   *
   * @param message the answer
   * @return what stands in its place
   */
  default Message change(Message message) {
    return message;
  }
}
