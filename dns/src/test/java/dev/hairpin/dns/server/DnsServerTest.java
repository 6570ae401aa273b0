package dev.hairpin.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordType;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DnsServerTest {
  private static final byte[] POISON = {1, 2, 3};
  private DnsServer server;

  /** Refuses every question, drops what is none, and breaks at a poisonous packet. */
  private static Optional<byte[]> refuse(byte[] packet, Client client) {
    if (packet.length == POISON.length) {
      throw new IllegalStateException("poison");
    }
    if (packet.length < 12 || (packet[2] & 0x80) != 0) {
      return Optional.empty();
    }
    return Optional.of(Message.query(
            ((packet[0] & 0xff) << 8) | (packet[1] & 0xff),
            Question.of(client.transport() + ".transport.", RecordType.A))
        .reply(Rcode.REFUSED)
        .encode());
  }

  @BeforeEach
  void start() throws IOException {
    server = DnsServer.start(DnsServerTest::refuse, DnsServerOptions.DEFAULT);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] query(int id) {
    return Message.query(id, Question.of("web.shop.", RecordType.A)).encode();
  }

  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(message.length + 2)
        .putShort((short) message.length)
        .put(message)
        .array();
  }

  private Message askByUdp(DatagramSocket socket, byte[] packet) throws IOException {
    socket.send(new DatagramPacket(packet, packet.length, server.address()));
    DatagramPacket answer = new DatagramPacket(new byte[4096], 4096);
    socket.receive(answer);
    return Message.decode(java.util.Arrays.copyOf(answer.getData(), answer.getLength()));
  }

  private Socket connect() throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }

  private static Message read(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    return Message.decode(in.readNBytes(in.readUnsignedShort()));
  }

  @Test
  void aDatagramIsAnswered() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      Message answer = askByUdp(socket, query(7));

      assertThat(answer.id()).isEqualTo(7);
      assertThat(answer.question()).hasToString("UDP.transport. IN A");
    }
  }

  @Test
  void messagesOfAConnectionAreAnsweredInOrderWithoutWaiting() throws IOException {
    try (Socket socket = connect()) {
      ByteBuffer three = ByteBuffer.allocate(3 * framed(query(1)).length);
      for (int id = 1; id <= 3; id++) {
        three.put(framed(query(id)));
      }
      socket.getOutputStream().write(three.array());

      for (int id = 1; id <= 3; id++) {
        assertThat(read(socket).id()).isEqualTo(id);
      }
    }
  }

  @Test
  void aMessageMayComeOctetByOctet() throws IOException {
    try (Socket socket = connect()) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      for (byte octet : framed(query(9))) {
        out.write(octet);
        out.flush();
      }

      assertThat(read(socket).id()).isEqualTo(9);
    }
  }

  @Test
  void whatTheClientSentBeforeItEndedIsStillAnswered() throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(framed(query(5)));
      socket.shutdownOutput();

      assertThat(read(socket).id()).isEqualTo(5);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void manyAnswersThatNobodyFetchesStopTheReadingButLoseNothing() throws Exception {
    int messages = 50_000;
    byte[] one = framed(query(1));
    try (Socket socket = connect()) {
      Thread writer = new Thread(() -> {
        try {
          OutputStream out = socket.getOutputStream();
          ByteBuffer many = ByteBuffer.allocate(one.length * 1_000);
          for (int i = 0; i < 1_000; i++) {
            many.put(one);
          }
          for (int i = 0; i < messages / 1_000; i++) {
            out.write(many.array());
          }
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      });
      writer.start();
      DataInputStream in =
          new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
      for (int i = 0; i < messages; i++) {
        in.skipNBytes(in.readUnsignedShort());
      }
      writer.join();
    }
    assertThat(server.counts().messages()).isEqualTo(messages);
  }

  @Test
  void oneConnectionTooManyIsClosedAtOnce() throws IOException {
    server.close();
    server = DnsServer.start(
        DnsServerTest::refuse,
        DnsServerOptions.DEFAULT.withConnections(
            1, Duration.ofSeconds(20), Duration.ofSeconds(20)));
    try (Socket first = connect();
        Socket second = connect()) {
      assertThat(second.getInputStream().read()).isEqualTo(-1);
      first.getOutputStream().write(framed(query(3)));
      assertThat(read(first).id()).isEqualTo(3);
    }
    assertThat(server.counts().refusedConnections()).isEqualTo(1);
  }

  @Test
  void aSilentConnectionIsClosed() throws IOException {
    server.close();
    server = DnsServer.start(
        DnsServerTest::refuse,
        DnsServerOptions.DEFAULT.withConnections(10, Duration.ofMillis(50), Duration.ofMillis(50)));
    try (Socket socket = connect()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aHandlerThatFailsCostsOnePacket() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(POISON, POISON.length, server.address()));

      assertThat(askByUdp(socket, query(8)).id()).isEqualTo(8);
    }
    assertThat(server.counts().failures()).isEqualTo(1);
  }

  @Test
  void garbageHurtsNobody() throws IOException {
    SplittableRandom random = new SplittableRandom(42);
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 500; i++) {
        byte[] garbage = new byte[4 + random.nextInt(1_400)];
        random.nextBytes(garbage);
        socket.send(new DatagramPacket(garbage, garbage.length, server.address()));
      }
    }
    try (Socket socket = connect()) {
      byte[] garbage = new byte[100_000];
      random.nextBytes(garbage);
      socket.getOutputStream().write(garbage);
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      assertThat(askByUdp(socket, query(8)).id()).isEqualTo(8);
    }
    assertThat(server.counts().failures()).isZero();
  }

  @Test
  void aLongDatagramIsCutAsCoreDnsCutsIt() throws IOException {
    int[] longest = {0};
    server.close();
    server = DnsServer.start(
        (packet, client) -> {
          longest[0] = packet.length;
          return refuse(packet, client);
        },
        DnsServerOptions.DEFAULT);
    byte[] packet = java.util.Arrays.copyOf(query(2), 1_400);
    try (DatagramSocket socket = new DatagramSocket()) {
      askByUdp(socket, packet);
    }
    assertThat(longest[0]).isEqualTo(512);
  }

  @Test
  void changesAreMadeByTheirOwnThreadWhileNoPacketIsAnswered() throws Exception {
    assertThat(server.<Thread>call(Thread::currentThread)).isSameAs(Thread.currentThread());
    assertThatThrownBy(() -> server.call(() -> {
          throw new IOException("no");
        }))
        .isInstanceOf(IOException.class)
        .hasMessage("no");
  }

  @Test
  void aClosedServerTakesNoChangesAndFreesItsPort() throws IOException {
    int port = server.address().getPort();
    server.close();

    assertThatThrownBy(() -> server.call(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the server is closed");
    DnsServer.start(DnsServerTest::refuse, DnsServerOptions.DEFAULT.withPort(port))
        .close();
  }

  @Test
  void addressesThatOthersCanReachAreRefusedUnlessAllowed() throws IOException {
    InetAddress any = InetAddress.getByName("0.0.0.0");

    assertThatThrownBy(() -> DnsServerOptions.DEFAULT.withAddress(any, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0.0.0.0 is not a loopback address; other machines could ask a simulated DNS."
            + " Allow it explicitly if that is wanted");
    assertThat(DnsServerOptions.DEFAULT.withAddress(any, true).address()).isEqualTo(any);
  }
}
