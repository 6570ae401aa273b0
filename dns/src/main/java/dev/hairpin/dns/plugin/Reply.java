package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a handler did with a question: it wrote a message, or left that to whoever asked it.
 *
 * @param message the message that it wrote; null if it wrote none
 * @param rcode what it returned: the reason for which it wrote none, or NOERROR
 * @param failed whether it returned an error beside the rcode
 */
public record Reply(@Nullable Message message, Rcode rcode, boolean failed) {

  /**
   * A message was written.
   *
   * @param message the message
   * @return the reply
   */
  public static Reply written(Message message) {
    return new Reply(message, Rcode.NOERROR, false);
  }

  /**
   * No message was written; the server will write one with this rcode.
   *
   * @param rcode SERVFAIL, REFUSED, FORMERR or NOTIMP
   * @return the reply
   */
  public static Reply unwritten(Rcode rcode) {
    return new Reply(null, rcode, false);
  }

  /**
   * No message was written because of an error, such as an upstream that cannot be reached.
   *
   * @return the reply, for which the server will write SERVFAIL
   */
  public static Reply error() {
    return new Reply(null, Rcode.SERVFAIL, true);
  }

  /** No message can be written, and none will be: the client waits in vain. */
  public static final Reply NEVER = new Reply(null, Rcode.NOERROR, false);

  /**
   * Whether the handler left it to the server to answer.
   *
   * @return true if it wrote nothing and returned an rcode for which the server writes
   */
  public boolean isLeftToServer() {
    return message == null && !rcode.equals(Rcode.NOERROR);
  }

  /**
   * The reply with its message changed.
   *
   * @param change what is done to the message, if there is one
   * @return the reply
   */
  public Reply map(UnaryOperator<Message> change) {
    Message written = message;
    return written == null ? this : new Reply(change.apply(written), rcode, failed);
  }
}
