package dev.hairpin.lb.elb.alb;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;

/** What comes back from a target to which a request was forwarded. */
public sealed interface TargetReply {

  /**
   * How long it took from the connection attempt on.
   *
   * @return the time
   */
  Duration after();

  /**
   * An answer.
   *
   * @param status the status code
   * @param headers the header lines
   * @param bodyBytes the length of the body
   * @param after how long it took
   */
  record Responded(int status, List<Header> headers, long bodyBytes, Duration after)
      implements TargetReply {
    /** Copies the headers. */
    public Responded {
      headers = ImmutableList.copyOf(headers);
    }

    /**
     * An answer that came at once.
     *
     * @param status the status code
     * @param headers the header lines
     * @return the answer
     */
    public static Responded of(int status, Header... headers) {
      return new Responded(status, List.of(headers), 0, Duration.ZERO);
    }
  }

  /** How a target can fail to answer. */
  enum Failure {
    /** It refused the connection with a reset. */
    CONNECT_REFUSED(502, "the target refused the connection"),
    /** An ICMP message said that it cannot be reached. */
    UNREACHABLE(502, "the target cannot be reached (ICMP unreachable)"),
    /** Nothing came within 10 s. */
    CONNECT_TIMED_OUT(504, "the target did not accept the connection within 10 s"),
    /** The TLS handshake failed or took more than 10 s. */
    TLS_FAILED(502, "the TLS handshake with the target failed or took longer than 10 s"),
    /** It closed or reset the connection while the request was outstanding. */
    CLOSED(502, "the target closed the connection while the request was outstanding"),
    /** It answered what is no HTTP. */
    MALFORMED(502, "the target's response is malformed"),
    /** Its response header is longer than 32 K. */
    HEADER_TOO_LARGE(502, "the target's response header is longer than 32 K"),
    /** It was deregistered and its delay elapsed while the request was outstanding. */
    DEREGISTERED(502, "the deregistration delay elapsed before the target answered"),
    /** It accepted the connection, and then nothing came within the idle time-out. */
    NO_RESPONSE(504, "the target did not answer within the idle time-out"),
    /** The client closed the connection before the target answered. */
    CLIENT_CLOSED(460, "the client closed the connection before the target answered"),
    /** The client did not send the rest of the request within the idle time-out. */
    CLIENT_TIMED_OUT(408, "the client did not send the rest of the request in time");

    private final int status;
    private final String text;

    Failure(int status, String text) {
      this.status = status;
      this.text = text;
    }

    /** {@return the status with which the load balancer answers, or only logs for 460} */
    public int status() {
      return status;
    }

    /** {@return the failure in words} */
    public String text() {
      return text;
    }
  }

  /**
   * No answer.
   *
   * @param failure how it failed
   * @param after when that became clear
   */
  record Failed(Failure failure, Duration after) implements TargetReply {}
}
