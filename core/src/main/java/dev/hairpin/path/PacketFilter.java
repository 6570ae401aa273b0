package dev.hairpin.path;

import dev.hairpin.net.IpAddress;

/**
 * The rules of a host: what netfilter does with a packet at each hook.
 *
 * <p>The network asks in the kernel's order, and asks the nat table for the first packet of a
 * connection only. The filter tells what it met by {@link Passage#step}, changes the mark and sets
 * translations through the passage, and draws by its chooser. It may keep state (counters, lists of
 * recent callers), which {@link #copy} copies.
 */
public interface PacketFilter {

  /**
   * Looks at a packet.
   *
   * @param table the table
   * @param hook the hook
   * @param passage the packet on its way through the host
   * @return what becomes of it
   */
  FilterVerdict filter(TableName table, Hook hook, Passage passage);

  /**
   * By what the rules tell an address apart from others, as a packet's source or destination. What
   * chains behind the rungs of a {@link Ladder} do with it is left out; that is the rung's shape.
   *
   * @param address the address
   * @return something that is equal for two addresses only if no rule treats them differently
   */
  default Object likeness(IpAddress address) {
    return address;
  }

  /**
   * A copy with the same rules and a state of its own, for a question that must not leave a trace.
   *
   * @return the copy
   */
  PacketFilter copy();
}
