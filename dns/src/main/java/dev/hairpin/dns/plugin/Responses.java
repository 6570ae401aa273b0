package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.List;

/** What kind of answer a message is, and whether it fits a question. */
final class Responses {
  private Responses() {}

  /** The kinds of answers that the cache tells apart. */
  enum Kind {
    /** There are records, or there is nothing to tell how long there will be none. */
    SUCCESS,
    /** There are no such records, and an SOA record says so. */
    NO_DATA,
    /** There is no such name, and an SOA record says so. */
    NO_NAME,
    /** Other servers are named. */
    DELEGATION,
    /** The server could not or would not answer. */
    SERVER_ERROR,
    /** Anything else: refused, badly formed, not found without SOA. */
    OTHER_ERROR,
    /** Transfers, notifications and updates. */
    META
  }

  static Kind kind(Message message) {
    int opcode = message.opcode();
    RecordType asked =
        message.questions().isEmpty() ? RecordType.A : message.question().type();
    if (opcode == 4
        || opcode == 5
        || asked.equals(RecordType.AXFR)
        || asked.equals(RecordType.IXFR)) {
      return Kind.META;
    }
    Rcode rcode = message.rcode();
    if (!message.answers().isEmpty() && rcode.equals(Rcode.NOERROR)) {
      return Kind.SUCCESS;
    }
    boolean soa = has(message.authorities(), RecordType.SOA);
    if (soa && rcode.equals(Rcode.NOERROR)) {
      return Kind.NO_DATA;
    }
    if (soa && rcode.equals(Rcode.NXDOMAIN)) {
      return Kind.NO_NAME;
    }
    if (rcode.equals(Rcode.SERVFAIL) || rcode.equals(Rcode.NOTIMP)) {
      return Kind.SERVER_ERROR;
    }
    if (!rcode.equals(Rcode.NOERROR)) {
      return Kind.OTHER_ERROR;
    }
    return has(message.authorities(), RecordType.NS) ? Kind.DELEGATION : Kind.SUCCESS;
  }

  private static boolean has(List<ResourceRecord> records, RecordType type) {
    return records.stream().anyMatch(r -> r.type().equals(type));
  }

  /** Whether a message is a response to a question; letter case does not matter. */
  static boolean fits(Query query, Message message) {
    if (message.questions().size() != 1 || !message.has(Flag.QR)) {
      return false;
    }
    Question answered = message.question();
    return answered.name().equals(query.name()) && answered.type().equals(query.type());
  }
}
