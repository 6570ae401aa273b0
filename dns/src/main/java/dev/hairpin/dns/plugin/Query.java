package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import org.jspecify.annotations.Nullable;

/**
 * A question on its way through a chain. A plugin may change it for those behind it; some changes
 * (an added OPT record) are meant to be seen by those before it too, as in the original, where all
 * plugins share one request.
 */
public final class Query {
  private final Client client;
  private final Exchange exchange;
  private Message message;

  /**
   * A question.
   *
   * @param message the message
   * @param client who asks
   * @param exchange what it is a part of
   */
  public Query(Message message, Client client, Exchange exchange) {
    this.message = message;
    this.client = client;
    this.exchange = exchange;
  }

  /**
   * The message as it is now.
   *
   * @return the message
   */
  public Message message() {
    return message;
  }

  /**
   * Changes the message for everybody who sees this query.
   *
   * @param changed the message
   */
  public void replace(Message changed) {
    this.message = changed;
  }

  /**
   * A query of its own, which can be changed without changing this one.
   *
   * @param changed its message
   * @return the copy
   */
  public Query copyWith(Message changed) {
    return new Query(changed, client, exchange);
  }

  /**
   * A query with the same message that comes by another way.
   *
   * @param other who asks
   * @return the copy
   */
  public Query copyFrom(Client other) {
    return new Query(message, other, exchange);
  }

  /**
   * Who asks.
   *
   * @return the client
   */
  public Client client() {
    return client;
  }

  /**
   * What the query is a part of.
   *
   * @return the exchange
   */
  public Exchange exchange() {
    return exchange;
  }

  /**
   * The question.
   *
   * @return the first question
   */
  public Question question() {
    return message.question();
  }

  /**
   * The name as it was asked.
   *
   * @return the name
   */
  public DnsName name() {
    return message.question().name();
  }

  /**
   * The name in lower case.
   *
   * @return the name in presentation form
   */
  public String lowerName() {
    return message.question().name().lowerCase().toString();
  }

  /**
   * The type that is asked for.
   *
   * @return the type
   */
  public RecordType type() {
    return message.question().type();
  }

  /**
   * What the client says of EDNS.
   *
   * @return the contents of its OPT record, or null
   */
  public @Nullable Edns edns() {
    return message.edns().orElse(null);
  }

  /**
   * Whether the client wants DNSSEC's records.
   *
   * @return the bit DO
   */
  public boolean dnssecOk() {
    Edns edns = edns();
    return edns != null && edns.dnssecOk();
  }
}
