package dev.hairpin.dns.message;

import dev.hairpin.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads messages as miekg/dns unpacks them.
 *
 * <p>It is as lenient: a message may end after any section or before its last records, whatever the
 * counts in its header say, and octets after the last record are ignored. A name follows at most
 * 126 pointers and has at most 255 octets, so that no message takes more than a bounded time.
 */
final class MessageDecoder {

  /** As many pointers as a name of 255 octets can need: one for each label, at two octets each. */
  private static final int MAX_POINTERS = (DnsName.MAX_OCTETS + 1) / 2 - 2;

  private final byte[] in;
  private int at;

  MessageDecoder(byte[] octets) {
    this.in = octets;
  }

  Message message() {
    if (in.length < RecordSizes.HEADER) {
      throw new MalformedMessageException(
          in.length, "a header has 12 octets, the message " + in.length);
    }
    int id = uint16();
    int flags = uint16();
    int questionCount = uint16();
    int answerCount = uint16();
    int authorityCount = uint16();
    int additionalCount = uint16();
    List<Question> questions = new ArrayList<>(Math.min(questionCount, 4));
    for (int i = 0; i < questionCount && at < in.length; i++) {
      questions.add(question());
    }
    List<ResourceRecord> answers = records(answerCount);
    List<ResourceRecord> authorities = records(authorityCount);
    List<ResourceRecord> additionals = records(additionalCount);
    return new Message(id, flags, questions, answers, authorities, additionals);
  }

  private Question question() {
    DnsName name = name();
    RecordType type = type(at == in.length ? 0 : uint16());
    RecordClass recordClass = recordClass(at == in.length ? 0 : uint16());
    return new Question(name, type, recordClass);
  }

  /** The usual types without making new ones. */
  private static RecordType type(int code) {
    return switch (code) {
      case 1 -> RecordType.A;
      case 28 -> RecordType.AAAA;
      default -> new RecordType(code);
    };
  }

  private static RecordClass recordClass(int code) {
    return code == 1 ? RecordClass.IN : new RecordClass(code);
  }

  private List<ResourceRecord> records(int count) {
    if (count == 0 || at == in.length) {
      return List.of();
    }
    List<ResourceRecord> records = new ArrayList<>(Math.min(count, 16));
    for (int i = 0; i < count && at < in.length; i++) {
      records.add(record());
    }
    return records;
  }

  private ResourceRecord record() {
    DnsName name = name();
    RecordType type = type(uint16());
    RecordClass recordClass = recordClass(uint16());
    long ttl = uint32();
    int length = uint16();
    int end = at + length;
    if (end > in.length) {
      throw new MalformedMessageException(
          at, "data of " + length + " octets, of which " + (in.length - at) + " are there");
    }
    int start = at;
    RecordData data = data(type, end);
    if (at != end) {
      throw new MalformedMessageException(
          start, "data of " + type + " takes " + (at - start) + " octets, not " + length);
    }
    return new ResourceRecord(name, type, recordClass, ttl, data);
  }

  private RecordData data(RecordType type, int end) {
    if (at == end && type.code() == 41) {
      return new RecordData.Opt(List.of());
    }
    if (at == end) {
      // A record may be without data, as in dynamic updates.
      return new RecordData.Unknown(type, "");
    }
    return switch (type.code()) {
      case 1 -> new RecordData.A(IpAddress.ofBytes(take(4, end)));
      case 2 -> new RecordData.Ns(name());
      case 5 -> new RecordData.Cname(name());
      case 6 ->
        new RecordData.Soa(name(), name(), uint32(), uint32(), uint32(), uint32(), uint32());
      case 12 -> new RecordData.Ptr(name());
      case 13 -> new RecordData.Hinfo(text(end), text(end));
      case 15 -> new RecordData.Mx(uint16(), name());
      case 16 -> new RecordData.Txt(texts(end));
      case 28 -> new RecordData.Aaaa(IpAddress.ofBytes(take(16, end)));
      case 33 -> new RecordData.Srv(uint16(), uint16(), uint16(), name());
      case 35 -> new RecordData.Naptr(uint16(), uint16(), text(end), text(end), text(end), name());
      case 39 -> new RecordData.Dname(name());
      case 41 -> new RecordData.Opt(options(end));
      default ->
        new RecordData.Unknown(type, EdnsOption.of(0, take(end - at, end)).hex());
    };
  }

  private List<String> texts(int end) {
    List<String> texts = new ArrayList<>();
    while (at < end) {
      texts.add(text(end));
    }
    return texts;
  }

  private String text(int end) {
    int length = take(1, end)[0] & 0xff;
    return new String(take(length, end), StandardCharsets.ISO_8859_1);
  }

  private List<EdnsOption> options(int end) {
    List<EdnsOption> options = new ArrayList<>();
    while (at < end) {
      int code = uint16();
      int length = uint16();
      options.add(EdnsOption.of(code, take(length, end)));
    }
    return options;
  }

  private DnsName name() {
    byte[] wire = new byte[64];
    int size = 0;
    int pointers = 0;
    int from = at;
    int next = -1;
    while (true) {
      int length = octet(from);
      if (length == 0) {
        at = next < 0 ? from + 1 : next;
        return DnsName.ofWire(Arrays.copyOf(wire, size + 1));
      }
      if (length >= 0xc0) {
        int target = ((length & 0x3f) << 8) | octet(from + 1);
        if (next < 0) {
          next = from + 2;
        }
        if (++pointers > MAX_POINTERS) {
          throw new MalformedMessageException(from, "too many pointers in a name");
        }
        from = target;
        continue;
      }
      if (length > DnsName.MAX_LABEL_OCTETS) {
        throw new MalformedMessageException(from, "label type 0x" + Integer.toHexString(length));
      }
      if (size + length + 2 > DnsName.MAX_OCTETS) {
        throw new MalformedMessageException(from, "a name of more than 255 octets");
      }
      octet(from + length);
      if (size + length + 2 > wire.length) {
        wire = Arrays.copyOf(wire, DnsName.MAX_OCTETS);
      }
      System.arraycopy(in, from, wire, size, length + 1);
      size += length + 1;
      from += length + 1;
    }
  }

  private int octet(int index) {
    if (index >= in.length) {
      throw new MalformedMessageException(in.length, "the message ends within a name");
    }
    return in[index] & 0xff;
  }

  private byte[] take(int count, int end) {
    if (at + count > end) {
      throw new MalformedMessageException(
          at, count + " octets are wanted, " + (end - at) + " are left of the record's data");
    }
    at += count;
    return Arrays.copyOfRange(in, at - count, at);
  }

  private int uint16() {
    if (at + 2 > in.length) {
      throw new MalformedMessageException(at, "the message ends within a number");
    }
    int value = ((in[at] & 0xff) << 8) | (in[at + 1] & 0xff);
    at += 2;
    return value;
  }

  private long uint32() {
    long high = uint16();
    return (high << 16) | uint16();
  }
}
