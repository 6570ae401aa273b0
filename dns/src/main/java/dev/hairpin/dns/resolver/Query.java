package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A question on its way from a resolver library to a name server.
 *
 * @param at when it is sent, counted from the beginning of the lookup
 * @param question the full name and what is asked for
 * @param server the name server
 * @param protocol UDP or TCP
 * @param sourcePort the port of the socket that it leaves from; equal ports of a lookup are one
 *     socket or one connection
 * @param id the message's identifier; a resent message keeps it
 * @param ednsSize the UDP size that an OPT record offers; empty without OPT
 * @param authenticData the header's AD bit
 * @param sameSegment whether it was written in one go with the question before it, so that the two
 *     travel in one TCP segment
 */
public record Query(
    Duration at,
    Question question,
    SocketAddress server,
    Protocol protocol,
    int sourcePort,
    int id,
    OptionalInt ednsSize,
    boolean authenticData,
    boolean sameSegment) {

  /**
   * The message that is sent.
   *
   * @return the question with RD, and AD and OPT as this says
   */
  public Message message() {
    Message plain = Message.query(id, question).with(Flag.AD, authenticData);
    return ednsSize.isPresent() ? plain.withEdns(Edns.ofSize(ednsSize.getAsInt())) : plain;
  }

  /** {@code api.example.com. AAAA to 10.96.0.10:53 by udp from port 32768}. */
  @Override
  public String toString() {
    return question.name()
        + " "
        + question.type()
        + " to "
        + server
        + " by "
        + protocol.lowerCase()
        + " from port "
        + sourcePort;
  }
}
