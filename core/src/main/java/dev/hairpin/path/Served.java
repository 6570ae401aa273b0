package dev.hairpin.path;

import dev.hairpin.net.SocketAddress;

/**
 * What a server knows of a caller, and tells it.
 *
 * @param process the name of the process, such as a pod's
 * @param at where it was reached
 * @param seen where the caller seems to be
 */
public record Served(String process, SocketAddress at, SocketAddress seen) {

  /** {@code process peer-address peer-port local-address local-port} and a line feed. */
  String line() {
    return process
        + " "
        + seen.address()
        + " "
        + seen.port()
        + " "
        + at.address()
        + " "
        + at.port()
        + "\n";
  }
}
