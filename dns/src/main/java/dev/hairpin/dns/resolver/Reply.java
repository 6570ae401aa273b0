package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A message from a server as far as resolver libraries look at it.
 *
 * @param code the response code
 * @param authoritative the header's AA bit
 * @param recursionAvailable the header's RA bit
 * @param truncated the header's TC bit
 * @param answers how many records the answer section has
 * @param addresses the addresses of its A and AAAA records, in order
 * @param additional whether there is any record in the additional section, OPT included
 */
record Reply(
    ReplyCode code,
    boolean authoritative,
    boolean recursionAvailable,
    boolean truncated,
    int answers,
    List<IpAddress> addresses,
    boolean additional) {

  static Reply of(Message message) {
    return new Reply(
        ReplyCode.of(message.rcode()),
        message.has(Flag.AA),
        message.has(Flag.RA),
        message.has(Flag.TC),
        message.answers().size(),
        addresses(message.answers()),
        !message.additionals().isEmpty());
  }

  private static List<IpAddress> addresses(List<ResourceRecord> records) {
    List<IpAddress> addresses = new ArrayList<>();
    for (ResourceRecord record : records) {
      if (record.data() instanceof RecordData.A a) {
        addresses.add(a.address());
      } else if (record.data() instanceof RecordData.Aaaa aaaa) {
        addresses.add(aaaa.address());
      }
    }
    return addresses;
  }

  boolean has(AddressType type) {
    return addresses.stream().anyMatch(a -> a.family() == type.family());
  }

  /**
   * Whether this is what glibc and Go take for a lame server's word: no error, no answer, neither
   * AA nor RA, and nothing in the additional section.
   */
  boolean lame() {
    return code == ReplyCode.NOERROR
        && answers == 0
        && !authoritative
        && !recursionAvailable
        && !additional;
  }
}
