package dev.hairpin.iptables.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * The hand of {@link KernelLab} in one network namespace: a program that listens and calls there as
 * it is told by lines on its standard input.
 *
 * <p>{@code serve PROTO IP PORT NAME} answers each caller with the name and the caller's address.
 * {@code call PROTO IP PORT MILLIS ID} prints the id and then {@code ok NAME PEER},
 * {@code refused}, {@code unreachable}, {@code forbidden}, {@code denied} or {@code timeout}, as
 * soon as that is known; further calls are made meanwhile.
 */
public final class Probe {
  private static final int LONGEST_ANSWER = 512;

  private Probe() {}

  /**
   * Carries out commands until the input ends.
   *
   * @param arguments none
   * @throws IOException if the input breaks
   */
  public static void main(String[] arguments) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getByName(words[2]), Integer.parseInt(words[3]));
      boolean tcp = words[1].equals("tcp");
      Thread thread;
      if (words[0].equals("serve")) {
        thread = tcp ? tcpServer(address, words[4]) : udpServer(address, words[4]);
        say("serving");
      } else {
        int millis = Integer.parseInt(words[4]);
        String id = words[5];
        thread = new Thread(
            () -> say(id + " " + (tcp ? tcpCall(address, millis) : udpCall(address, millis))));
      }
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static Thread tcpServer(InetSocketAddress at, String name) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(at, 128);
    return new Thread(() -> {
      while (true) {
        try (Socket caller = server.accept()) {
          String peer = caller.getInetAddress().getHostAddress();
          caller
              .getOutputStream()
              .write((name + " " + peer + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          System.err.println(name + ": " + e);
        }
      }
    });
  }

  private static Thread udpServer(InetSocketAddress at, String name) throws IOException {
    DatagramSocket server = new DatagramSocket(at);
    return new Thread(() -> {
      while (true) {
        try {
          DatagramPacket asked = new DatagramPacket(new byte[LONGEST_ANSWER], LONGEST_ANSWER);
          server.receive(asked);
          byte[] says = (name + " " + asked.getAddress().getHostAddress() + "\n")
              .getBytes(StandardCharsets.US_ASCII);
          server.send(new DatagramPacket(says, says.length, asked.getSocketAddress()));
        } catch (IOException e) {
          System.err.println(name + ": " + e);
        }
      }
    });
  }

  private static String tcpCall(InetSocketAddress to, int millis) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(millis);
      socket.connect(to, millis);
      BufferedReader answer = new BufferedReader(
          new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      return "ok " + answer.readLine();
    } catch (IOException e) {
      return word(e);
    }
  }

  private static String udpCall(InetSocketAddress to, int millis) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(millis);
      socket.connect(to);
      socket.send(new DatagramPacket(new byte[] {'?'}, 1));
      DatagramPacket answer = new DatagramPacket(new byte[LONGEST_ANSWER], LONGEST_ANSWER);
      socket.receive(answer);
      String text = new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
      return "ok " + text.trim();
    } catch (IOException e) {
      return word(e);
    }
  }

  private static String word(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return "timeout";
    }
    if (e instanceof PortUnreachableException) {
      return "refused";
    }
    String text = String.valueOf(e.getMessage());
    if (text.contains("not permitted")) {
      return "denied";
    }
    if (text.contains("Permission denied")) {
      return "forbidden";
    }
    if (e instanceof NoRouteToHostException || text.contains("unreachable")) {
      return "unreachable";
    }
    return e instanceof ConnectException && text.contains("refused") ? "refused" : "odd " + text;
  }
}
