package dev.hairpin.dns.message;

import java.util.List;

/** How many octets messages and records take without compression. */
final class RecordSizes {

  /** Id, flags and the four counts. */
  static final int HEADER = 12;

  private RecordSizes() {}

  static int octets(Message message) {
    int size = HEADER;
    List<Question> questions = message.questions();
    for (int i = 0; i < questions.size(); i++) {
      size += questions.get(i).name().octets() + 4;
    }
    return size
        + octets(message.answers())
        + octets(message.authorities())
        + octets(message.additionals());
  }

  private static int octets(List<ResourceRecord> records) {
    int size = 0;
    for (int i = 0; i < records.size(); i++) {
      ResourceRecord r = records.get(i);
      size += r.name().octets() + 10 + octets(r.data());
    }
    return size;
  }

  private static int octets(RecordData data) {
    if (data instanceof RecordData.A) {
      return 4;
    } else if (data instanceof RecordData.Aaaa) {
      return 16;
    } else if (data instanceof RecordData.Ns d) {
      return d.host().octets();
    } else if (data instanceof RecordData.Cname d) {
      return d.target().octets();
    } else if (data instanceof RecordData.Dname d) {
      return d.target().octets();
    } else if (data instanceof RecordData.Ptr d) {
      return d.target().octets();
    } else if (data instanceof RecordData.Soa d) {
      return d.primary().octets() + d.mailbox().octets() + 20;
    } else if (data instanceof RecordData.Mx d) {
      return 2 + d.exchange().octets();
    } else if (data instanceof RecordData.Srv d) {
      return 6 + d.target().octets();
    } else if (data instanceof RecordData.Txt d) {
      return d.strings().stream().mapToInt(s -> s.length() + 1).sum();
    } else if (data instanceof RecordData.Hinfo d) {
      return d.cpu().length() + d.os().length() + 2;
    } else if (data instanceof RecordData.Naptr d) {
      return 7
          + d.flags().length()
          + d.service().length()
          + d.regexp().length()
          + d.replacement().octets();
    } else if (data instanceof RecordData.Opt d) {
      return d.options().stream().mapToInt(o -> o.hex().length() / 2 + 4).sum();
    } else if (data instanceof RecordData.Unknown d) {
      return d.hex().length() / 2;
    }
    throw new AssertionError("sealed");
  }
}
