package dev.hairpin.examples.conformance.dnsclient;

import com.google.gson.annotations.SerializedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of a real program that looked up a name, as it was recorded on the wire.
 *
 * @param client the library, and after it what was special about the run
 * @param name the name that was looked up
 * @param resolvConf the text of {@code resolv.conf}
 * @param result what the program printed
 * @param elapsedMs how long it ran
 * @param queries the questions, in the order in which they were sent
 * @param replies the answers, in the order in which they arrived
 */
record RecordedRun(
    String client,
    String name,
    @SerializedName("resolv") String resolvConf,
    String result,
    long elapsedMs,
    List<Query> queries,
    List<Reply> replies) {

  /**
   * A question.
   *
   * @param ms when it was sent, since the first
   * @param name the full name
   * @param type A or AAAA
   * @param to the server's address
   * @param proto {@code udp} or {@code tcp}
   * @param srcPort the source port
   * @param edns the UDP size that was offered, or null without OPT
   * @param ad the AD bit
   */
  record Query(
      double ms,
      String name,
      String type,
      String to,
      String proto,
      int srcPort,
      @Nullable Integer edns,
      boolean ad) {}

  /**
   * An answer. What may be null was not always written down.
   *
   * @param ms when it arrived, since the first question
   * @param name the full name
   * @param type A or AAAA
   * @param rcode the response code
   * @param answers how many records the answer section had
   * @param aa the AA bit, or null; it was set then
   * @param from the address of the server that sent it, or null
   * @param dstPort the port that it was sent to, or null
   */
  record Reply(
      double ms,
      String name,
      String type,
      String rcode,
      int answers,
      @Nullable Boolean aa,
      @Nullable String from,
      @Nullable Integer dstPort) {}
}
