package dev.hairpin.path.fast;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Hook;
import dev.hairpin.path.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one IP family of one node as a program that a {@link Decider} runs: what becomes of
 * the first packet of a connection at every hook that it passes.
 *
 * <p>The flow is TCP, UDP or SCTP, not known to connection tracking yet, and carries no mark. It
 * goes through PREROUTING or, if the host sends it, OUTPUT; by its destination as it is then,
 * through FORWARD and POSTROUTING or through INPUT; what the host sends to itself passes both
 * POSTROUTING and, on the loopback device, PREROUTING and INPUT. Where the rules send it is
 * decided; whether a route leads there is not.
 *
 * <p>Immutable and thread-safe. Programs of one {@link ProgramPool} share their code where it is
 * the same: a program of its own has the node's addresses and blocks only.
 */
public final class DecisionProgram {
  /** How many device names rules may tell apart; rules with more stay open questions. */
  public static final int MOST_DEVICE_PATTERNS = 15;

  static final int FROM_HOST = 0x100;
  static final int DEVICES_SHIFT = 16;

  private final IpFamily family;
  final ProgramPool pool;
  final ProgramCode code;
  final boolean v4;
  final Targets targets;

  /** IPv4: address and mask in one long for each block; IPv6: four longs. */
  final long[] nodeBlocks;

  /** IPv4: one long for each address, sorted; IPv6: pairs, in no order. */
  final long[] locals;

  /** A bit for the hash of each local address. */
  final long localBits;

  private DecisionProgram(Builder from, ProgramCode code) {
    this.family = from.family;
    this.pool = from.pool;
    this.code = code;
    this.v4 = family == IpFamily.IPV4;
    this.targets = pool.targets(family);
    this.nodeBlocks = from.nodeBlocks;
    this.locals = from.locals;
    long bits = 0;
    for (int i = 0; i < locals.length; i += v4 ? 1 : 2) {
      bits |= bit(v4 ? locals[i] : locals[i + 1]);
    }
    this.localBits = bits;
  }

  static long bit(long addressLow) {
    return 1L << (addressLow * 0x9e37_79b9_7f4a_7c15L >>> 58);
  }

  /**
   * The family.
   *
   * @return the family of all flows that the program decides
   */
  public IpFamily family() {
    return family;
  }

  /**
   * The endpoints that the program translates to, and those of other programs of the pool.
   *
   * @return their numbers
   */
  public Targets targets() {
    return targets;
  }

  /**
   * What a number of {@link Decision#sourceTranslation} means.
   *
   * @param number the number, from 1
   * @return the translation
   */
  public SourceTranslation sourceTranslation(int number) {
    return pool.sourceTranslationOf(number);
  }

  /**
   * What programs of the pool cannot tell, by number; {@link Decision#target} of an undecided
   * answer is such a number. That a question is listed does not mean that this program asks it.
   *
   * @return the questions, each with the rule that asks
   */
  public List<String> openQuestions() {
    return pool.questions();
  }

  /**
   * The link word of flows that come in through a device.
   *
   * @param protocol TCP, UDP or SCTP
   * @param device the device's name, such as {@code eth0}
   * @return the word, for {@link Decider#decide}
   */
  public int link(Protocol protocol, String device) {
    return protocol.number() | devices(device) << DEVICES_SHIFT;
  }

  /**
   * The link word of flows that the host sends itself.
   *
   * @param protocol TCP, UDP or SCTP
   * @return the word, for {@link Decider#decide}
   */
  public int linkFromHost(Protocol protocol) {
    return protocol.number() | FROM_HOST | devices("") << DEVICES_SHIFT;
  }

  /** A bit for each pattern that a device's name matches. */
  int devices(String name) {
    int bits = 0;
    for (int i = 0; i < code.patterns.size(); i++) {
      String pattern = code.patterns.get(i);
      boolean matches = pattern.endsWith("+")
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : name.equals(pattern);
      bits |= matches ? 1 << i : 0;
    }
    return bits;
  }

  boolean isLocal(long high, long low) {
    if (v4 ? low >>> 24 == 127 : high == 0 && low == 1) {
      return true;
    }
    if ((localBits & bit(low)) == 0) {
      return false;
    }
    if (v4) {
      return Arrays.binarySearch(locals, low) >= 0;
    }
    for (int i = 0; i < locals.length; i += 2) {
      if (locals[i] == high && locals[i + 1] == low) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a list of callers is named by a rule.
   *
   * @param list the list's number in the pool
   * @return true if it is
   */
  boolean namesList(int list) {
    for (int[] routine : code.routines) {
      if (RoutineReader.namesList(routine, list, v4)) {
        return true;
      }
    }
    return false;
  }

  /**
   * How much memory the code takes, which programs that are alike share.
   *
   * @return octets of its arrays
   */
  public long codeBytes() {
    return code.bytes();
  }

  /**
   * How much memory the program takes beside its code.
   *
   * @return octets, estimated
   */
  public long ownBytes() {
    return 64 + 16 + 8L * nodeBlocks.length + 16 + 8L * locals.length;
  }

  /**
   * Whether another program runs the same code.
   *
   * @param other another program
   * @return true if they share it
   */
  public boolean sharesCodeWith(DecisionProgram other) {
    return code == other.code;
  }

  /**
   * A builder that begins with this program.
   *
   * @return the builder
   */
  public Builder toBuilder() {
    return new Builder(this);
  }

  @Override
  public String toString() {
    return family + " program of " + code.routines.length + " routines, " + codeBytes() + " octets";
  }

  /**
   * Builds a program from routines, or changes one; what is not changed is shared with the program
   * that it began with. Not thread-safe.
   */
  public static final class Builder {
    private static final int[] NO_CODE = {};

    private final IpFamily family;
    private final ProgramPool pool;
    private int[][] routines;
    private boolean routinesShared;
    private int routineCount;
    private LookupTable[] tables;
    private int tableCount;
    private boolean tablesShared;
    private final Map<Table, Map<Hook, Integer>> roots = new EnumMap<>(Table.class);
    private List<String> patterns;
    private long hash;
    private long[] nodeBlocks = new long[0];
    private long[] locals = new long[0];
    private final @Nullable DecisionProgram base;

    /**
     * A program without rules.
     *
     * @param pool what it shares with others
     * @param family its family
     */
    public Builder(ProgramPool pool, IpFamily family) {
      this.family = family;
      this.pool = pool;
      this.routines = new int[16][];
      this.tables = new LookupTable[4];
      this.patterns = new ArrayList<>();
      this.base = null;
    }

    private Builder(DecisionProgram from) {
      this.family = from.family;
      this.pool = from.pool;
      this.routines = from.code.routines;
      this.routineCount = routines.length;
      this.routinesShared = true;
      this.tables = from.code.tables;
      this.tableCount = tables.length;
      this.tablesShared = true;
      this.patterns = new ArrayList<>(from.code.patterns);
      this.nodeBlocks = from.nodeBlocks;
      this.locals = from.locals;
      this.base = from;
      this.hash = from.code.hash;
    }

    /**
     * A number for a new routine, which does nothing yet.
     *
     * @return the number
     */
    public int newRoutine() {
      int number = routineCount++;
      ownRoutines();
      routines[number] = NO_CODE;
      return number;
    }

    private void ownRoutines() {
      if (routinesShared || routineCount > routines.length) {
        int capacity = routineCount > routines.length
            ? Math.max(16, routineCount + (routinesShared ? 0 : routineCount / 2))
            : routines.length;
        routines = Arrays.copyOf(routines, capacity);
        routinesShared = false;
      }
    }

    /**
     * Sets a routine's code.
     *
     * @param number the routine
     * @param code what {@link RoutineWriter#toArray} gave; empty for nothing
     */
    public void routine(int number, int[] code) {
      if (Arrays.equals(routines[number], code)) {
        return;
      }
      ownRoutines();
      hash -= part(number, routines[number]);
      routines[number] = code;
      hash += part(number, code);
    }

    private static long part(int number, int[] code) {
      return code.length == 0 ? 0 : ProgramCode.hashOf(number, code);
    }

    /**
     * A number for a new table.
     *
     * @param table the table
     * @return its number
     */
    public int newTable(LookupTable table) {
      int number = tableCount++;
      if (tablesShared || tableCount > tables.length) {
        tables = Arrays.copyOf(tables, Math.max(4, tableCount + (tablesShared ? 0 : tableCount)));
        tablesShared = false;
      }
      tables[number] = table;
      hash += table.hashCode() * 31L + number;
      return number;
    }

    /**
     * Replaces a table.
     *
     * @param number its number
     * @param table the new table
     */
    public void table(int number, LookupTable table) {
      if (tablesShared) {
        tables = Arrays.copyOf(tables, tables.length);
        tablesShared = false;
      }
      hash -= tables[number].hashCode() * 31L + number;
      tables[number] = table;
      hash += table.hashCode() * 31L + number;
    }

    /**
     * Says which routine a built-in chain is. All of them must be said again for a program that is
     * changed.
     *
     * @param table the table
     * @param hook the hook
     * @param routine the routine
     * @param drops whether the chain's policy is DROP
     */
    public void root(Table table, Hook hook, int routine, boolean drops) {
      roots
          .computeIfAbsent(table, t -> new EnumMap<>(Hook.class))
          .put(hook, drops ? routine | ProgramCode.POLICY_DROP : routine);
    }

    /**
     * The number of a device's name in conditions.
     *
     * @param pattern the name, or the beginning of names with a plus sign behind it
     * @return its number, or -1 if there are too many
     */
    public int devicePattern(String pattern) {
      int known = patterns.indexOf(pattern);
      if (known >= 0 || patterns.size() == MOST_DEVICE_PATTERNS) {
        return known;
      }
      patterns.add(pattern);
      return patterns.size() - 1;
    }

    /**
     * The blocks that are the node's own, such as that of its pods.
     *
     * @param blocks the blocks, by number; of the program's family
     */
    public void nodeBlocks(List<Cidr> blocks) {
      long[] words = new long[blocks.size() * (family == IpFamily.IPV4 ? 1 : 4)];
      for (int i = 0; i < blocks.size(); i++) {
        IpAddress address = blocks.get(i).address();
        int length = blocks.get(i).prefixLength();
        if (family == IpFamily.IPV4) {
          long mask = length == 0 ? 0 : 0xffff_ffffL << 32 - length & 0xffff_ffffL;
          words[i] = address.low() << 32 | mask;
        } else {
          words[4 * i] = address.high();
          words[4 * i + 1] = address.low();
          words[4 * i + 2] = length == 0 ? 0 : length >= 64 ? -1 : -1L << 64 - length;
          words[4 * i + 3] = length <= 64 ? 0 : -1L << 128 - length;
        }
      }
      nodeBlocks = words;
    }

    /**
     * The node's addresses; loopback addresses need not be named.
     *
     * @param addresses the addresses; those of the other family are passed over
     */
    public void localAddresses(Collection<IpAddress> addresses) {
      locals = addresses.stream()
          .filter(a -> a.family() == family)
          .distinct()
          .sorted()
          .flatMapToLong(a -> family == IpFamily.IPV4
              ? java.util.stream.LongStream.of(a.low())
              : java.util.stream.LongStream.of(a.high(), a.low()))
          .toArray();
    }

    /**
     * The program.
     *
     * @return the program; the builder must not be used again
     */
    public DecisionProgram build() {
      if (routineCount < routines.length) {
        routines = Arrays.copyOf(routines, routineCount);
      }
      if (tableCount < tables.length) {
        tables = Arrays.copyOf(tables, tableCount);
      }
      int[][] before = {
        chain(Hook.PREROUTING, Table.RAW, Table.MANGLE, Table.NAT),
        chain(Hook.OUTPUT, Table.RAW, Table.MANGLE, Table.NAT)
      };
      int[] forward = chain(Hook.FORWARD, Table.MANGLE, Table.FILTER, Table.SECURITY);
      int[] input = chain(Hook.INPUT, Table.MANGLE, Table.FILTER, Table.SECURITY);
      int[] output = chain(Hook.OUTPUT, Table.FILTER, Table.SECURITY);
      int[] post = chain(Hook.POSTROUTING, Table.MANGLE, Table.NAT);
      int[] again = chain(Hook.PREROUTING, Table.RAW, Table.MANGLE);
      int[] sent = concat(output, post);
      int[][] after = {
        concat(forward, post),
        concat(input, chain(Hook.INPUT, Table.NAT)),
        sent,
        concat(sent, concat(again, input))
      };
      TailReader reader = new TailReader(routines, tables, family);
      ProgramCode code = new ProgramCode(
          routines,
          tables,
          before,
          after,
          sent.length,
          List.copyOf(patterns),
          hash,
          reader.tails(after, base == null ? null : base.code),
          reader.fronts(before));
      return new DecisionProgram(this, pool.shared(code));
    }

    private int[] chain(Hook hook, Table... asked) {
      int[] found = new int[asked.length];
      int count = 0;
      for (Table table : asked) {
        Integer root = roots.getOrDefault(table, Map.of()).get(hook);
        if (root != null && (root < 0 || routines[root].length > 0)) {
          found[count++] = root;
        }
      }
      return Arrays.copyOf(found, count);
    }

    private static int[] concat(int[] first, int[] second) {
      int[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      return both;
    }
  }
}
