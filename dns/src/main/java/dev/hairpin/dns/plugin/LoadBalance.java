package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.net.Cidr;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The plugin loadbalance: shuffles addresses, and mail exchangers, in every section of an answer.
 *
 * <p>Source: CoreDNS 1.11.3; its {@code round_robin} is a random shuffle. The option
 * {@code prefer}, since 1.12.4, puts addresses of some blocks first, in the order of the blocks.
 */
final class LoadBalance implements Plugin {
  private final List<Cidr> preferred;

  private LoadBalance(List<Cidr> preferred) {
    this.preferred = List.copyOf(preferred);
  }

  static LoadBalance setUp(Setup setup, Cursor cursor) {
    cursor.next();
    List<String> args = cursor.remainingArgs();
    List<Cidr> preferred = new ArrayList<>();
    if (!args.isEmpty() && args.get(0).equals("weighted")) {
      throw cursor.error(
          switch (args.size()) {
            case 1 -> "missing weight file argument";
            case 2 -> "policy weighted is not modelled";
            default -> "unexpected argument: " + args.get(2);
          });
    }
    if (!args.isEmpty() && !args.get(0).equals("round_robin")) {
      throw cursor.error("unknown policy: " + args.get(0));
    }
    if (args.size() > 1) {
      throw cursor.error("unknown property for round_robin: " + args.get(1));
    }
    while (cursor.nextBlock()) {
      if (!cursor.value().equals("prefer") || !setup.version().prefersAddresses()) {
        throw cursor.error("unknown property '" + cursor.value() + "'");
      }
      for (String block : cursor.remainingArgs()) {
        preferred.add(Cidr.tryParseMasked(block)
            .orElseThrow(() -> cursor.error("invalid CIDR address: " + block)));
      }
    }
    return new LoadBalance(preferred);
  }

  @Override
  public Handler before(Handler next) {
    return query -> isTransfer(query.type())
        ? next.serve(query)
        : next.serve(query).map(m -> balance(m, query.exchange().chooser()));
  }

  private static boolean isTransfer(RecordType type) {
    return type.equals(RecordType.AXFR) || type.equals(RecordType.IXFR);
  }

  private Message balance(Message message, Chooser chooser) {
    if (!message.rcode().equals(Rcode.NOERROR)) {
      return message;
    }
    return message.withRecords(
        shuffled(message.answers(), chooser),
        shuffled(message.authorities(), chooser),
        shuffled(message.additionals(), chooser));
  }

  private List<ResourceRecord> shuffled(List<ResourceRecord> records, Chooser chooser) {
    if (records.size() < 2) {
      return records;
    }
    List<ResourceRecord> aliases = new ArrayList<>();
    List<ResourceRecord> others = new ArrayList<>();
    List<ResourceRecord> addresses = new ArrayList<>();
    List<ResourceRecord> exchangers = new ArrayList<>();
    for (ResourceRecord record : records) {
      switch (record.type().code()) {
        case 5 -> aliases.add(record);
        case 1, 28 -> addresses.add(record);
        case 15 -> exchangers.add(record);
        default -> others.add(record);
      }
    }
    chooser.shuffle(addresses);
    chooser.shuffle(exchangers);
    if (!preferred.isEmpty()) {
      // A stable sort keeps the shuffled order within a block.
      addresses.sort(Comparator.comparingInt(this::rank));
    }
    aliases.addAll(others);
    aliases.addAll(addresses);
    aliases.addAll(exchangers);
    return aliases;
  }

  private int rank(ResourceRecord record) {
    for (int i = 0; i < preferred.size(); i++) {
      Cidr block = preferred.get(i);
      if ((record.data() instanceof RecordData.A a && block.contains(a.address()))
          || (record.data() instanceof RecordData.Aaaa q && block.contains(q.address()))) {
        return i;
      }
    }
    return preferred.size();
  }
}
