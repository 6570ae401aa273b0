package dev.hairpin.dns;

import java.time.Duration;

/** What is wrong with a pod of CoreDNS that runs and is ready all the same. */
public sealed interface ReplicaFault {

  /** It takes questions and answers none. */
  record Silent() implements ReplicaFault {}

  /**
   * It answers late.
   *
   * @param by how much later than else
   */
  record Delayed(Duration by) implements ReplicaFault {
    /** Checks the delay. */
    public Delayed {
      if (by.isNegative()) {
        throw new IllegalArgumentException("a delay of " + by);
      }
    }
  }

  /**
   * It is overloaded: what comes beyond its measure within a second of virtual time is dropped, as
   * a full socket buffer drops datagrams.
   *
   * @param perSecond how many questions it answers in a second, 0 or more
   */
  record Limited(int perSecond) implements ReplicaFault {
    /** Checks the number. */
    public Limited {
      if (perSecond < 0) {
        throw new IllegalArgumentException(perSecond + " answers a second");
      }
    }
  }
}
