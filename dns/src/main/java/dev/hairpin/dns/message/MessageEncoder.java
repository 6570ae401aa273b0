package dev.hairpin.dns.message;

import com.google.common.io.BaseEncoding;
import dev.hairpin.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes messages as miekg/dns packs them.
 *
 * <p>Compression compares the spelling, letter case included. Owner names and the names in CNAME,
 * NS, PTR, SOA and MX may point to an earlier name; those in SRV, NAPTR and DNAME never do, but
 * later names may point into them. Only places within the first 16,384 octets are pointed to.
 */
final class MessageEncoder {
  private static final int POINTER_LIMIT = 1 << 14;
  private static final int POINTER = 0xc000;

  /** Where each name, and each tail of a name, was first written; null without compression. */
  private final @Nullable Map<NameTail, Integer> places;

  private byte[] out = new byte[128];
  private int at;

  MessageEncoder(boolean compressed) {
    this.places = compressed ? new HashMap<>() : null;
  }

  byte[] write(Message message) {
    if (places == null) {
      out = new byte[Math.min(RecordSizes.octets(message), Message.MAX_OCTETS + 1)];
    }
    head(message);
    message.answers().forEach(this::record);
    message.authorities().forEach(this::record);
    message.additionals().forEach(this::record);
    if (at > Message.MAX_OCTETS) {
      throw tooLong();
    }
    return at == out.length ? out : Arrays.copyOf(out, at);
  }

  private static IllegalArgumentException tooLong() {
    return new IllegalArgumentException("the message is longer than 65535 octets");
  }

  private void head(Message message) {
    uint16(message.id());
    uint16(message.flags());
    uint16(message.questions().size());
    uint16(message.answers().size());
    uint16(message.authorities().size());
    uint16(message.additionals().size());
    for (Question question : message.questions()) {
      name(question.name(), true);
      uint16(question.type().code());
      uint16(question.recordClass().code());
    }
  }

  Message.Fitted fit(Message message, int limit) {
    int room = limit;
    List<ResourceRecord> additionals = new ArrayList<>(message.additionals());
    @Nullable ResourceRecord opt = null;
    for (int i = additionals.size() - 1; i >= 0 && opt == null; i--) {
      if (additionals.get(i).type().equals(RecordType.OPT)) {
        opt = additionals.remove(i);
        room -= opt.name().octets() + 10 + optionOctets(opt);
      }
    }
    head(message);
    int answers = fill(message.answers(), room);
    int authorities = at < room ? fill(message.authorities(), room) : 0;
    int others = at < room ? fill(additionals, room) : 0;
    boolean cut = answers < message.answers().size()
        || authorities < message.authorities().size()
        || others < additionals.size();
    additionals.subList(others, additionals.size()).clear();
    if (opt != null) {
      additionals.add(opt);
    }
    Message fitted = message
        .withRecords(
            message.answers().subList(0, answers),
            message.authorities().subList(0, authorities),
            additionals)
        .with(Flag.TC, cut || message.has(Flag.TC));
    return new Message.Fitted(fitted, true);
  }

  private static int optionOctets(ResourceRecord opt) {
    return ((RecordData.Opt) opt.data())
        .options().stream().mapToInt(o -> o.hex().length() / 2 + 4).sum();
  }

  /** Writes records while they fit; when one does not, the rest of the room counts as used. */
  private int fill(List<ResourceRecord> records, int room) {
    int count = 0;
    for (ResourceRecord record : records) {
      record(record);
      if (at > room) {
        at = room;
        return count;
      }
      count++;
      if (at == room) {
        return count;
      }
    }
    return count;
  }

  private void record(ResourceRecord record) {
    name(record.name(), true);
    uint16(record.type().code());
    uint16(record.recordClass().code());
    uint32(record.ttl());
    int length = at;
    uint16(0);
    data(record.data());
    int octets = at - length - 2;
    if (octets > 0xffff) {
      throw tooLong();
    }
    out[length] = (byte) (octets >> 8);
    out[length + 1] = (byte) octets;
  }

  private void data(RecordData data) {
    if (data instanceof RecordData.A d) {
      uint32(d.address().low());
    } else if (data instanceof RecordData.Aaaa d) {
      aaaa(d.address());
    } else if (data instanceof RecordData.Ns d) {
      name(d.host(), true);
    } else if (data instanceof RecordData.Cname d) {
      name(d.target(), true);
    } else if (data instanceof RecordData.Dname d) {
      name(d.target(), false);
    } else if (data instanceof RecordData.Ptr d) {
      name(d.target(), true);
    } else if (data instanceof RecordData.Soa d) {
      soa(d);
    } else if (data instanceof RecordData.Mx d) {
      uint16(d.preference());
      name(d.exchange(), true);
    } else if (data instanceof RecordData.Srv d) {
      uint16(d.priority());
      uint16(d.weight());
      uint16(d.port());
      name(d.target(), false);
    } else if (data instanceof RecordData.Txt d) {
      d.strings().forEach(this::text);
    } else if (data instanceof RecordData.Hinfo d) {
      text(d.cpu());
      text(d.os());
    } else if (data instanceof RecordData.Naptr d) {
      naptr(d);
    } else if (data instanceof RecordData.Opt d) {
      options(d);
    } else if (data instanceof RecordData.Unknown d) {
      octets(BaseEncoding.base16().lowerCase().decode(d.hex()));
    }
  }

  private void aaaa(IpAddress address) {
    uint64(address.isV4() ? 0 : address.high());
    uint64(address.isV4() ? (0xffffL << 32) | address.low() : address.low());
  }

  private void soa(RecordData.Soa soa) {
    name(soa.primary(), true);
    name(soa.mailbox(), true);
    uint32(soa.serial());
    uint32(soa.refresh());
    uint32(soa.retry());
    uint32(soa.expire());
    uint32(soa.minimum());
  }

  private void naptr(RecordData.Naptr naptr) {
    uint16(naptr.order());
    uint16(naptr.preference());
    text(naptr.flags());
    text(naptr.service());
    text(naptr.regexp());
    name(naptr.replacement(), false);
  }

  private void options(RecordData.Opt opt) {
    for (EdnsOption option : opt.options()) {
      byte[] octets = option.octets();
      uint16(option.code());
      uint16(octets.length);
      octets(octets);
    }
  }

  private void text(String text) {
    room(1);
    out[at++] = (byte) text.length();
    octets(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void name(DnsName name, boolean mayPoint) {
    if (places == null || !pointed(name.wire(), mayPoint, places)) {
      octets(name.wire());
    }
  }

  /**
   * Writes a name with a pointer, if its tail was written before; else remembers its tails.
   *
   * @return whether it was written; false if it is still to be written in full
   */
  private boolean pointed(byte[] wire, boolean mayPoint, Map<NameTail, Integer> written) {
    for (int label = 0; wire[label] != 0; label += wire[label] + 1) {
      NameTail tail = new NameTail(wire, label);
      Integer place = written.get(tail);
      if (place != null && mayPoint) {
        room(label + 2);
        System.arraycopy(wire, 0, out, at, label);
        at += label;
        uint16(POINTER | place);
        return true;
      }
      if (place == null && at + label < POINTER_LIMIT) {
        written.put(tail, at + label);
      }
    }
    return false;
  }

  /** The end of a name, from one of its labels on; equal if spelled the same. */
  private static final class NameTail {
    private final byte[] wire;
    private final int from;
    private final int hash;

    NameTail(byte[] wire, int from) {
      this.wire = wire;
      this.from = from;
      int h = 1;
      for (int i = from; i < wire.length; i++) {
        h = 31 * h + wire[i];
      }
      this.hash = h;
    }

    @Override
    public boolean equals(@Nullable Object object) {
      return object instanceof NameTail other
          && hash == other.hash
          && Arrays.equals(wire, from, wire.length, other.wire, other.from, other.wire.length);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private void octets(byte[] octets) {
    room(octets.length);
    System.arraycopy(octets, 0, out, at, octets.length);
    at += octets.length;
  }

  private void uint16(int value) {
    room(2);
    out[at] = (byte) (value >> 8);
    out[at + 1] = (byte) value;
    at += 2;
  }

  private void uint32(long value) {
    room(4);
    for (int i = 0; i < 4; i++) {
      out[at + i] = (byte) (value >>> (24 - 8 * i));
    }
    at += 4;
  }

  private void uint64(long value) {
    uint32(value >>> 32);
    uint32(value & 0xffff_ffffL);
  }

  private void room(int more) {
    if (at + more > out.length) {
      if (at + more > 2 * Message.MAX_OCTETS) {
        throw tooLong();
      }
      out = Arrays.copyOf(out, Math.max(at + more, 2 * out.length));
    }
  }
}
