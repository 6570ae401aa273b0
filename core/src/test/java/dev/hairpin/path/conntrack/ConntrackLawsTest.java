package dev.hairpin.path.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The flat table against maps of objects that do the same slowly. */
class ConntrackLawsTest {

  /** What the naive table keeps of a connection. */
  private record Known(Tuple original, Tuple reply, long over) {}

  @Property(tries = 200)
  void theTableFindsExactlyWhatAMapOfObjectsFinds(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 2000) int operations) {
    SplittableRandom random = new SplittableRandom(seed);
    Conntrack table = new Conntrack(0, 0);
    Map<String, Known> naive = new HashMap<>();
    List<String> names = new ArrayList<>();
    long now = 1_700_000_000_000L;
    for (int i = 0; i < operations; i++) {
      now += random.nextInt(4) == 0 ? random.nextInt(20_000) : 0;
      long time = now;
      naive.values().removeIf(k -> k.over <= time);
      Tuple t = randomTuple(random);
      if (random.nextInt(3) > 0) {
        open(table, naive, names, t, random, now);
      } else if (!names.isEmpty()) {
        close(table, naive, names.remove(random.nextInt(names.size())), now);
      }
      assertThat(table.lookup(t, now) >= 0).isEqualTo(find(naive, t));
    }
    assertThat(table.size(now)).isEqualTo(naive.size());
    for (Known k : naive.values()) {
      int handle = table.lookup(k.original, now);
      assertThat(table.lookup(k.reply, now)).isEqualTo(handle | 1);
      assertThat(print(table.tuple(handle, true, new Tuple()))).isEqualTo(print(k.reply));
      assertThat(table.entry(handle, now).secondsLeft()).isEqualTo((k.over - now) / 1000);
    }
  }

  private static void open(
      Conntrack table,
      Map<String, Known> naive,
      List<String> names,
      Tuple t,
      SplittableRandom random,
      long now) {
    if (find(naive, t)) {
      return;
    }
    boolean udp = t.protocol == 17;
    int handle = table.track(t, udp ? Segment.UDP : Segment.TCP_SYN, now);
    IpAddress pod = t.v6
        ? IpAddress.v6(0xfd00L << 48, 1 + random.nextInt(3))
        : IpAddress.v4(0x0af4_0000 + random.nextInt(3));
    table.translate(handle, false, NatRange.to(pod, 8080), random::nextInt, now);
    table.translate(handle, true, null, random::nextInt, now);
    assertThat(table.confirm(handle, now)).isTrue();
    Tuple original = table.tuple(handle, false, new Tuple());
    Tuple reply = table.tuple(handle, true, new Tuple());
    naive.put(print(original), new Known(original, reply, now + (udp ? 30_000 : 120_000)));
    names.add(print(original));
  }

  private static void close(Conntrack table, Map<String, Known> naive, String name, long now) {
    Known k = naive.remove(name);
    if (k != null) {
      table.kill(table.lookup(k.reply, now));
    }
  }

  private static boolean find(Map<String, Known> naive, Tuple t) {
    String wanted = print(t);
    return naive.containsKey(wanted)
        || naive.values().stream().anyMatch(k -> print(k.reply).equals(wanted));
  }

  /** More connections of one end than a line of the index holds, of callers and of servers. */
  @Property(tries = 200)
  void manyConnectionsOfFewEndsAreFoundUntilTheyAreGone(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 600) int operations) {
    SplittableRandom random = new SplittableRandom(seed);
    Conntrack table = new Conntrack(
        0,
        random.nextBoolean() ? 0 : 100,
        random.nextBoolean() ? List.of() : List.of(IpAddress.v4(0xc0a8_0001)));
    long now = 1_700_000_000_000L;
    List<Integer> live = new ArrayList<>();
    List<Tuple> gone = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      if (live.isEmpty() || random.nextInt(5) > 0) {
        int handle = table.track(tupleOfFewEnds(random), Segment.TCP_SYN, now);
        if (!table.confirmed(handle) && translatedAndConfirmed(table, handle, random, now)) {
          live.add(handle);
        }
      } else {
        int at = random.nextInt(live.size());
        int handle = live.get(at);
        live.subList(at, at + 1).clear();
        Tuple packet = table.tuple(handle, random.nextBoolean(), new Tuple());
        table.kill(random.nextBoolean() ? handle : table.lookup(packet, now));
        gone.add(packet);
        assertThat(table.lookup(packet, now)).isEqualTo(Conntrack.INVALID);
      }
    }
    assertThat(table.size(now)).isEqualTo(live.size());
    for (int handle : live) {
      Tuple original = table.tuple(handle, false, new Tuple());
      Tuple reply = table.tuple(handle, true, new Tuple());
      assertThat(table.lookup(original, now)).isEqualTo(handle);
      assertThat(table.lookup(reply, now)).isEqualTo(handle | 1);
    }
    for (int handle : live) {
      Tuple reply = table.tuple(handle, true, new Tuple());
      table.kill(handle);
      assertThat(table.lookup(reply, now)).isEqualTo(Conntrack.INVALID);
    }
    assertThat(gone).allMatch(t -> table.lookup(t, now) == Conntrack.INVALID);
    assertThat(table.size(now)).isZero();
  }

  private static boolean translatedAndConfirmed(
      Conntrack table, int handle, SplittableRandom random, long now) {
    boolean isV4 = table.tuple(handle, false, new Tuple()).source().isV4();
    int last = random.nextInt(3);
    IpAddress pod = isV4 ? IpAddress.v4(0x0af4_0000 + last) : IpAddress.v6(0xfd00L << 48, last);
    IpAddress node = isV4 ? IpAddress.v4(0xc0a8_0001) : IpAddress.v6(0xfd03L << 48, 1);
    table.translate(
        handle, false, random.nextBoolean() ? null : NatRange.to(pod, 8080), random::nextInt, now);
    table.translate(
        handle, true, random.nextInt(3) > 0 ? null : NatRange.to(node, true), random::nextInt, now);
    return table.confirm(handle, now);
  }

  private static Tuple tupleOfFewEnds(SplittableRandom random) {
    int few = random.nextInt(2);
    int many = random.nextInt(1000);
    int[] ports = {80, 8080, 20_000, 30_080, 40_000};
    int port = ports[random.nextInt(ports.length)];
    boolean isServer = random.nextBoolean();
    IpAddress caller = random.nextBoolean()
        ? IpAddress.v4(0x0a00_0000 + (isServer ? many : few))
        : IpAddress.v6(0xfd01L << 48, isServer ? many : few);
    int server = isServer ? few : many;
    IpAddress callee =
        caller.isV4() ? IpAddress.v4(0x0a60_0000 + server) : IpAddress.v6(0xfd02L << 48, server);
    return new Tuple().set(Protocol.TCP, caller, 35_000, callee, port);
  }

  /** Few different ones, so that tuples meet; both families and both protocols. */
  private static Tuple randomTuple(SplittableRandom random) {
    Protocol protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
    int client = random.nextInt(4);
    int port = 1024 + random.nextInt(60);
    return random.nextBoolean()
        ? new Tuple()
            .set(protocol, IpAddress.v4(0x0a00_0000 + client), port, IpAddress.v4(0x0a60_000a), 80)
        : new Tuple()
            .set(
                protocol,
                IpAddress.v6(0xfd01L << 48, client),
                port,
                IpAddress.v6(0xfd02L << 48, 10),
                80);
  }

  private static String print(Tuple t) {
    return t.protocol
        + " " + t.source() + " " + t.sourcePort
        + " " + t.destination() + " " + t.destinationPort;
  }

  @Property(tries = 200)
  void packetsThatAreLookedUpTogetherEndAsOneAfterTheOther(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 200) int packets,
      @ForAll @IntRange(min = 1, max = 50) int together) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] ofAll = {6, 17, 1};
    Segment[] segments = {Segment.TCP_SYN, Segment.TCP_SYN_ACK, Segment.TCP_ACK, Segment.TCP_RST};
    Conntrack one = new Conntrack(64, 0);
    Conntrack batches = new Conntrack(64, 0);
    PacketBatch batch = new PacketBatch(together);
    long now = 1_700_000_000_000L;
    for (int first = 0; first < packets; first += together) {
      int size = Math.min(together, packets - first);
      for (int i = 0; i < size; i++) {
        int protocol = ofAll[random.nextInt(3)];
        int ports =
            protocol == 1 ? (7 << 16) | (random.nextBoolean() ? 8 << 8 : 0) : (1024 << 16) | 1026;
        boolean back = random.nextInt(3) == 0;
        batch.set(
            i,
            protocol,
            back ? 0x0af4_0000 : 0x0a00_0000 + random.nextInt(9),
            back ? 0x0a00_0000 + random.nextInt(9) : 0x0a60_000a,
            ports + (protocol == 1 ? 0 : random.nextInt(3)));
      }
      batches.lookAhead(batch, 0, size);
      for (int i = 0; i < size; i++) {
        now += random.nextInt(3) == 0 ? random.nextInt(40_000) : 0;
        Tuple t = new Tuple();
        t.protocol = (int) (batch.ports[i] >>> 32);
        t.sourceLow = batch.addresses[i] >>> 32;
        t.destinationLow = batch.addresses[i] & 0xffff_ffffL;
        t.sourcePort = (int) batch.ports[i] >>> 16;
        t.destinationPort = (int) batch.ports[i] & 0xffff;
        Segment segment = t.protocol == 6
            ? segments[random.nextInt(4)]
            : t.protocol == 17 ? Segment.UDP : Segment.ICMP;
        int handle = one.track(t, segment, now);
        assertThat(batches.track(batch, i, segment, now)).isEqualTo(handle);
        long choices = random.nextLong();
        assertThat(goOn(batches, handle, choices, now)).isEqualTo(goOn(one, handle, choices, now));
      }
      assertThat(batches.list(now)).isEqualTo(one.list(now));
    }
    assertThat(batches.earlyDropped()).isEqualTo(one.earlyDropped());
    assertThat(batches.insertFailed()).isEqualTo(one.insertFailed());
  }

  /** Brings a new connection into the table, translated in one of several ways, or drops it. */
  private static boolean goOn(Conntrack table, int handle, long choices, long now) {
    if (handle < 0 || table.confirmed(handle)) {
      return false;
    }
    SplittableRandom random = new SplittableRandom(choices);
    switch (random.nextInt(4)) {
      case 0 -> table.translateDestination(handle, 0, 0x0af4_0000, 0);
      case 1 ->
        table.translate(
            handle, false, NatRange.to(IpAddress.v4(0x0af4_0000), 0), random::nextInt, now);
      case 2 -> {
        table.discard(handle);
        return false;
      }
      default -> table.translate(handle, false, null, random::nextInt, now);
    }
    NatRange node = random.nextBoolean() ? null : NatRange.to(IpAddress.v4(0x0a00_0001), true);
    table.translate(handle, true, node, random::nextInt, now);
    return table.confirm(handle, now);
  }

  /** In every state that a connection can be in, and again when the table forgets it. */
  @Property(tries = 500)
  void anEndInOneStepIsThatOfThreeSegments(
      @ForAll long seed, @ForAll @IntRange(max = 8) int segments) {
    SplittableRandom random = new SplittableRandom(seed);
    Segment[] kinds = {
      Segment.TCP_SYN,
      Segment.TCP_SYN_ACK,
      Segment.TCP_ACK,
      Segment.TCP_FIN,
      Segment.TCP_RST,
      Segment.TCP_OUT_OF_WINDOW
    };
    long now = 1_700_000_000_000L;
    Conntrack whole = new Conntrack(0, 0);
    whole.timeout(Timeout.TCP_TIME_WAIT, random.nextInt(1, 200));
    whole.timeout(Timeout.TCP_ESTABLISHED, random.nextInt(1, 200));
    Segment first = random.nextBoolean() ? Segment.TCP_SYN : Segment.TCP_ACK;
    Tuple packet = randomTuple(random);
    packet.protocol = 6;
    int handle = whole.track(packet, first, now);
    whole.translate(handle, true, null, random::nextInt, now);
    assertThat(whole.confirm(handle, now)).isTrue();
    if (random.nextBoolean()) {
      whole.advance(handle | 1, Segment.TCP_SYN_ACK, now);
      whole.advance(handle, Segment.TCP_ACK, now);
    }
    for (int i = 0; i < segments && whole.confirmed(handle); i++) {
      whole.advance(handle | random.nextInt(2), kinds[random.nextInt(kinds.length)], now);
    }
    if (!whole.confirmed(handle)) {
      return;
    }
    Conntrack steps = whole.copy();
    whole.finish(handle, now);
    steps.advance(handle, Segment.TCP_FIN, now);
    steps.advance(handle | 1, Segment.TCP_FIN, now);
    steps.advance(handle, Segment.TCP_ACK, now);
    while (steps.size(now) > 0) {
      assertThat(whole.list(now)).isEqualTo(steps.list(now));
      now += random.nextInt(1, 3_600_000);
    }
    assertThat(whole.size(now)).isZero();
  }

  @Test
  void entriesGoWithoutBeingLookedFor() {
    Conntrack table = new Conntrack(0, 0);
    long start = 1_700_000_000_000L;
    for (int i = 0; i < 10_000; i++) {
      begin(table, i, start + i * 10L);
    }
    for (int second = 0; second <= 230; second += 7) {
      long now = start + second * 1000L;
      int expected = 0;
      for (int i = 0; i < 10_000; i++) {
        expected += i * 10L + 120_000 > second * 1000L ? 1 : 0;
      }
      assertThat(table.size(now)).isEqualTo(expected);
    }
  }

  @Test
  void aPacketRenewsAndAResetShortensWhatTheWheelKnows() {
    Conntrack table = new Conntrack(0, 0);
    long now = 1_700_000_000_000L;
    int renewed = begin(table, 1, now);
    int reset = begin(table, 2, now);
    for (int handle : new int[] {renewed, reset}) {
      table.track(table.tuple(handle, true, new Tuple()), Segment.TCP_SYN_ACK, now);
      table.track(table.tuple(handle, false, new Tuple()), Segment.TCP_ACK, now);
    }
    table.track(table.tuple(reset, false, new Tuple()), Segment.TCP_RST, now);

    assertThat(table.size(now + 9_999)).isEqualTo(2);
    assertThat(table.size(now + 10_000)).isEqualTo(1);
    assertThat(table.size(now + 431_999_000L)).isEqualTo(1);
    assertThat(table.size(now + 432_000_000L)).isZero();
  }

  @Test
  void aYearOfSilenceEndsEveryConnection() {
    Conntrack table = new Conntrack(0, 0);
    long now = 1_700_000_000_000L;
    begin(table, 1, now);

    assertThat(table.size(now + 365L * 24 * 3600 * 1000)).isZero();
  }

  @Test
  void aTableThatGrewAndOneMadeLargeTakeAtMostEightyBytesAConnection() {
    Conntrack grown = new Conntrack(0, 0);
    Conntrack made = new Conntrack(0, 300_000);
    for (int i = 0; i < 300_000; i++) {
      begin(grown, i, 1_700_000_000_000L);
      begin(made, i, 1_700_000_000_000L);
      if (i > 1000) {
        assertThat(grown.bytes()).isLessThan(65L * (i + 1));
      }
    }
    assertThat(made.bytes()).isLessThan(46L * 300_000);
  }

  @Test
  void aTableOfTranslatedSourcesTakesAtMostEightyBytesAConnection() {
    Conntrack grown = new Conntrack(0, 0);
    SplittableRandom random = new SplittableRandom(1);
    NatRange node = NatRange.to(IpAddress.parse("192.168.10.2"), true);
    for (int i = 0; i < 60_000; i++) {
      Tuple t = new Tuple()
          .set(
              Protocol.TCP,
              IpAddress.v4(0x0a00_0000 + i),
              40_000,
              IpAddress.v4(0x0a60_0000 + i % 1000),
              80);
      int handle = grown.track(t, Segment.TCP_SYN, 1_700_000_000_000L);
      grown.translate(handle, true, node, random::nextInt, 1_700_000_000_000L);
      assertThat(grown.confirm(handle, 1_700_000_000_000L)).isTrue();
      if (i > 1000) {
        assertThat(grown.bytes()).isLessThan(80L * (i + 1));
      }
    }
  }

  private static int begin(Conntrack table, int i, long now) {
    Tuple t = new Tuple()
        .set(
            Protocol.TCP,
            IpAddress.v4(0x0a00_0000 + i / 60_000),
            1024 + i % 60_000,
            IpAddress.v4(0x0a60_000a),
            80);
    int handle = table.track(t, Segment.TCP_SYN, now);
    assertThat(table.confirm(handle, now)).isTrue();
    return handle;
  }
}
