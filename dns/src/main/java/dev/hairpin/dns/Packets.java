package dev.hairpin.dns;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.MalformedMessageException;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides what becomes of octets that arrive: answered, refused by a header alone, or dropped.
 *
 * <p>Source: miekg/dns as CoreDNS uses it. Responses and what is shorter than a header are dropped;
 * messages without exactly one question, with too many records, or that cannot be read get FORMERR;
 * opcodes other than QUERY and NOTIFY get NOTIMP.
 */
final class Packets {
  private static final int HEADER = 12;
  private static final int NOTIFY = 4;

  private Packets() {}

  static Optional<byte[]> answer(byte[] packet, Function<Message, Optional<byte[]>> server) {
    if (packet.length < HEADER) {
      return Optional.empty();
    }
    int flags = uint16(packet, 2);
    if ((flags & Flag.QR.bit()) != 0) {
      return Optional.empty();
    }
    int opcode = (flags >> 11) & 0xf;
    if (opcode != 0 && opcode != NOTIFY) {
      return Optional.of(refusal(packet, flags, opcode, Rcode.NOTIMP));
    }
    boolean acceptable = uint16(packet, 4) == 1
        && uint16(packet, 6) <= 1
        && uint16(packet, 8) <= 1
        && uint16(packet, 10) <= 2;
    if (!acceptable) {
      return Optional.of(refusal(packet, flags, 0, Rcode.FORMERR));
    }
    Message query;
    try {
      query = Message.decode(packet);
    } catch (MalformedMessageException e) {
      return Optional.of(refusal(packet, flags, 0, Rcode.FORMERR));
    }
    return server.apply(query);
  }

  private static byte[] refusal(byte[] packet, int flags, int opcode, Rcode rcode) {
    int kept = flags & Message.bits(Flag.TC, Flag.RD, Flag.RA, Flag.AD, Flag.CD);
    int bits = kept | Flag.QR.bit() | (opcode << 11) | rcode.code();
    return new Message(uint16(packet, 0), bits, List.of(), List.of(), List.of(), List.of())
        .encode();
  }

  private static int uint16(byte[] octets, int at) {
    return ((octets[at] & 0xff) << 8) | (octets[at + 1] & 0xff);
  }
}
