package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * A table of questions and answers, a test for each row.
 *
 * <p>A row is {@code question | rcode | answers | authorities | additionals}; missing columns are
 * empty. A question is name, type, and what is unusual: {@code CH} for the class, {@code tcp},
 * {@code do}, {@code from ADDRESS}. Records stand between semicolons, as owner, time, type and
 * data; {@code @} is the name that was asked. Records of a section are compared without their
 * order. The serial number of an SOA record is written {@code #}. {@code nothing} in the place of
 * the rcode says that nothing is answered; flags that are compared stand behind the rcode with a
 * plus or minus.
 */
final class AnswerTable {
  private final CoreDnsServer server;
  private final Map<String, String> abbreviations;

  AnswerTable(CoreDnsServer server, Map<String, String> abbreviations) {
    this.server = server;
    this.abbreviations = Map.copyOf(abbreviations);
  }

  static Stream<DynamicTest> of(CoreDnsServer server, String rows) {
    return new AnswerTable(server, Map.of()).rows(rows);
  }

  Stream<DynamicTest> rows(String rows) {
    return rows.lines()
        .filter(row -> !row.isBlank())
        .map(row -> DynamicTest.dynamicTest(row, () -> check(row)));
  }

  private void check(String written) {
    String row = written;
    for (Map.Entry<String, String> abbreviation : abbreviations.entrySet()) {
      row = row.replace(abbreviation.getKey(), abbreviation.getValue());
    }
    List<String> columns = new ArrayList<>(List.of(row.split("\\|", -1)));
    while (columns.size() < 5) {
      columns.add("");
    }
    Answer answer = ask(columns.get(0).trim());
    String expected = columns.get(1).trim();
    if (expected.equals("nothing")) {
      assertThat(answer.message()).as("%s", answer.explain()).isEmpty();
      return;
    }
    Message message = answer.message().orElseThrow();
    String[] rcode = expected.split(" ", -1);
    assertThat(message.rcode()).as("%s", answer.explain()).hasToString(rcode[0]);
    for (int i = 1; i < rcode.length; i++) {
      String flag = rcode[i].substring(1);
      assertThat(message.flagList().toString().contains(flag))
          .as("%s in %s", flag, message.flagList())
          .isEqualTo(rcode[i].startsWith("+"));
    }
    assertThat(records(message, message.answers()))
        .as("answers: %s", answer.explain())
        .isEqualTo(sorted(columns.get(2)));
    assertThat(records(message, message.authorities()))
        .as("authorities")
        .isEqualTo(sorted(columns.get(3)));
    assertThat(records(message, message.additionals()))
        .as("additionals")
        .isEqualTo(sorted(columns.get(4)));
  }

  private Answer ask(String question) {
    List<String> words = List.of(question.split(" ", -1));
    RecordClass recordClass = words.contains("CH") ? RecordClass.CH : RecordClass.IN;
    Message query = Message.query(
        1,
        new Question(
            DnsName.parse(words.get(0)),
            RecordType.byName(words.get(1)).orElseThrow(),
            recordClass));
    if (words.contains("do")) {
      query = query.withEdns(Edns.ofSize(4096).withDnssecOk(true));
    }
    int from = words.indexOf("from");
    IpAddress address = IpAddress.parse(from < 0 ? "10.240.0.1" : words.get(from + 1));
    Client client = new Client(
        new SocketAddress(address, 40_212),
        SocketAddress.parse("127.0.0.1:53"),
        words.contains("tcp") ? Transport.TCP : Transport.UDP);
    return server.answer(query, client);
  }

  private static List<String> sorted(String column) {
    return Stream.of(column.split(";", -1))
        .map(String::trim)
        .filter(record -> !record.isEmpty())
        .sorted()
        .toList();
  }

  private static List<String> records(Message message, List<ResourceRecord> records) {
    return records.stream()
        .filter(record -> !record.type().equals(RecordType.OPT))
        .map(record -> print(message, record))
        .sorted()
        .collect(Collectors.toList());
  }

  private static String print(Message message, ResourceRecord record) {
    boolean asked = record.name().isSpelledLike(message.question().name());
    String data = record.data() instanceof RecordData.Soa soa
        ? soa.toString().replaceFirst(" " + soa.serial() + " ", " # ")
        : record.data().toString();
    return (asked ? "@" : record.name()) + " " + record.ttl() + " " + record.type() + " " + data;
  }
}
