package dev.hairpin.dns.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.Callable;

/**
 * A DNS server on a real socket, UDP and TCP, that answers out of the model.
 *
 * <pre>{@code
 * try (DnsServer server = DnsServer.start(handler, DnsServerOptions.DEFAULT)) {
 *   // dig @127.0.0.1 -p <server.address().getPort()> web.shop.svc.cluster.local
 * }
 * }</pre>
 *
 * <p>One thread reads, answers and writes. The cluster behind the handler is not made for several
 * threads, so whoever changes it while the server runs does so by {@link #call}, which waits until
 * no packet is being answered. Memory is bounded: by the number of connections, a message of at
 * most 64 KiB being read on each, and 256 KiB of answers that the client does not fetch.
 *
 * <p>Methods may be called by any thread.
 */
public final class DnsServer implements AutoCloseable {
  private static final int TRIES_FOR_A_FREE_PORT = 20;
  private static final int RECEIVE_BUFFER = 1 << 20;

  private final EventLoop loop;
  private final Thread thread;
  private final InetSocketAddress address;

  private DnsServer(EventLoop loop, InetSocketAddress address) {
    this.loop = loop;
    this.address = address;
    this.thread = new Thread(loop, "hairpin-dns-" + address.getPort());
    this.thread.setDaemon(true);
  }

  /**
   * Starts a server.
   *
   * @param handler answers the packets
   * @param options where and how to listen
   * @return the running server; close it to stop it
   * @throws IOException if the address and port cannot be had
   */
  public static DnsServer start(PacketHandler handler, DnsServerOptions options)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return open(handler, options);
      } catch (BindException e) {
        // A port that is free for TCP may be taken for UDP; then another free one is tried.
        if (options.port() != 0 || attempt == TRIES_FOR_A_FREE_PORT) {
          throw e;
        }
      }
    }
  }

  private static DnsServer open(PacketHandler handler, DnsServerOptions options)
      throws IOException {
    ServerSocketChannel tcp = ServerSocketChannel.open();
    DatagramChannel udp = DatagramChannel.open();
    try {
      tcp.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      tcp.bind(new InetSocketAddress(options.address(), options.port()));
      InetSocketAddress address = (InetSocketAddress) tcp.getLocalAddress();
      udp.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      udp.bind(address);
      EventLoop loop = new EventLoop(Selector.open(), udp, tcp, address, handler, options);
      DnsServer server = new DnsServer(loop, address);
      server.thread.start();
      return server;
    } catch (IOException e) {
      tcp.close();
      udp.close();
      throw e;
    }
  }

  /**
   * Where it listens.
   *
   * @return the address and port, the same for UDP and TCP
   */
  public InetSocketAddress address() {
    return address;
  }

  /**
   * What it has done so far.
   *
   * @return the counts
   */
  public ServerCounts counts() {
    return loop.counts();
  }

  /**
   * Does something between two packets, in the caller's thread: the way to change a cluster that is
   * being served.
   *
   * @param action what to do
   * @param <T> the type of its result
   * @return its result
   * @throws Exception what the action threw
   * @throws IllegalStateException if the server is closed
   */
  public <T> T call(Callable<T> action) throws Exception {
    return loop.call(action);
  }

  /** Stops the server and waits until its thread has ended and its sockets are closed. */
  @Override
  public void close() {
    loop.stop();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
