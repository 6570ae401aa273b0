package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.ResourceRecord;
import java.util.List;
import java.util.Optional;

/** A plugin whose zones can be transferred as a whole. */
@FunctionalInterface
public interface Transferable {

  /**
   * The records of a zone.
   *
   * @param query the question for the zone
   * @return its records, the SOA record first and last; nothing if the plugin has no such zone
   */
  Optional<List<ResourceRecord>> records(Query query);
}
