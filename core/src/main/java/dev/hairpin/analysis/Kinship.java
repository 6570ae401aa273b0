package dev.hairpin.analysis;

import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Passage;

/** Tells which destinations a packet cannot tell apart, and how they are called. */
public interface Kinship {

  /**
   * What the way of a packet to a destination, and of the answer back, depends on.
   *
   * @param destination where the packet would be sent
   * @param passage the packet, on the host that decides, with the hosts that it was on before
   * @return something that is equal for two destinations only if their ways are the same but for
   *     the destination's own address, and so is what becomes of the packet there
   */
  Object of(SocketAddress destination, Passage passage);

  /**
   * How ends name a destination.
   *
   * @param destination a destination that has kin
   * @return such as {@code shop/web-1:8080}
   */
  String nameOf(SocketAddress destination);
}
