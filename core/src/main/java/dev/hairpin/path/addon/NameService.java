package dev.hairpin.path.addon;

import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Reason;
import java.util.List;

/** Turns names into addresses, as the resolver library of the one who asks does it. */
public interface NameService extends AddOn.Component {

  /**
   * Resolves a name.
   *
   * @param source who asks; its resolv.conf and search list count
   * @param name the name as a program says it, with or without a trailing dot
   * @param chooser decides the order of several addresses, and which way packets take
   * @param courier carries the questions to the name servers
   * @return the questions that were sent and the addresses found
   */
  Lookup lookup(Source source, String name, Chooser chooser, Courier courier);

  /**
   * What came of a name.
   *
   * @param name the name as the program said it
   * @param addresses the addresses in the order of the answer; empty if there are none
   * @param questions the questions that the search list caused, in the order sent
   * @param reason {@link Reason#DELIVERED}, {@link Reason#NO_SUCH_NAME},
   *     {@link Reason#NAME_HAS_NO_ADDRESS} or {@link Reason#DNS_NO_ANSWER}
   */
  record Lookup(String name, List<IpAddress> addresses, List<Asked> questions, Reason reason) {

    /** Copies the lists. */
    public Lookup {
      addresses = List.copyOf(addresses);
      questions = List.copyOf(questions);
    }
  }

  /**
   * One question and its answer.
   *
   * @param name the full name that was asked for
   * @param type the record type, such as {@code A}
   * @param answer the answer in short, such as {@code NXDOMAIN} or {@code 172.20.8.9}
   * @param explanation who answered and why, or why nobody did
   */
  record Asked(String name, String type, String answer, String explanation) {}
}
