package dev.hairpin.dns;

import dev.hairpin.dns.kubernetes.PlainAnswers;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.plugin.AnswerCache;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.UnwritableException;
import dev.hairpin.dns.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What listens on one port: finds the server block of a question, and finishes its answer.
 *
 * <p>Source: CoreDNS 1.11.3, {@code core/dnsserver} and {@code request}.
 */
final class Server {
  private static final String NAME = "server";

  /** Beyond these sizes a datagram would be cut into fragments, so that it is compressed. */
  private static final int V4_FRAGMENT = 1480;

  private static final int V6_FRAGMENT = 1220;

  private final Map<DnsName, List<Block>> blocks = new HashMap<>();
  private final Set<Integer> ednsOptions;
  private boolean answersChaos;
  private @Nullable PlainAnswers plain;
  private @Nullable AnswerCache cache;

  /** A server block: which questions of its zone it is for, and its chain. */
  private record Block(@Nullable View view, Handler chain) {
    boolean takes(Query query) {
      return view == null || view.takes(query);
    }
  }

  Server(Set<Integer> ednsOptions) {
    this.ednsOptions = ednsOptions;
  }

  /** Adds a block for the questions of a zone that its view takes; all of them without a view. */
  void add(DnsName zone, Handler chain, @Nullable View view) {
    blocks.computeIfAbsent(zone, z -> new ArrayList<>()).add(new Block(view, chain));
  }

  /**
   * Takes over what answers plain questions of a block, once all blocks are there: only if every
   * name of its zones is the block's.
   */
  void answerPlainly(PlainAnswers answers, Handler chain) {
    boolean own = answers.zones().stream()
        .allMatch(zone -> blockOf(zone) == chain
            && blocks.keySet().stream()
                .noneMatch(other -> other.isIn(zone) && only(other) != chain));
    if (own && plain == null) {
      plain = answers;
    }
  }

  /**
   * Takes over the cache of a block: only if there is no other block to which a name may belong.
   */
  void answerFrom(AnswerCache first, Handler chain) {
    if (blocks.size() == 1 && only(DnsName.ROOT) == chain) {
      cache = first;
    }
  }

  /** Whether all questions about a zone's names go to a chain. */
  boolean serves(DnsName zone, Handler chain) {
    return blockOf(zone) == chain;
  }

  @Nullable
  PlainAnswers plain() {
    return plain;
  }

  @Nullable
  AnswerCache cache() {
    return cache;
  }

  /** The chain of a zone that has one block and no view, or null. */
  private @Nullable Handler only(DnsName zone) {
    List<Block> all = blocks.getOrDefault(zone, List.of());
    return all.size() == 1 && all.get(0).view == null ? all.get(0).chain : null;
  }

  /** The chain that all questions about a name meet, or null if a view decides. */
  private @Nullable Handler blockOf(DnsName name) {
    for (int i = 0; i <= name.labelCount(); i++) {
      DnsName zone = name.withoutFirst(i);
      if (blocks.containsKey(zone)) {
        return only(zone);
      }
    }
    return null;
  }

  /** Lets questions of other classes than the Internet's through. */
  void answerChaos() {
    answersChaos = true;
  }

  /**
   * Answers a question.
   *
   * @return the answer as it fits, or null if there will be none
   */
  Message.@Nullable Fitted answer(Query query) {
    Message asked = query.message();
    if (asked.questions().isEmpty()) {
      return fitted(query, asked.reply(Rcode.SERVFAIL));
    }
    if (!answersChaos && !asked.question().recordClass().equals(RecordClass.IN)) {
      query.exchange().note(NAME, "REFUSED: class " + asked.question().recordClass());
      return fitted(query, asked.reply(Rcode.REFUSED));
    }
    Edns edns = query.edns();
    if (edns != null && edns.version() != 0) {
      query.exchange().note(NAME, "BADVERS: EDNS version " + edns.version());
      return new Message.Fitted(badVersion(asked), false);
    }
    Handler chain = chain(query);
    if (chain == null) {
      query.exchange().note(NAME, "REFUSED: no server block is for " + query.name());
      return fitted(query, asked.reply(Rcode.REFUSED));
    }
    Reply reply;
    try {
      reply = chain.serve(query);
    } catch (UnwritableException e) {
      query.exchange().note(NAME, "the answer cannot be written: " + e.getMessage());
      return null;
    }
    Message message = reply.message();
    if (message == null && reply.isLeftToServer()) {
      query.exchange().note(NAME, reply.rcode() + ": no plugin answered");
      message = query.message().reply(reply.rcode());
    }
    return message == null ? null : fitted(query, message);
  }

  /**
   * The block with the longest zone whose view takes the question; one for DS goes to the zone
   * above, if there is one.
   */
  private @Nullable Handler chain(Query query) {
    DnsName name = query.name();
    Handler below = null;
    for (int i = 0; i < name.labelCount(); i++) {
      Handler chain = chain(query, name.withoutFirst(i));
      if (chain != null) {
        if (!query.type().equals(DS)) {
          return chain;
        }
        below = chain;
      }
    }
    return below != null ? below : chain(query, DnsName.ROOT);
  }

  private @Nullable Handler chain(Query query, DnsName zone) {
    for (Block block : blocks.getOrDefault(zone, List.of())) {
      if (block.takes(query)) {
        return block.chain;
      }
    }
    return null;
  }

  private static final RecordType DS = new RecordType(43);

  private static Message badVersion(Message asked) {
    Message reply = asked.reply(Rcode.NOERROR);
    Edns edns = new Edns(0, Rcode.BADVERS.code() >> 4, 0, false, List.of());
    return new Message(reply.id(), reply.flags(), List.of(), List.of(), List.of(), List.of())
        .withEdns(edns);
  }

  /** Gives the reply its OPT record and makes it fit. */
  private Message.Fitted fitted(Query query, Message reply) {
    Message complete = withEdns(query, reply);
    boolean tcp = query.client().transport() == Transport.TCP;
    Edns edns = query.edns();
    int limit = tcp ? Message.MAX_OCTETS : edns == null ? Message.PLAIN_UDP_OCTETS : edns.udpSize();
    Message.Fitted fitted = complete.fit(limit);
    if (fitted.compressed() || tcp) {
      return fitted;
    }
    int fragment = query.client().address().address().isV4() ? V4_FRAGMENT : V6_FRAGMENT;
    return fitted.message().octets() > fragment
        ? new Message.Fitted(fitted.message(), true)
        : fitted;
  }

  private Message withEdns(Query query, Message reply) {
    Edns asked = query.edns();
    if (asked == null) {
      return reply;
    }
    Edns replied = reply.edns().orElse(null);
    boolean dnssecOk = asked.dnssecOk() || (replied != null && replied.dnssecOk());
    List<EdnsOption> options = replied != null ? replied.options() : supported(asked.options());
    return reply.withEdns(new Edns(asked.udpSize(), 0, 0, dnssecOk, options));
  }

  /** The options of a question that go into the reply. */
  private List<EdnsOption> supported(List<EdnsOption> options) {
    return options.stream()
        .filter(o -> switch (o.code()) {
          case EdnsOption.NSID,
              EdnsOption.EXPIRE,
              EdnsOption.COOKIE,
              EdnsOption.TCP_KEEPALIVE,
              EdnsOption.PADDING -> true;
          default -> ednsOptions.contains(o.code());
        })
        .toList();
  }
}
