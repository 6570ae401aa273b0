package dev.hairpin.dns.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection: messages, each with two octets of length before it, any number of them one
 * after another without waiting (RFC 7766 section 6.2.1.1), answered in order.
 *
 * <p>Nothing more is read from a client that does not fetch its answers.
 */
final class Connection {
  private static final int MOST_OCTETS_WAITING = 256 * 1024;
  private static final int READ_SIZE = 8_192;

  private final EventLoop loop;
  private final SocketChannel channel;
  private final DnsServerOptions options;
  private final InetSocketAddress client;
  private final Deque<ByteBuffer> waiting = new ArrayDeque<>();
  private final ByteBuffer length = ByteBuffer.allocate(2);
  private final ByteBuffer input = ByteBuffer.allocate(READ_SIZE).limit(0);
  private byte @Nullable [] message;
  private int filled;
  private int octetsWaiting;
  private long deadline;
  private boolean ended;

  Connection(EventLoop loop, SocketChannel channel, DnsServerOptions options) throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.options = options;
    this.client = (InetSocketAddress) channel.getRemoteAddress();
    this.deadline = System.nanoTime() + options.firstMessageTimeout().toNanos();
  }

  /** Reads and writes what can be; a connection that breaks is closed. */
  void serve(SelectionKey key) {
    try {
      if (key.isWritable()) {
        write();
      }
      answerInput();
      if (key.isReadable() && !ended && hasRoom()) {
        input.clear();
        ended = channel.read(input) < 0;
        input.flip();
        answerInput();
      }
      if (ended && waiting.isEmpty() && !input.hasRemaining()) {
        close();
        return;
      }
      int read = !ended && hasRoom() ? SelectionKey.OP_READ : 0;
      key.interestOps(waiting.isEmpty() ? read : read | SelectionKey.OP_WRITE);
    } catch (IOException e) {
      // Reset by the client, or gone.
      close();
    }
  }

  private boolean hasRoom() {
    return octetsWaiting < MOST_OCTETS_WAITING;
  }

  /** Takes messages out of what was read, as long as their answers have room. */
  private void answerInput() throws IOException {
    while (input.hasRemaining() && hasRoom()) {
      if (message == null) {
        length.put(input.get());
        if (length.hasRemaining()) {
          continue;
        }
        int octets = length.getShort(0) & 0xffff;
        length.clear();
        message = new byte[octets];
        filled = 0;
      }
      byte[] filling = message;
      int part = Math.min(filling.length - filled, input.remaining());
      input.get(filling, filled, part);
      filled += part;
      if (filled == filling.length) {
        message = null;
        deadline = System.nanoTime() + options.idleTimeout().toNanos();
        answer(filling);
      }
    }
    write();
  }

  private void answer(byte[] packet) {
    byte @Nullable [] answer = loop.answerMessage(packet, client);
    if (answer == null) {
      return;
    }
    ByteBuffer framed = ByteBuffer.allocate(answer.length + 2);
    framed.putShort((short) answer.length).put(answer).flip();
    waiting.add(framed);
    octetsWaiting += framed.remaining();
  }

  private void write() throws IOException {
    while (!waiting.isEmpty()) {
      ByteBuffer[] all = waiting.toArray(new ByteBuffer[0]);
      long written = channel.write(all);
      octetsWaiting -= (int) written;
      while (!waiting.isEmpty() && !waiting.peek().hasRemaining()) {
        waiting.remove();
      }
      if (written == 0) {
        return;
      }
    }
  }

  void closeIfLate(long now) {
    if (now - deadline > 0) {
      close();
    }
  }

  private void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // The client was faster.
    }
    loop.closed();
  }
}
