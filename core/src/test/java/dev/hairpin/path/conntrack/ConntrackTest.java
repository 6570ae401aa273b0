package dev.hairpin.path.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConntrackTest {
  private static final IpAddress CLIENT = IpAddress.parse("10.244.1.20");
  private static final IpAddress VIP = IpAddress.parse("10.96.0.10");
  private static final IpAddress POD = IpAddress.parse("10.244.2.10");

  private final Conntrack table = new Conntrack();
  private final SplittableRandom random = new SplittableRandom(1);
  private long now = 1_000_000;

  private static Tuple tcp(IpAddress from, int fromPort, IpAddress to, int toPort) {
    return new Tuple().set(Protocol.TCP, from, fromPort, to, toPort);
  }

  private static Tuple udp(IpAddress from, int fromPort, IpAddress to, int toPort) {
    return new Tuple().set(Protocol.UDP, from, fromPort, to, toPort);
  }

  private int open(int port) {
    int entry = table.track(tcp(CLIENT, port, VIP, 80), Segment.TCP_SYN, now);
    table.translate(entry, false, NatRange.to(POD, 8080), random::nextInt, now);
    table.translate(entry, true, null, random::nextInt, now);
    assertThat(table.confirm(entry, now)).isTrue();
    return entry;
  }

  private int packet(Tuple t, Segment segment) {
    return table.track(t, segment, now);
  }

  @Test
  void aHandshakeMakesAnAssuredConnectionOfFiveDays() {
    open(40_000);
    packet(tcp(POD, 8080, CLIENT, 40_000), Segment.TCP_SYN_ACK);
    packet(tcp(CLIENT, 40_000, VIP, 80), Segment.TCP_ACK);

    assertThat(table.list(now))
        .singleElement()
        .hasToString("tcp      6 432000 ESTABLISHED src=10.244.1.20 dst=10.96.0.10 sport=40000"
            + " dport=80 src=10.244.2.10 dst=10.244.1.20 sport=8080 dport=40000 [ASSURED] mark=0"
            + " use=1");
  }

  @Test
  void acksInEitherDirectionRenewAnEstablishedConnectionAndChangeNothingElse() {
    open(40_000);
    Tuple request = tcp(CLIENT, 40_000, VIP, 80);
    Tuple answer = tcp(POD, 8080, CLIENT, 40_000);
    packet(answer, Segment.TCP_SYN_ACK);
    packet(request, Segment.TCP_ACK);
    String fresh = table.list(now).toString();

    for (int i = 0; i < 3; i++) {
      now += 60_000;
      packet(request, Segment.TCP_ACK);
      assertThat(table.list(now)).hasToString(fresh);
      now += 60_000;
      packet(answer, Segment.TCP_ACK);
      packet(answer, Segment.TCP_ACK);
      assertThat(table.list(now)).hasToString(fresh);
    }
    packet(request, Segment.TCP_FIN);
    packet(answer, Segment.TCP_ACK);
    assertThat(table.list(now).get(0).state()).isEqualTo("CLOSE_WAIT");
  }

  @Test
  void aSynWithoutAnswerIsUnrepliedForTwoMinutes() {
    open(40_000);

    assertThat(table.list(now)).singleElement().satisfies(e -> {
      assertThat(e.toString()).contains(" 120 SYN_SENT ").contains("[UNREPLIED]");
    });
    now += 119_999;
    assertThat(table.size(now)).isEqualTo(1);
    now += 1;
    assertThat(table.size(now)).isZero();
  }

  @Test
  void aRepeatedSynDoesNotRenewTheTimeout() {
    open(40_000);
    now += 7000;
    packet(tcp(CLIENT, 40_000, VIP, 80), Segment.TCP_SYN);

    assertThat(table.list(now).get(0).secondsLeft()).isEqualTo(113);
  }

  @Test
  void closingInOrderLeadsToTimeWait() {
    closeInOrder();

    assertThat(table.list(now).get(0).state()).isEqualTo("TIME_WAIT");
    assertThat(table.list(now).get(0).secondsLeft()).isEqualTo(120);
  }

  private void closeInOrder() {
    open(40_000);
    packet(tcp(POD, 8080, CLIENT, 40_000), Segment.TCP_SYN_ACK);
    packet(tcp(CLIENT, 40_000, VIP, 80), Segment.TCP_ACK);
    packet(tcp(CLIENT, 40_000, VIP, 80), Segment.TCP_FIN);
    packet(tcp(POD, 8080, CLIENT, 40_000), Segment.TCP_FIN);
    packet(tcp(CLIENT, 40_000, VIP, 80), Segment.TCP_ACK);
  }

  @Test
  void aSynOnAClosedConnectionBeginsANewOneUnderNewRules() {
    closeInOrder();

    int again = packet(tcp(CLIENT, 40_000, VIP, 80), Segment.TCP_SYN);

    assertThat(table.confirmed(again)).isFalse();
    assertThat(table.natDone(again, false)).isFalse();
  }

  @Test
  void aRstAsTheOnlyAnswerRemovesTheConnectionButStillTranslatesItself() {
    open(40_000);

    int reset = packet(tcp(POD, 8080, CLIENT, 40_000), Segment.TCP_RST);

    assertThat(table.tuple(reset, false, new Tuple()).destination()).isEqualTo(VIP);
    table.discard(reset);
    assertThat(table.size(now)).isZero();
    assertThat(table.lookup(tcp(CLIENT, 40_000, VIP, 80), now)).isEqualTo(Conntrack.INVALID);
  }

  @Test
  void aSynAckCannotBeginAConnection() {
    assertThat(packet(tcp(POD, 8080, CLIENT, 40_000), Segment.TCP_SYN_ACK))
        .isEqualTo(Conntrack.INVALID);
  }

  @Test
  void udpIsAStreamOnceItIsAnsweredAfterTwoSeconds() {
    Tuple query = udp(CLIENT, 5000, VIP, 53);
    int entry = packet(query, Segment.UDP);
    table.translate(entry, false, NatRange.to(POD, 5353), random::nextInt, now);
    table.confirm(entry, now);
    Tuple answer = udp(POD, 5353, CLIENT, 5000);
    packet(answer, Segment.UDP);
    packet(query, Segment.UDP);
    assertThat(table.list(now).get(0).secondsLeft()).isEqualTo(30);
    assertThat(table.list(now).get(0).assured()).isFalse();

    now += 2300;
    packet(query, Segment.UDP);

    assertThat(table.list(now).get(0).secondsLeft()).isEqualTo(120);
    assertThat(table.list(now).get(0).assured()).isTrue();
  }

  @Test
  void masqueradeKeepsThePortUnlessItIsTaken() {
    IpAddress node = IpAddress.parse("192.168.10.2");
    int first = masquerade(CLIENT, 41_000, node);
    int second = masquerade(IpAddress.parse("10.244.1.21"), 41_000, node);

    assertThat(table.tuple(first, true, new Tuple()).destinationPort).isEqualTo(41_000);
    assertThat(table.tuple(second, true, new Tuple()).destinationPort)
        .isNotEqualTo(41_000)
        .isBetween(1024, 65_535);
  }

  @Test
  void aTakenLowPortIsReplacedByOneOfItsClass() {
    IpAddress node = IpAddress.parse("192.168.10.2");
    masquerade(CLIENT, 300, node);
    masquerade(CLIENT, 700, node);
    int low = masquerade(IpAddress.parse("10.244.1.21"), 300, node);
    int middle = masquerade(IpAddress.parse("10.244.1.21"), 700, node);

    assertThat(table.tuple(low, true, new Tuple()).destinationPort).isBetween(1, 511);
    assertThat(table.tuple(middle, true, new Tuple()).destinationPort).isBetween(600, 1023);
  }

  private int masquerade(IpAddress client, int port, IpAddress as) {
    int entry = packet(tcp(client, port, POD, 8080), Segment.TCP_SYN);
    table.translate(entry, false, null, random::nextInt, now);
    table.translate(entry, true, NatRange.to(as, false), random::nextInt, now);
    assertThat(table.confirm(entry, now)).isTrue();
    return entry;
  }

  @Test
  void towardsOneEndpointExactlyEveryPortIsUsedAndThenTheInsertFails() {
    IpAddress node = IpAddress.parse("192.168.10.2");
    int fitted = 0;
    int tries = 0;
    while (fitted < 64_512 && tries < 20_000_000) {
      int entry = packet(
          udp(IpAddress.v4(0x0a00_0000 + tries % 5_000_000), 2000 + tries / 5_000_000, POD, 53),
          Segment.UDP);
      table.translate(entry, false, null, random::nextInt, now);
      table.translate(entry, true, NatRange.to(node, true), random::nextInt, now);
      if (table.confirm(entry, now)) {
        fitted++;
      }
      tries++;
    }

    assertThat(fitted).isEqualTo(64_512);
    assertThat(table.size(now)).isEqualTo(64_512);
    assertThat(table.insertFailed()).isEqualTo(tries - 64_512);
  }

  @Test
  void aFullTableEvictsTheUnassuredAndDropsNewcomersWhenThereAreNone() {
    Conntrack small = new Conntrack(100, 0);
    for (int i = 0; i < 100; i++) {
      int e = small.track(tcp(CLIENT, 1000 + i, VIP, 80), Segment.TCP_SYN, now);
      small.confirm(e, now);
    }
    int evicting = small.track(tcp(CLIENT, 5000, VIP, 80), Segment.TCP_SYN, now);
    assertThat(evicting).isGreaterThanOrEqualTo(0);
    assertThat(small.earlyDropped()).isEqualTo(1);
    small.confirm(evicting, now);
    for (int i = 0; i < 5001; i++) {
      Tuple request = tcp(CLIENT, i, VIP, 80);
      if (small.lookup(request, now) >= 0) {
        small.track(tcp(VIP, 80, CLIENT, i), Segment.TCP_SYN_ACK, now);
        small.track(request, Segment.TCP_ACK, now);
      }
    }

    assertThat(small.track(tcp(CLIENT, 6000, VIP, 80), Segment.TCP_SYN, now))
        .isEqualTo(Conntrack.FULL);
    assertThat(small.dropped()).isEqualTo(1);
  }

  @Test
  void manyConnectionsComeAndGoAndTheIndexStaysRight() {
    for (int i = 0; i < 50_000; i++) {
      int e = table.track(tcp(IpAddress.v4(i), i & 0xffff, VIP, 80), Segment.TCP_SYN, now);
      table.confirm(e, now);
    }
    for (int i = 0; i < 50_000; i += 3) {
      table.kill(table.lookup(tcp(IpAddress.v4(i), i & 0xffff, VIP, 80), now));
    }
    for (int i = 0; i < 50_000; i++) {
      int found = table.lookup(tcp(VIP, 80, IpAddress.v4(i), i & 0xffff), now);
      assertThat(found >= 0).as("connection %d", i).isEqualTo(i % 3 != 0);
    }
    assertThat(table.size(now)).isEqualTo(33_333);
  }

  @Test
  void anIpv4ConnectionTakesAtMostEightyBytes() {
    Conntrack big = new Conntrack(2_000_000, 1_000_000);
    for (int i = 0; i < 1_000_000; i++) {
      int e = big.track(tcp(IpAddress.v4(i), 1000, VIP, 80), Segment.TCP_SYN, now);
      big.confirm(e, now);
    }

    assertThat(big.bytes() / 1_000_000).isLessThanOrEqualTo(80);
  }

  @Test
  void ipv6ConnectionsLieBesideIpv4Ones() {
    IpAddress pod = IpAddress.parse("fd00::2:10");
    int entry = packet(
        tcp(IpAddress.parse("fd00::1"), 40_000, IpAddress.parse("fd44::a"), 80), Segment.TCP_SYN);
    table.translate(entry, false, NatRange.to(pod, 8080), random::nextInt, now);
    table.confirm(entry, now);
    open(40_000);

    assertThat(table.lookup(tcp(pod, 8080, IpAddress.parse("fd00::1"), 40_000), now))
        .isEqualTo(entry | 1);
    assertThat(table.size(now)).isEqualTo(2);
  }
}
