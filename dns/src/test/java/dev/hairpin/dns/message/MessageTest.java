package dev.hairpin.dns.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.BaseEncoding;
import dev.hairpin.net.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Section;

class MessageTest {

  /** CoreDNS 1.11.3 answering {@code ui.ui.svc.cluster.local. A}. */
  private static final String CLUSTER_IP =
      "0001850000010001000000000275690275690373766307636c7573746572"
          + "056c6f63616c00000100010275690275690373766307636c7573746572056c6f63616c000001000100000005"
          + "0004ac141f07";

  private static byte[] hex(String digits) {
    return BaseEncoding.base16().lowerCase().decode(digits);
  }

  @Test
  void aRecordedAnswerIsReadAndWrittenBackByteForByte() {
    Message answer = Message.decode(hex(CLUSTER_IP));

    assertThat(answer).hasToString("""
        ;; NOERROR, id: 1, flags: qr aa rd
        ;; QUESTION
        ;ui.ui.svc.cluster.local. IN A
        ;; ANSWER
        ui.ui.svc.cluster.local. 5 IN A 172.20.31.7""");
    assertThat(answer.encode()).isEqualTo(hex(CLUSTER_IP));
    assertThat(answer.octets()).isEqualTo(80);
  }

  @Test
  void addressesAreFilledInUpToTheLimitAndTruncationIsTold() {
    Message answer = answerWithAddresses("h120.big.svc.cluster.local.", 120);

    Message.Fitted fitted = answer.fit(512);
    assertThat(fitted.message().answers()).hasSize(29);
    assertThat(fitted.message().has(Flag.TC)).isTrue();
    assertThat(fitted.encode()).hasSize(508);
  }

  @Test
  void roomForTheOptRecordIsKeptFree() {
    Message answer =
        answerWithAddresses("h120.big.svc.cluster.local.", 120).withEdns(Edns.ofSize(1232));

    Message.Fitted fitted = answer.fit(1232);
    assertThat(fitted.message().answers()).hasSize(73);
    assertThat(fitted.message().edns()).contains(Edns.ofSize(1232));
    assertThat(fitted.encode()).hasSize(1223);
  }

  @Test
  void aMessageThatFitsIsNotCompressed() {
    Message.Fitted fitted = answerWithAddresses("h9.big.svc.cluster.local.", 9).fit(100);

    assertThat(fitted.compressed()).isFalse();
    assertThat(fitted.encode()).hasSize(12 + 30 + 9 * 40);
  }

  private static Message answerWithAddresses(String name, int count) {
    DnsName owner = DnsName.parse(name);
    List<ResourceRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(new ResourceRecord(
          owner, 30, RecordData.of(IpAddress.parse("10.244.1.0").plus(i))));
    }
    return Message.query(7, new Question(owner, RecordType.A))
        .reply(Rcode.NOERROR)
        .withRecords(records, List.of(), List.of());
  }

  @Test
  void aPointerThatLeadsToItselfIsRefused() {
    assertThatThrownBy(() -> Message.decode(hex("000100000001000000000000c00c00010001")))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("octet 12: too many pointers in a name");
  }

  @Test
  void aHeaderCutShortIsRefused() {
    assertThatThrownBy(() -> Message.decode(hex("00010000")))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("octet 4: a header has 12 octets, the message 4");
  }

  @Test
  void countsThatPromiseMoreThanThereIsAreForgiven() {
    byte[] octets = hex("000100000001ffffffffffff" + "03777777" + "00" + "00010001");

    assertThat(Message.decode(octets).questions())
        .containsExactly(Question.of("www.", RecordType.A));
  }

  @Property
  void randomOctetsAreAMessageOrAnError(@ForAll byte[] octets) {
    decodesOrFails(octets);
  }

  @Property
  void aDamagedAnswerIsAMessageOrAnError(
      @ForAll("messages") Message message, @ForAll int place, @ForAll byte value, @ForAll int cut) {
    byte[] octets = message.encode(true);
    octets[Math.floorMod(place, octets.length)] = value;
    decodesOrFails(octets);
    decodesOrFails(Arrays.copyOf(octets, Math.floorMod(cut, octets.length)));
  }

  private static void decodesOrFails(byte[] octets) {
    Message message;
    try {
      message = Message.decode(octets);
    } catch (MalformedMessageException expected) {
      assertThat(expected).hasMessageStartingWith("octet ");
      return;
    }
    assertThat(message.flags()).isEqualTo(((octets[2] & 0xff) << 8) | (octets[3] & 0xff));
  }

  @Property
  void everyMessageReadsBackFromBothForms(@ForAll("messages") Message message) {
    for (boolean compressed : new boolean[] {false, true}) {
      Message read = Message.decode(message.encode(compressed));
      assertThat(read).hasToString(message.toString());
      assertThat(read).isEqualTo(message);
    }
    assertThat(message.encode()).hasSize(message.octets());
  }

  @Property(tries = 300)
  void dnsjavaReadsTheSameRecordsFromBothForms(@ForAll("messages") Message message)
      throws IOException {
    org.xbill.DNS.Message plain = new org.xbill.DNS.Message(message.encode());
    org.xbill.DNS.Message compressed = new org.xbill.DNS.Message(message.encode(true));

    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL}) {
      assertThat(compressed.getSection(section)).isEqualTo(plain.getSection(section));
    }
    assertThat(plain.getSection(Section.ANSWER)).hasSameSizeAs(message.answers());
    for (int i = 0; i < message.answers().size(); i++) {
      ResourceRecord ours = message.answers().get(i);
      org.xbill.DNS.Record theirs = plain.getSection(Section.ANSWER).get(i);
      assertThat(theirs.getName()).hasToString(ours.name().toString());
      assertThat(theirs.getTTL()).isEqualTo(ours.ttl());
      if (ours.data() instanceof RecordData.Aaaa aaaa) {
        assertThat(((org.xbill.DNS.AAAARecord) theirs).getAddress())
            .isEqualTo(aaaa.address().toInetAddress());
      } else if (ours.data() instanceof RecordData.Txt txt) {
        assertThat(((org.xbill.DNS.TXTRecord) theirs).getStrings()).isEqualTo(txt.strings());
      } else {
        assertThat(theirs.rdataToString()).isEqualTo(ours.data().toString());
      }
    }
  }

  @Property
  void aFittedMessageIsWithinItsLimitAndSaysWhetherItIsWhole(
      @ForAll("messages") Message message, @ForAll short limit) {
    int most = Math.max(512, limit & 0xffff);
    Message.Fitted fitted = message.fit(most);

    assertThat(fitted.encode().length).isLessThanOrEqualTo(most);
    boolean whole = fitted.message().answers().size() == message.answers().size()
        && fitted.message().authorities().size() == message.authorities().size()
        && fitted.message().additionals().size() == message.additionals().size();
    assertThat(fitted.message().has(Flag.TC)).isEqualTo(!whole || message.has(Flag.TC));
  }

  @Provide
  Arbitrary<Message> messages() {
    Arbitrary<List<ResourceRecord>> records = records().list().ofMaxSize(25);
    return Combinators.combine(Arbitraries.integers().between(0, 0xffff), records, records, records)
        .as((id, answers, authorities, additionals) -> Message.query(
                id, new Question(DnsName.parse("web.shop.svc.cluster.local."), RecordType.A))
            .reply(Rcode.NOERROR)
            .withRecords(answers, authorities, additionals));
  }

  private static Arbitrary<ResourceRecord> records() {
    return Combinators.combine(names(), Arbitraries.longs().between(0, 0x7fff_ffffL), data())
        .as(ResourceRecord::new);
  }

  private static Arbitrary<DnsName> names() {
    Arbitrary<String> labels = Arbitraries.of("a", "Web", "web", "shop", "svc", "x-1", "_tcp");
    return Combinators.combine(
            labels.list().ofMaxSize(4), Arbitraries.of("", "cluster.local.", "Cluster.local."))
        .as((left, zone) -> {
          String name = left.isEmpty() ? zone : String.join(".", left) + "." + zone;
          return name.isEmpty() ? DnsName.ROOT : DnsName.parse(name);
        });
  }

  private static Arbitrary<RecordData> data() {
    Arbitrary<Integer> numbers = Arbitraries.integers().between(0, 0xffff);
    return Arbitraries.oneOf(
        Arbitraries.integers().map(IpAddress::v4).map(RecordData.A::new),
        Arbitraries.longs().map(low -> new RecordData.Aaaa(IpAddress.v6(0x2001_0db8L << 32, low))),
        names().map(RecordData.Cname::new),
        names().map(RecordData.Ns::new),
        names().map(RecordData.Ptr::new),
        names().map(RecordData.Dname::new),
        Combinators.combine(numbers, names()).as(RecordData.Mx::new),
        Combinators.combine(numbers, numbers, numbers, names()).as(RecordData.Srv::new),
        Combinators.combine(names(), names(), numbers)
            .as((m, r, n) -> new RecordData.Soa(m, r, n, 7200, 1800, 86_400, 30)),
        Arbitraries.strings()
            .ofMaxLength(20)
            .withCharRange('a', 'z')
            .map(s -> new RecordData.Txt(List.of(s))),
        Combinators.combine(numbers, names())
            .as((n, name) -> new RecordData.Naptr(n, n, "s", "SIP+D2U", "", name)));
  }
}
