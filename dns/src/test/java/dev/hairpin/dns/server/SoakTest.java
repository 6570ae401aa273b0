package dev.hairpin.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.ClusterDns;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The loopback server under questions and garbage, for as long as {@code -Dhairpin.dns.soak=10m}
 * says; skipped without it.
 */
class SoakTest {
  private static final int PACKETS_PER_ROUND = 500;

  @Test
  void garbageAmongQuestionsNeitherStopsTheServerNorFillsTheHeapNorLeavesThreads(
      TestReporter reporter) throws Exception {
    String length = System.getProperty("hairpin.dns.soak", "");
    assumeTrue(!length.isEmpty(), "runs with -Dhairpin.dns.soak=DURATION only, such as 10m");
    long end = System.nanoTime() + Duration.parse("PT" + length).toNanos();
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(new Namespace(ObjectMeta.of("", "shop")));
    state.store(service("10.96.20.1"));
    ClusterDns dns = CoreDns.eks().start(state);
    SplittableRandom random = new SplittableRandom(42);
    byte[] question = Message.query(7, Question.of("web.shop.svc.cluster.local.", RecordType.A))
        .encode();
    int threadsBefore = Thread.activeCount();
    int threadsWhileServing;
    long heapAfterWarmUp = 0;
    long answered = 0;
    long rounds = 0;
    try (DnsServer server = dns.serve(DnsServerOptions.DEFAULT);
        DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(5_000);
      for (int round = 0; System.nanoTime() < end; round++) {
        rounds++;
        for (int i = 0; i < PACKETS_PER_ROUND; i++) {
          byte[] garbage = garbage(random, question);
          socket.send(new DatagramPacket(garbage, garbage.length, server.address()));
        }
        sendOverTcp(server, random, question);
        int number = round & 0xff;
        server.call(() -> {
          state.store(service("10.96.20." + (number == 255 ? 1 : number + 1)));
          state.clock().advance(Duration.ofSeconds(31));
          return state;
        });
        answered += isAnswered(socket, server, question) ? 1 : 0;
        if (round == 20) {
          heapAfterWarmUp = usedHeap();
        }
      }
      assertThat(isAnswered(socket, server, question)).isTrue();
      threadsWhileServing = Thread.activeCount();
    }
    long heapAtTheEnd = usedHeap();
    reporter.publishEntry(Map.of(
        "packets of garbage", Long.toString(rounds * PACKETS_PER_ROUND),
        "connections", Long.toString(rounds),
        "questions answered among them", answered + " of " + rounds,
        "MiB of heap after 20 rounds", Long.toString(heapAfterWarmUp >> 20),
        "MiB of heap at the end", Long.toString(heapAtTheEnd >> 20),
        "threads before, while serving, after",
            threadsBefore + ", " + threadsWhileServing + ", " + Thread.activeCount()));
    assertThat(answered).isGreaterThan(20);
    assertThat(heapAtTheEnd).isLessThan(2 * heapAfterWarmUp + (16L << 20));
    assertThat(threadsWhileServing).isLessThanOrEqualTo(threadsBefore + 2);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threadsBefore);
  }

  private static Service service(String address) {
    return new Service(
        ObjectMeta.of("shop", "web"),
        ServiceSpec.builder()
            .clusterIps(List.of(address))
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  /** Random octets, or a question with some octets changed, or cut off, or with more behind it. */
  private static byte[] garbage(SplittableRandom random, byte[] question) {
    int kind = random.nextInt(4);
    if (kind == 0) {
      byte[] octets = new byte[random.nextInt(1400)];
      random.nextBytes(octets);
      return octets;
    }
    byte[] changed = Arrays.copyOf(
        question, kind == 1 ? random.nextInt(question.length) : question.length + kind * 7);
    for (int i = 0; i < kind && changed.length > 0; i++) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return changed;
  }

  /** A connection that says something and leaves; the server may hang up before that. */
  private static void sendOverTcp(DnsServer server, SplittableRandom random, byte[] question)
      throws IOException {
    try (Socket tcp = new Socket()) {
      tcp.connect(server.address());
      OutputStream out = tcp.getOutputStream();
      for (int i = 0; i < 5; i++) {
        byte[] octets = garbage(random, question);
        int length = random.nextInt(8) == 0 ? random.nextInt(65_536) : octets.length;
        out.write(length >> 8);
        out.write(length);
        out.write(octets);
      }
    } catch (SocketException hungUp) {
      assertThat(hungUp.getMessage()).isNotNull();
    }
  }

  /** Asks, and waits until the answer with the right number comes among those to garbage. */
  private static boolean isAnswered(DatagramSocket socket, DnsServer server, byte[] question)
      throws IOException {
    byte[] asked = question.clone();
    asked[0] = 0x5a;
    asked[1] = 0x5a;
    DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
    for (int attempt = 0; attempt < 5; attempt++) {
      socket.send(new DatagramPacket(asked, asked.length, server.address()));
      try {
        for (int i = 0; i < 100_000; i++) {
          answer.setLength(2048);
          socket.receive(answer);
          byte[] octets = answer.getData();
          if (octets[0] == 0x5a && octets[1] == 0x5a && (octets[3] & 0xf) == 0) {
            return true;
          }
        }
      } catch (SocketTimeoutException lost) {
        assertThat(lost.getMessage()).isNotNull();
      }
    }
    return false;
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
