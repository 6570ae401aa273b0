package dev.hairpin.dns;

import dev.hairpin.dns.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a client gets for its question: a message as it travels, or nothing at all. */
public final class Answer {
  private final @Nullable Message message;
  private final boolean compressed;
  private final Duration took;
  private final Supplier<List<String>> notes;

  Answer(
      @Nullable Message message, boolean compressed, Duration took, Supplier<List<String>> notes) {
    this.message = message;
    this.compressed = compressed;
    this.took = took;
    this.notes = notes;
  }

  /**
   * The message.
   *
   * @return the message, cut to what the client takes; nothing if the client waits in vain
   */
  public Optional<Message> message() {
    return Optional.ofNullable(message);
  }

  /**
   * How long the server took: the time that it waited for upstreams.
   *
   * @return the duration in virtual time
   */
  public Duration took() {
    return took;
  }

  /**
   * Whether names in the message point to earlier ones.
   *
   * @return true if it is compressed
   */
  public boolean isCompressed() {
    return compressed;
  }

  /**
   * The octets on the wire.
   *
   * @return the octets, or nothing if nothing is sent
   */
  public Optional<byte[]> encode() {
    return message().map(m -> m.encode(compressed));
  }

  /**
   * Why the answer is what it is.
   *
   * @return a line for each thing that a plugin did, in the order in which they were done
   */
  public List<String> explain() {
    return notes.get();
  }

  /** The message as dig prints it, or that there is none. */
  @Override
  public String toString() {
    return message == null ? ";; no reply" : message.toString();
  }
}
