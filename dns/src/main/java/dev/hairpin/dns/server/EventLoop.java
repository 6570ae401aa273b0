package dev.hairpin.dns.server;

import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The one thread of a {@link DnsServer}: waits for packets, has them answered, writes answers. */
final class EventLoop implements Runnable {

  /**
   * How much of a datagram is read. CoreDNS's server reads no more than 512 octets either; what is
   * longer is cut, and then is no message.
   */
  private static final int LONGEST_DATAGRAM = 512;

  /** How many datagrams are answered before connections have their turn. */
  private static final int DATAGRAMS_AT_A_TIME = 256;

  private static final long MILLIS_BETWEEN_SWEEPS = 250;

  private final Selector selector;
  private final DatagramChannel udp;
  private final ServerSocketChannel tcp;
  private final InetSocketAddress address;
  private final SocketAddress here;
  private final PacketHandler handler;
  private final DnsServerOptions options;
  private final ByteBuffer incoming = ByteBuffer.allocateDirect(LONGEST_DATAGRAM);
  private final ByteBuffer outgoing = ByteBuffer.allocateDirect(65_536);
  private final ReentrantLock answering = new ReentrantLock();
  private volatile boolean stopping;
  private final LongAdder datagrams = new LongAdder();
  private final LongAdder messages = new LongAdder();
  private final LongAdder answers = new LongAdder();
  private final LongAdder unanswered = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder refusedConnections = new LongAdder();
  private final AtomicInteger openConnections = new AtomicInteger();
  private long lastSweep = System.nanoTime();

  EventLoop(
      Selector selector,
      DatagramChannel udp,
      ServerSocketChannel tcp,
      InetSocketAddress address,
      PacketHandler handler,
      DnsServerOptions options)
      throws IOException {
    this.selector = selector;
    this.udp = udp;
    this.tcp = tcp;
    this.address = address;
    this.handler = handler;
    this.here = core(address);
    this.options = options;
    udp.configureBlocking(false);
    udp.register(selector, SelectionKey.OP_READ);
    tcp.configureBlocking(false);
    tcp.register(selector, SelectionKey.OP_ACCEPT);
  }

  ServerCounts counts() {
    return new ServerCounts(
        datagrams.sum(),
        messages.sum(),
        answers.sum(),
        unanswered.sum(),
        failures.sum(),
        connections.sum(),
        refusedConnections.sum(),
        openConnections.get());
  }

  private static SocketAddress core(InetSocketAddress address) {
    return new SocketAddress(IpAddress.of(address.getAddress()), address.getPort());
  }

  /** Does something while no packet is being answered. */
  <T> T call(Callable<T> action) throws Exception {
    answering.lock();
    try {
      if (stopping) {
        throw new IllegalStateException("the server is closed");
      }
      return action.call();
    } finally {
      answering.unlock();
    }
  }

  void stop() {
    stopping = true;
    selector.wakeup();
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        selector.select(MILLIS_BETWEEN_SWEEPS);
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
          SelectionKey key = ready.next();
          ready.remove();
          serve(key);
        }
        sweep();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the DNS server on " + address + " broke", e);
    } finally {
      closeEverything();
    }
  }

  private void serve(SelectionKey key) throws IOException {
    try {
      if (key.channel() == udp) {
        answerDatagrams();
      } else if (key.channel() == tcp) {
        accept();
      } else if (key.attachment() instanceof Connection connection) {
        connection.serve(key);
      }
    } catch (CancelledKeyException e) {
      // Closed by what was done a moment ago; there is nothing left to serve.
    }
  }

  private void answerDatagrams() throws IOException {
    for (int i = 0; i < DATAGRAMS_AT_A_TIME; i++) {
      incoming.clear();
      InetSocketAddress client = (InetSocketAddress) udp.receive(incoming);
      if (client == null) {
        return;
      }
      datagrams.increment();
      incoming.flip();
      byte[] packet = new byte[incoming.remaining()];
      incoming.get(packet);
      byte @Nullable [] answer = answer(packet, client, Transport.UDP);
      if (answer != null) {
        outgoing.clear();
        outgoing.put(answer).flip();
        sendDatagram(client);
      }
    }
  }

  /** A client that is gone, or has no room, loses its answer, as any datagram may be lost. */
  private void sendDatagram(InetSocketAddress client) {
    try {
      udp.send(outgoing, client);
    } catch (IOException e) {
      failures.increment();
    }
  }

  private void accept() throws IOException {
    SocketChannel channel = tcp.accept();
    if (channel == null) {
      return;
    }
    if (openConnections.get() >= options.mostConnections()) {
      refusedConnections.increment();
      channel.close();
      return;
    }
    connections.increment();
    openConnections.incrementAndGet();
    channel.configureBlocking(false);
    Connection connection = new Connection(this, channel, options);
    channel.register(selector, SelectionKey.OP_READ, connection);
  }

  /** Answers a message of a connection. */
  byte @Nullable [] answerMessage(byte[] packet, InetSocketAddress client) {
    messages.increment();
    return answer(packet, client, Transport.TCP);
  }

  /** A handler that fails has no answer for this packet; the next one may be better. */
  private byte @Nullable [] answer(byte[] packet, InetSocketAddress client, Transport transport) {
    Optional<byte[]> answer;
    answering.lock();
    try {
      answer = handler.answer(packet, new Client(core(client), here, transport));
    } catch (RuntimeException | StackOverflowError e) {
      failures.increment();
      return null;
    } finally {
      answering.unlock();
    }
    if (answer.isEmpty()) {
      unanswered.increment();
      return null;
    }
    answers.increment();
    return answer.get();
  }

  void closed() {
    openConnections.decrementAndGet();
  }

  /** Closes the connections that have been silent for too long. */
  private void sweep() {
    long now = System.nanoTime();
    if (now - lastSweep < MILLIS_BETWEEN_SWEEPS * 1_000_000) {
      return;
    }
    lastSweep = now;
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof Connection connection) {
        connection.closeIfLate(now);
      }
    }
  }

  private void closeEverything() {
    for (SelectionKey key : selector.keys()) {
      close(key.channel());
    }
    close(udp);
    close(tcp);
    close(selector);
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // There is nothing to be done about a socket that cannot even be closed.
    }
  }
}
