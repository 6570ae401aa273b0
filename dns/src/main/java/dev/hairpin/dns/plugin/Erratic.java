package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.IpAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The plugin erratic: answers that come late, cut or not at all, to try clients with.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Every address is a fixed one; of each number of questions
 * the first is dropped, delayed or cut. Its example zone for transfers is not modelled.
 */
final class Erratic implements Plugin {
  private static final String NAME = "erratic";
  private static final int USUALLY = 2;
  private static final int LARGE = 30;
  private static final IpAddress V4 = IpAddress.parse("192.0.2.53");
  private static final IpAddress V6 = IpAddress.parse("2001:db8::53");

  private long drop;
  private long delay;
  private long truncate;
  private Duration duration = Duration.ofMillis(100);
  private boolean large;
  private long questions;

  private Erratic() {}

  static Erratic setUp(Cursor cursor) {
    Erratic plugin = new Erratic();
    boolean dropSaid = false;
    while (cursor.next()) {
      cursor.remainingArgs();
      while (cursor.nextBlock()) {
        String property = cursor.value();
        List<String> args = cursor.remainingArgs();
        if (args.size() > (property.equals("delay") ? 2 : property.equals("large") ? 0 : 1)) {
          throw cursor.argError();
        }
        long amount = args.isEmpty() ? USUALLY : amount(args.get(0), cursor);
        switch (property) {
          case "drop" -> {
            plugin.drop = amount;
            dropSaid = true;
          }
          case "truncate" -> plugin.truncate = amount;
          case "delay" -> {
            plugin.delay = amount;
            plugin.duration = args.size() < 2 ? plugin.duration : Durations.parse(args.get(1));
          }
          case "large" -> plugin.large = true;
          default -> throw cursor.error("unknown property '" + property + "'");
        }
      }
    }
    if (!dropSaid && plugin.delay == 0 && plugin.truncate == 0) {
      plugin.drop = USUALLY;
    }
    return plugin;
  }

  private static long amount(String text, Cursor cursor) {
    if (!text.matches("\\d{1,9}")) {
      throw cursor.error("illegal amount value given \"" + text + "\"");
    }
    return Long.parseLong(text);
  }

  @Override
  public Handler before(Handler next) {
    return this::serve;
  }

  private Reply serve(Query query) {
    long number = questions;
    questions += query.exchange().isRehearsal() ? 0 : 1;
    if (isTurn(drop, number)) {
      query.exchange().note(NAME, "drops every " + drop + " questions one");
      return Reply.NEVER;
    }
    if (isTurn(delay, number)) {
      query.exchange().spend(duration);
    }
    Optional<IpAddress> address = query.type().equals(RecordType.A)
        ? Optional.of(V4)
        : query.type().equals(RecordType.AAAA) ? Optional.of(V6) : Optional.empty();
    if (address.isEmpty()) {
      query.exchange().note(NAME, "has addresses only");
      return Reply.unwritten(Rcode.SERVFAIL);
    }
    ResourceRecord record = new ResourceRecord(query.name(), 0, RecordData.of(address.get()));
    int copies = large && address.get().isV4() ? LARGE : 1;
    Message reply = query
        .message()
        .reply(Rcode.NOERROR)
        .with(Flag.AA, true)
        .with(Flag.TC, isTurn(truncate, number))
        .withRecords(Collections.nCopies(copies, record), List.of(), List.of());
    query.exchange().note(NAME, "answers question " + number);
    return Reply.written(reply);
  }

  private static boolean isTurn(long every, long number) {
    return every > 0 && number % every == 0;
  }
}
