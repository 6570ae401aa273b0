package dev.hairpin.path.fast;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.RejectWith;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a chain of rules as a routine.
 *
 * <p>A rule is written as its conditions, all of which must hold, and then one action, which ends
 * the rule. Rules are run in the order in which they are written; a walk that comes to the end of a
 * routine goes on where the routine was called. Not thread-safe.
 */
public final class RoutineWriter {

  /** Which end of a flow a condition is about. */
  public enum End {
    /** The caller. */
    SOURCE,
    /** What is called. */
    DESTINATION
  }

  /** What a condition on a list of callers does. */
  public enum Recent {
    /** Adds or renews the address; holds always. */
    SET,
    /** Holds if the address was seen lately. */
    CHECK,
    /** The same, and renews it if it holds. */
    UPDATE,
    /** Removes the address; holds if it was there. */
    REMOVE
  }

  private final boolean v4;
  private final boolean ofKey;
  private int[] code = new int[64];
  private int size;
  private int ruleStart;
  private int[] conditions = new int[8];
  private int pending;

  /**
   * An empty routine.
   *
   * @param family the family of its addresses
   */
  public RoutineWriter(IpFamily family) {
    this(family, false);
  }

  /**
   * An empty routine.
   *
   * @param family the family of its addresses
   * @param ofKey whether it holds the rules of a key of a {@link LookupTable}, which are part of
   *     the chain that looks it up: where such a rule ends its chain, that one ends
   */
  public RoutineWriter(IpFamily family, boolean ofKey) {
    this.v4 = family == IpFamily.IPV4;
    this.ofKey = ofKey;
  }

  /**
   * Whether nothing was written.
   *
   * @return true if a call of the routine has no effect
   */
  public boolean isEmpty() {
    return size == 0;
  }

  /**
   * The routine.
   *
   * @return the words, for {@link DecisionProgram.Builder#routine}
   */
  public int[] toArray() {
    if (pending > 0) {
      throw new IllegalStateException("the last rule has no action");
    }
    return Arrays.copyOf(code, size);
  }

  /** Forgets what was written, so that the writer can be used again. */
  public void clear() {
    size = 0;
    pending = 0;
    ruleStart = 0;
  }

  /** Forgets the conditions of a rule that turns out to be without effect. */
  public void dropRule() {
    size = ruleStart;
    pending = 0;
  }

  private void word(int word) {
    if (size == code.length) {
      code = Arrays.copyOf(code, size * 2);
    }
    code[size++] = word;
  }

  private void condition(int op, boolean inverted) {
    if (pending == conditions.length) {
      conditions = Arrays.copyOf(conditions, pending * 2);
    }
    conditions[pending++] = size;
    word(inverted ? op | Op.NOT : op);
  }

  private void action(int op, int operand) {
    word(operand << 8 | op);
  }

  /** Tells the rule's conditions where the next rule begins. */
  private void endRule() {
    for (int i = 0; i < pending; i++) {
      code[conditions[i]] |= (size - conditions[i]) << 8;
    }
    pending = 0;
    ruleStart = size;
  }

  private void address(IpAddress address) {
    if (!v4) {
      word((int) (address.high() >>> 32));
      word((int) address.high());
      word((int) (address.low() >>> 32));
    }
    word((int) address.low());
  }

  // ---- conditions

  /**
   * An end has one address.
   *
   * @param end which end
   * @param address the address
   * @param inverted whether it must have another
   */
  public void ifAddress(End end, IpAddress address, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_IS : Op.DESTINATION_IS, inverted);
    address(address);
  }

  /**
   * An end's address has some bits.
   *
   * @param end which end
   * @param address the bits
   * @param mask which bits count
   * @param inverted whether they must differ
   */
  public void ifBlock(End end, IpAddress address, IpAddress mask, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_IN : Op.DESTINATION_IN, inverted);
    address(address);
    address(mask);
  }

  /**
   * An end's address is in one of the blocks that are the node's own.
   *
   * @param end which end
   * @param block the block's number in the program's node part
   * @param inverted whether it must be outside
   */
  public void ifNodeBlock(End end, int block, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_IN_NODE_BLOCK : Op.DESTINATION_IN_NODE_BLOCK, inverted);
    word(block);
  }

  /**
   * An end's address is in a range.
   *
   * @param end which end
   * @param first the lowest address
   * @param last the highest, counted in
   * @param inverted whether it must be outside
   */
  public void ifBetween(End end, IpAddress first, IpAddress last, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_BETWEEN : Op.DESTINATION_BETWEEN, inverted);
    address(first);
    address(last);
  }

  /**
   * The flow has a protocol.
   *
   * @param number the protocol's number
   * @param inverted whether it must have another
   */
  public void ifProtocol(int number, boolean inverted) {
    condition(Op.PROTOCOL, inverted);
    word(number);
  }

  /**
   * A port is in a range.
   *
   * @param end whose port
   * @param first the lowest port
   * @param last the highest, counted in
   * @param inverted whether it must be outside
   */
  public void ifPort(End end, int first, int last, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_PORT : Op.DESTINATION_PORT, inverted);
    word(first << 16 | last);
  }

  /**
   * A port is in one of several ranges.
   *
   * @param source whether the source port counts
   * @param destination whether the destination port counts
   * @param ranges first port * 65536 + last port of each range
   * @param inverted whether none must be
   */
  public void ifAnyPort(
      boolean source, boolean destination, List<Integer> ranges, boolean inverted) {
    condition(Op.ANY_PORT, inverted);
    word((source ? 1 : 0) | (destination ? 2 : 0));
    word(ranges.size());
    ranges.forEach(this::word);
  }

  /**
   * The mark has some bits.
   *
   * @param ofConnection whether the connection's mark is meant, not the packet's
   * @param value the bits
   * @param mask which bits count
   * @param inverted whether they must differ
   */
  public void ifMark(boolean ofConnection, int value, int mask, boolean inverted) {
    condition(ofConnection ? Op.CONNECTION_MARK : Op.MARK, inverted);
    word(value);
    word(mask);
  }

  /**
   * The flow comes in, or is to leave, through a device.
   *
   * @param out whether the device that it leaves through is meant
   * @param pattern the number of the device's name or beginning of a name
   * @param inverted whether it must be another
   */
  public void ifDevice(boolean out, int pattern, boolean inverted) {
    condition(out ? Op.OUT_DEVICE : Op.IN_DEVICE, inverted);
    word(pattern);
  }

  /**
   * An end's address is of a class that can be told without routes.
   *
   * @param end which end
   * @param local whether an address of the node will do
   * @param multicast whether a group will do
   * @param unspecified whether the address of nobody will do
   * @param inverted whether it must be of another class
   */
  public void ifType(
      End end, boolean local, boolean multicast, boolean unspecified, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_TYPE : Op.DESTINATION_TYPE, inverted);
    word((local ? Op.LOCAL : 0)
        | (multicast ? Op.MULTICAST : 0)
        | (unspecified ? Op.UNSPECIFIED : 0));
  }

  /**
   * A number of 31 bits, drawn anew, is below a threshold.
   *
   * @param threshold 0 to 2^31
   * @param inverted whether it must not be below
   */
  public void ifRandom(long threshold, boolean inverted) {
    condition(Op.RANDOM, inverted);
    word((int) threshold);
  }

  /**
   * A list of callers is asked and changed.
   *
   * @param what what is done
   * @param list the list's number in the {@link ProgramPool}
   * @param group its group there
   * @param end whose address is meant
   * @param seconds how long an address counts; 0 for ever
   * @param reap whether the list's oldest address goes if it is older
   * @param inverted whether the condition is turned round
   */
  public void ifRecent(
      Recent what, int list, int group, End end, int seconds, boolean reap, boolean inverted) {
    condition(Op.RECENT, inverted);
    word(
        switch (what) {
          case SET -> Op.SET;
          case CHECK -> Op.CHECK;
          case UPDATE -> Op.UPDATE;
          case REMOVE -> Op.REMOVE;
        });
    word(list);
    word(group);
    word(seconds);
    word((reap ? Op.REAP : 0)
        | (end == End.DESTINATION ? Op.OF_DESTINATION : 0)
        | (seconds == 0 ? Op.ANY_TIME : 0));
  }

  /**
   * The connection's address was translated.
   *
   * @param end which end
   * @param inverted whether it must not be
   */
  public void ifTranslated(End end, boolean inverted) {
    condition(end == End.SOURCE ? Op.SOURCE_TRANSLATED : Op.DESTINATION_TRANSLATED, inverted);
  }

  // ---- actions

  /** The flow passes the table. */
  public void accept() {
    action(Op.END, RuleRun.ACCEPT);
    endRule();
  }

  /** The flow is dropped. */
  public void drop() {
    action(Op.END, RuleRun.DROP);
    endRule();
  }

  /**
   * The flow is refused.
   *
   * @param with how its sender is told
   */
  @SuppressWarnings("EnumOrdinal") // as Decision documents it; answers are not kept
  public void reject(RejectWith with) {
    action(Op.END, RuleRun.REJECT | (with.ordinal() << 3));
    endRule();
  }

  /** The chain ends. */
  public void exit() {
    if (ofKey) {
      action(Op.END, RuleRun.LEAVE);
    } else {
      action(Op.RETURN, 0);
    }
    endRule();
  }

  /**
   * Another routine is run.
   *
   * @param routine its number
   * @param comesBack whether the walk goes on after it, as with {@code -j}; else as with {@code -g}
   */
  public void jump(int routine, boolean comesBack) {
    action(comesBack ? Op.JUMP : ofKey ? Op.GOTO_AND_LEAVE : Op.GOTO, 0);
    word(routine);
    endRule();
  }

  /**
   * Sets the mark: the bits of the mask are cleared, and the value is added by exclusive or.
   *
   * @param ofConnection whether the connection's mark is meant
   * @param value the value
   * @param mask the mask
   */
  public void setMark(boolean ofConnection, int value, int mask) {
    action(ofConnection ? Op.SET_CONNECTION_MARK : Op.SET_MARK, 0);
    word(value);
    word(mask);
    endRule();
  }

  /**
   * Copies the mark of the packet to the connection, or back.
   *
   * @param save whether to the connection
   * @param packetMask which bits of the packet's mark
   * @param connectionMask which bits of the connection's
   */
  public void copyMark(boolean save, int packetMask, int connectionMask) {
    action(save ? Op.SAVE_MARK : Op.RESTORE_MARK, 0);
    word(packetMask);
    word(connectionMask);
    endRule();
  }

  /**
   * Translates the destination, and ends the table.
   *
   * @param target the number of address and port in {@link Targets}
   */
  public void dnat(int target) {
    action(Op.DNAT, 0);
    word(target);
    endRule();
  }

  /**
   * Translates the source, and ends the table.
   *
   * @param translation the number in the {@link ProgramPool}
   */
  public void snat(int translation) {
    action(Op.SNAT, translation);
    endRule();
  }

  /**
   * What happens cannot be told.
   *
   * @param question the number of the question in the {@link ProgramPool}
   */
  public void undecided(int question) {
    action(Op.UNDECIDED, question);
    endRule();
  }

  /**
   * Runs the routine that a table has for destination, protocol and port, if it has one.
   *
   * @param table the table's number in the program
   */
  public void dispatch(int table) {
    action(Op.DISPATCH, table);
    endRule();
  }

  /**
   * Sets bits of the mark if the source is not in a block; may be limited to one destination. It is
   * how kube-proxy marks what is to be masqueraded, in one instruction.
   *
   * @param profile the number of a profile in the {@link ProgramPool}: value and mask as
   *     {@link #setMark} has them
   * @param destination the destination to which it is limited; null for any
   * @param protocol with a destination, the protocol
   * @param port with a destination, the port
   * @param nodeBlock the number of the node's block; -1 if the block is given
   * @param block the block's address
   * @param blockMask the block's mask
   * @param inside whether the source must be inside the block instead
   */
  public void setMarkUnlessFrom(
      int profile,
      @org.jspecify.annotations.Nullable IpAddress destination,
      int protocol,
      int port,
      int nodeBlock,
      IpAddress block,
      IpAddress blockMask,
      boolean inside) {
    int flags = (nodeBlock >= 0 ? 1 : 2) | (inside ? 0 : 8) | (destination == null ? 0 : 16);
    action(Op.MARK_UNLESS, flags);
    word(profile);
    if (destination != null) {
      word(protocol << 16 | port);
      address(destination);
    }
    if (nodeBlock >= 0) {
      word(nodeBlock);
    } else {
      address(block);
      address(blockMask);
    }
    endRule();
  }

  /**
   * One of several endpoints.
   *
   * @param target its number in {@link Targets}
   * @param list the list of its callers, if it has affinity
   */
  public record Rung(int target, int list) {}

  /**
   * Chooses one of several endpoints, marks the flow if it comes from the endpoint itself, and
   * translates its destination: a {@code KUBE-SVC} chain with the {@code KUBE-SEP} chains behind
   * it.
   *
   * @param rungs the endpoints, in the order of the ladder
   * @param shape the number of the ladder's shape in the {@link ProgramPool}; it has as many rungs
   * @param group the group of the endpoints' lists; -1 without affinity
   * @param seconds how long a caller stays with its endpoint
   */
  public void balance(List<Rung> rungs, int shape, int group, int seconds) {
    boolean countsOn = true;
    boolean listsCountOn = true;
    for (int i = 1; i < rungs.size(); i++) {
      countsOn &= rungs.get(i).target == rungs.get(0).target + i;
      listsCountOn &= rungs.get(i).list == rungs.get(0).list + i;
    }
    action(group < 0 ? Op.BALANCE : Op.BALANCE_AFFINE, rungs.size());
    word(shape);
    word(countsOn ? rungs.get(0).target : -1);
    if (group >= 0) {
      word(group);
      word(seconds);
      word(listsCountOn ? rungs.get(0).list : -1);
    }
    if (!countsOn) {
      rungs.forEach(rung -> word(rung.target));
    }
    if (group >= 0 && !listsCountOn) {
      rungs.forEach(rung -> word(rung.list));
    }
    endRule();
  }
}
