package dev.hairpin.dns.kubernetes;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes SRV records, with the addresses of their targets. */
final class ServiceRecords {
  private ServiceRecords() {}

  /**
   * Adds an SRV record for each different target and port, and an address for each different target
   * and address. Weights share 100 among all that was found, before what is equal falls together.
   *
   * @param name the owner
   * @param found what was found; no aliases
   * @param ttl the time of the SRV records, in seconds
   * @param addressTtl the time of the addresses, in seconds
   * @param answers where SRV records go
   * @param additionals where addresses go
   */
  static void add(
      DnsName name,
      List<KubeRecord> found,
      long ttl,
      long addressTtl,
      List<ResourceRecord> answers,
      List<ResourceRecord> additionals) {
    int weight = weight(found.size());
    Set<String> seen = new HashSet<>();
    for (KubeRecord record : found) {
      if (record.port() == -1) {
        continue;
      }
      DnsName target = Names.of(record.target());
      if (seen.add(record.target() + " " + record.port())) {
        answers.add(
            new ResourceRecord(name, ttl, new RecordData.Srv(0, weight, record.port(), target)));
      }
      if (seen.add(record.target() + " of " + record.host())) {
        additionals.add(new ResourceRecord(
            target, addressTtl, RecordData.of(record.address().orElseThrow())));
      }
    }
  }

  /** As the original computes it, in floating point. */
  static int weight(int count) {
    return Math.max(1, (int) Math.floor(100.0 / (100.0 * count) * 100));
  }
}
