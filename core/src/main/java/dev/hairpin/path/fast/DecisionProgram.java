package dev.hairpin.path.fast;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Hook;
import dev.hairpin.path.TableName;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
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

  /** Spreads addresses over the bits of {@link #localBits}. */
  static final int SPREAD = 0x9e37_79b9;

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

  /** Whether an endpoint of the pool may be on the node itself: up to a number of targets. */
  final boolean hasLocalTargets;

  private final int knownTargets;

  /** The classes of sources, of IPv4. */
  final Origins origins;

  private final int knownQuestions;

  /** What courses come to: for flows that come in, and for those that the host sends. */
  final Plans.Table[] plans;

  private DecisionProgram(
      ProgramCode code,
      IpFamily family,
      ProgramPool pool,
      long[] nodeBlocks,
      long[] locals,
      @Nullable DecisionProgram base) {
    this.family = family;
    this.pool = pool;
    this.code = code;
    this.v4 = family == IpFamily.IPV4;
    this.targets = pool.targets(family);
    this.nodeBlocks = nodeBlocks;
    this.locals = locals;
    long bits = 0;
    for (int i = 0; i < locals.length; i += v4 ? 1 : 2) {
      bits |= bit(v4 ? locals[i] : locals[i + 1]);
    }
    this.localBits = bits;
    this.knownTargets = targets.size();
    this.hasLocalTargets = hasLocalTargets(base);
    this.knownQuestions = pool.sourceQuestions().size();
    this.origins = base != null && answersAs(base)
        ? base.origins
        : new Origins(v4 ? pool.sourceQuestions() : List.of(), pool, this);
    this.plans = new Plans.Table[] {
      pool.update(code.straights[0].plans), pool.update(code.straights[1].plans)
    };
  }

  /**
   * The same code for another node, which differs by its addresses and its own blocks.
   *
   * @param blocks the node's blocks, as many as this program has, in the same order
   * @param addresses the node's addresses; loopback addresses need not be named
   * @param last the node's last program of the same pool, of which it takes over what it can; null
   *     if it had none
   * @return the node's program
   */
  public DecisionProgram forNode(
      List<Cidr> blocks, Collection<IpAddress> addresses, @Nullable DecisionProgram last) {
    long[] words = words(family, blocks);
    if (words.length != nodeBlocks.length) {
      throw new IllegalArgumentException("the rules name another number of blocks than " + blocks);
    }
    long[] sorted = sorted(family, addresses);
    return new DecisionProgram(
        code,
        family,
        pool,
        last != null && Arrays.equals(last.nodeBlocks, words) ? last.nodeBlocks : words,
        last != null && Arrays.equals(last.locals, sorted) ? last.locals : sorted,
        last);
  }

  private static long[] words(IpFamily family, List<Cidr> blocks) {
    long[] words = new long[blocks.size() * (family == IpFamily.IPV4 ? 1 : 4)];
    for (int i = 0; i < blocks.size(); i++) {
      IpAddress address = blocks.get(i).address();
      int length = blocks.get(i).prefixLength();
      if (family == IpFamily.IPV4) {
        long mask = length == 0 ? 0 : (0xffff_ffffL << (32 - length)) & 0xffff_ffffL;
        words[i] = address.low() << 32 | mask;
      } else {
        words[4 * i] = address.high();
        words[4 * i + 1] = address.low();
        words[4 * i + 2] = length == 0 ? 0 : length >= 64 ? -1 : -1L << (64 - length);
        words[4 * i + 3] = length <= 64 ? 0 : -1L << (128 - length);
      }
    }
    return words;
  }

  /** The addresses of a family, each once, in the order of {@link #locals}. */
  private static long[] sorted(IpFamily family, Collection<IpAddress> addresses) {
    return addresses.stream()
        .filter(a -> a.family() == family)
        .distinct()
        .sorted()
        .flatMapToLong(a -> family == IpFamily.IPV4
            ? java.util.stream.LongStream.of(a.low())
            : java.util.stream.LongStream.of(a.high(), a.low()))
        .toArray();
  }

  private boolean answersAs(DecisionProgram base) {
    return base.locals == locals
        && Arrays.equals(base.nodeBlocks, nodeBlocks)
        && base.knownQuestions == knownQuestions;
  }

  /** Targets are only ever added, so that a changed program looks at the new ones alone. */
  private boolean hasLocalTargets(@Nullable DecisionProgram base) {
    int known = 0;
    if (base != null && base.locals == locals) {
      if (base.hasLocalTargets) {
        return true;
      }
      known = base.knownTargets;
    }
    for (int i = known; i < knownTargets; i++) {
      if (isLocal(targets.addressHigh(i), targets.addressLow(i))) {
        return true;
      }
    }
    return false;
  }

  static long bit(long addressLow) {
    return 1L << (((int) addressLow * SPREAD) >>> 26);
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
    return protocol.number() | (devices(device) << DEVICES_SHIFT);
  }

  /**
   * The link word of flows that the host sends itself.
   *
   * @param protocol TCP, UDP or SCTP
   * @return the word, for {@link Decider#decide}
   */
  public int linkFromHost(Protocol protocol) {
    return protocol.number() | FROM_HOST | (devices("") << DEVICES_SHIFT);
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

  /** The class of an address, as {@link Op#LOCAL} and its siblings say. */
  int typeOf(long high, long low) {
    if (v4 ? low == 0 : (high | low) == 0) {
      return Op.UNSPECIFIED;
    }
    if (v4 ? low >>> 28 == 14 : high >>> 56 == 0xff) {
      return Op.MULTICAST;
    }
    return isLocal(high, low) ? Op.LOCAL : Op.OTHER;
  }

  boolean isLocal4(int address) {
    return isLocal(0, address & 0xffff_ffffL);
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

  /** The lists of callers that rules name, by their numbers in the pool. */
  IntSet namedLists() {
    IntSet lists = new IntOpenHashSet();
    for (int place : code.places) {
      int[] page = code.pages[place >>> ProgramCode.PAGE_BITS];
      RoutineReader.addLists(page, place & ProgramCode.PAGE_MASK, lists, v4);
    }
    return lists;
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
    return 112 + 16 + 8L * nodeBlocks.length + 16 + 8L * locals.length + origins.bytes();
  }

  /**
   * Whether many changes have left gaps, so that it is time to compile from nothing.
   *
   * @return true if more than half of a large program is of no use any more
   */
  public boolean isSparse() {
    return code.wasted > ProgramCode.PAGE_WORDS && code.wasted > code.end / 2;
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
    return family + " program of " + code.homes.length + " routines, " + codeBytes() + " octets";
  }

  /**
   * Builds a program from routines, or changes one; what is not changed is shared with the program
   * that it began with. Not thread-safe.
   */
  public static final class Builder {
    private static final int[] NO_CODE = {};

    private final IpFamily family;
    private final ProgramPool pool;

    /** What was written; its jumps name routines by number. */
    private final Int2ObjectOpenHashMap<int[]> written = new Int2ObjectOpenHashMap<>();

    private int routineCount;
    private LookupTable[] tables;
    private int tableCount;
    private boolean tablesShared;
    private final Map<TableName, Map<Hook, Integer>> roots = new EnumMap<>(TableName.class);
    private List<String> patterns;
    private long[] nodeBlocks = new long[0];
    private long[] locals = new long[0];
    private final @Nullable DecisionProgram base;
    private int[][] pages = {};
    private int[] homes = {};

    /**
     * A program without rules.
     *
     * @param pool what it shares with others
     * @param family its family
     */
    public Builder(ProgramPool pool, IpFamily family) {
      this.family = family;
      this.pool = pool;
      this.tables = new LookupTable[4];
      this.patterns = new ArrayList<>();
      this.base = null;
    }

    private Builder(DecisionProgram from) {
      this.family = from.family;
      this.pool = from.pool;
      this.routineCount = from.code.homes.length;
      this.tables = from.code.tables;
      this.tableCount = tables.length;
      this.tablesShared = true;
      this.patterns = new ArrayList<>(from.code.patterns);
      this.nodeBlocks = from.nodeBlocks;
      this.locals = from.locals;
      this.base = from;
    }

    /**
     * A number for a new routine, which does nothing yet.
     *
     * @return the number
     */
    public int newRoutine() {
      written.put(routineCount, NO_CODE);
      return routineCount++;
    }

    /**
     * Sets a routine's code.
     *
     * @param number the routine
     * @param code what {@link RoutineWriter#toArray} gave; empty for nothing
     */
    public void routine(int number, int[] code) {
      written.put(number, code);
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
      tables[number] = table;
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
    public void root(TableName table, Hook hook, int routine, boolean drops) {
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
      nodeBlocks = words(family, blocks);
    }

    /**
     * The node's addresses; loopback addresses need not be named.
     *
     * @param addresses the addresses; those of the other family are passed over
     */
    public void localAddresses(Collection<IpAddress> addresses) {
      long[] sorted = sorted(family, addresses);
      locals = Arrays.equals(sorted, locals) ? locals : sorted;
    }

    /**
     * The program.
     *
     * @return the program; the builder must not be used again
     */
    public DecisionProgram build() {
      if (tableCount < tables.length) {
        tables = Arrays.copyOf(tables, tableCount);
      }
      CodePages laidOut = layOut();
      pages = laidOut.pages();
      homes = laidOut.homes();
      int[][] before = {
        chain(Hook.PREROUTING, TableName.RAW, TableName.MANGLE, TableName.NAT),
        chain(Hook.OUTPUT, TableName.RAW, TableName.MANGLE, TableName.NAT)
      };
      int[] forward = chain(Hook.FORWARD, TableName.MANGLE, TableName.FILTER, TableName.SECURITY);
      int[] input = chain(Hook.INPUT, TableName.MANGLE, TableName.FILTER, TableName.SECURITY);
      int[] output = chain(Hook.OUTPUT, TableName.FILTER, TableName.SECURITY);
      int[] post = chain(Hook.POSTROUTING, TableName.MANGLE, TableName.NAT);
      int[] again = chain(Hook.PREROUTING, TableName.RAW, TableName.MANGLE);
      int[] sent = concat(output, post);
      int[][] after = {
        concat(forward, post),
        concat(input, chain(Hook.INPUT, TableName.NAT)),
        sent,
        concat(sent, concat(again, input))
      };
      TailReader tails = new TailReader(pages, tables, family);
      FrontReader fronts = new FrontReader(pages, tables);
      long hash = laidOut.hashChange() + (base == null ? 0 : base.code.pagesHash);
      long tablesHash = 0;
      for (int i = 0; i < tables.length; i++) {
        tablesHash += tables[i].hashCode() * 31L + i;
      }
      ProgramCode code = new ProgramCode(
          laidOut,
          tables,
          before,
          after,
          sent.length,
          List.copyOf(patterns),
          hash,
          tablesHash,
          tails.tails(after, base == null ? null : base.code),
          new Front[] {fronts.read(before[0]), fronts.read(before[1])},
          pool,
          base == null ? null : base.code);
      return new DecisionProgram(pool.shared(code), family, pool, nodeBlocks, locals, base);
    }

    private CodePages layOut() {
      CodePages layout = new CodePages(base == null ? null : base.code);
      int known = base == null ? 0 : base.code.homes.length;
      int[] lengths = new int[routineCount - known];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = written.get(known + i).length;
      }
      layout.place(routineCount, lengths);
      int[] numbers = written.keySet().toIntArray();
      Arrays.sort(numbers);
      for (int number : numbers) {
        layout.write(number, resolved(written.get(number), layout.homes()));
      }
      for (int i = 0; i < tables.length; i++) {
        if (tables[i].resolve(layout.homes())) {
          tables[i].plan(layout, pool);
        } else if (!tables[i].withdraw(numbers)) {
          LookupTable again = tables[i].unplanned();
          again.plan(layout, pool);
          table(i, again);
        }
      }
      return layout;
    }

    private int[] resolved(int[] words, int[] addresses) {
      boolean v4 = family == IpFamily.IPV4;
      int[] resolved = words;
      for (int at = 0; at < words.length; at += RoutineReader.length(words, at, v4)) {
        int op = RoutineReader.code(words[at]);
        if (op == Op.JUMP || op == Op.GOTO || op == Op.GOTO_AND_LEAVE) {
          resolved = resolved == words ? words.clone() : resolved;
          resolved[at + 1] = addresses[words[at + 1]];
        }
      }
      return resolved;
    }

    private int[] chain(Hook hook, TableName... asked) {
      int[] found = new int[asked.length];
      int count = 0;
      for (TableName table : asked) {
        Integer root = roots.getOrDefault(table, Map.of()).get(hook);
        if (root != null) {
          int address = homes[root & ~ProgramCode.POLICY_DROP];
          boolean empty =
              pages[address >>> ProgramCode.PAGE_BITS][address & ProgramCode.PAGE_MASK] == Op.STOP;
          if (root < 0 || !empty) {
            found[count++] = address | (root & ProgramCode.POLICY_DROP);
          }
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
