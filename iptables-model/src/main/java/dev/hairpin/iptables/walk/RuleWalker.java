package dev.hairpin.iptables.walk;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.IpSets;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.NatTo;
import dev.hairpin.iptables.Policy;
import dev.hairpin.iptables.PortRange;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.Target;
import dev.hairpin.iptables.walk.LoadedChain.LoadedRule;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.FilterVerdict;
import dev.hairpin.path.Hook;
import dev.hairpin.path.Ladder;
import dev.hairpin.path.Packet;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.Passage;
import dev.hairpin.path.RejectWith;
import dev.hairpin.path.TableName;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The packet filter of a host: walks its rules as the kernel does.
 *
 * <p>It counts packets and bytes for each rule and policy, keeps the lists of {@code recent}, and
 * tells each rule that matched to the trace. A rule that the model does not know makes the walk
 * {@linkplain FilterVerdict.Undecided undecided} if its outcome would matter. Not thread-safe.
 */
public final class RuleWalker implements PacketFilter {

  /** How many addresses a list of {@code recent} holds unless the module is told otherwise. */
  public static final int RECENT_ADDRESSES = 100;

  /** A walk that looks at more rules than this is taken for one without end. */
  private static final int MOST_RULES = 5_000_000;

  private final Map<IpFamily, RuleSet> ruleSets = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, Map<TableName, ChainTable>> loaded = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, Derived> derived = new EnumMap<>(IpFamily.class);
  private final Set<LoadedChain> owned = Collections.newSetFromMap(new IdentityHashMap<>());
  private final RecentLists recent;
  private final Matcher matcher;

  /** What is worked out about the rules of a family when it is first asked for. */
  private static final class Derived {
    private final RuleSet rules;
    private final Map<TableName, Ladders> ladders = new EnumMap<>(TableName.class);
    private @Nullable Likeness likeness;

    private Derived(RuleSet rules) {
      this.rules = rules;
    }

    Ladders ladders(TableName name) {
      return ladders.computeIfAbsent(
          name,
          n -> new Ladders(
              chain -> rules.table(n).flatMap(table -> table.chain(chain)).orElse(null)));
    }

    Likeness likeness() {
      Likeness known = likeness;
      if (known == null) {
        known = new Likeness(rules);
        likeness = known;
      }
      return known;
    }
  }

  /**
   * A filter with rules of one family; packets of the other pass.
   *
   * @param rules the rules
   */
  public RuleWalker(RuleSet rules) {
    this(new RecentLists(RECENT_ADDRESSES));
    load(rules);
  }

  private RuleWalker(RecentLists recent) {
    this.recent = recent;
    this.matcher = new Matcher(recent);
  }

  @Override
  public RuleWalker copy() {
    RuleWalker copy = new RuleWalker(recent.copy());
    copy.ruleSets.putAll(ruleSets);
    copy.derived.putAll(derived);
    copy.matcher.likeThat(matcher);
    loaded.forEach((family, tables) -> {
      Map<TableName, ChainTable> copied = new EnumMap<>(TableName.class);
      tables.forEach((name, chains) -> copied.put(name, chains.copy()));
      copy.loaded.put(family, copied);
    });
    // From now on both share the chains' states, and each copies a chain before it counts there.
    owned.clear();
    return copy;
  }

  /**
   * Replaces the rules of a family. Rules that stay keep what they counted, and lists of
   * {@code recent} stay as long as a rule names them.
   *
   * @param rules the new rules
   */
  @SuppressWarnings("ReferenceEquality") // a chain that was not touched is the same object
  public void load(RuleSet rules) {
    Map<TableName, ChainTable> before = loaded.getOrDefault(rules.family(), Map.of());
    Map<TableName, ChainTable> now = new EnumMap<>(TableName.class);
    for (Table table : rules.tables()) {
      ChainTable old = before.getOrDefault(table.name(), ChainTable.EMPTY);
      Map<String, LoadedChain> chains = new HashMap<>();
      for (Chain chain : table.chains()) {
        LoadedChain same = old.get(chain.name());
        if (same == null || same.chain != chain) {
          same = new LoadedChain(chain, same);
          owned.add(same);
        }
        chains.put(chain.name(), same);
      }
      now.put(table.name(), new ChainTable(chains));
    }
    ruleSets.put(rules.family(), rules);
    derived.put(rules.family(), new Derived(rules));
    loaded.put(rules.family(), now);
    owned.removeAll(unused(before, now));
    recent.named(listNames());
  }

  /**
   * Gives the sets that rules ask by {@code -m set}. Without them such rules are not decided.
   *
   * @param sets the host's sets
   */
  public void ipSets(IpSets sets) {
    matcher.sets(sets);
  }

  /**
   * Says as whom the processes of the host call, for rules with {@code -m owner}. Without it rules
   * that ask for a user or group are not decided for what the host itself sends.
   *
   * @param user the number of the user, such as 0 for root
   * @param group the number of the group
   */
  public void processesRunAs(long user, long group) {
    matcher.user(user, group);
  }

  private static Set<LoadedChain> unused(
      Map<TableName, ChainTable> before, Map<TableName, ChainTable> now) {
    Set<LoadedChain> gone = Collections.newSetFromMap(new IdentityHashMap<>());
    before.values().forEach(chains -> gone.addAll(chains.all()));
    now.values().forEach(chains -> chains.all().forEach(gone::remove));
    return gone;
  }

  /** The chain, to be changed: a copy of its state if that is shared with another walker. */
  private LoadedChain own(ChainTable chains, LoadedChain chain) {
    if (owned.contains(chain)) {
      return chain;
    }
    LoadedChain mine = chain.copy();
    owned.add(mine);
    chains.replace(mine);
    return mine;
  }

  private Set<String> listNames() {
    Set<String> names = new HashSet<>();
    for (RuleSet rules : ruleSets.values()) {
      for (Table table : rules.tables()) {
        for (Chain chain : table.chains()) {
          for (Rule rule : chain.rules()) {
            for (Match match : rule.matches()) {
              if (match instanceof Match.Recent r) {
                names.add(r.list());
              }
            }
          }
        }
      }
    }
    return names;
  }

  /**
   * The rules of a family as they were loaded.
   *
   * @param family the family
   * @return the rules, with the counters that they were loaded with
   */
  public RuleSet rules(IpFamily family) {
    return ruleSets.getOrDefault(family, RuleSet.empty(family));
  }

  /**
   * The rules of a family with what they have counted, as {@code iptables-save -c} shows them.
   *
   * @param family the family
   * @return the rules with their counters as they are now
   */
  public RuleSet counted(IpFamily family) {
    RuleSet rules = rules(family);
    RuleSet result = rules;
    for (Table table : rules.tables()) {
      List<Chain> chains = new ArrayList<>();
      chainsOf(family, table.name()).all().forEach(chain -> chains.add(chain.counted()));
      result = result.with(table.withChains(List.of(), chains));
    }
    return result;
  }

  /**
   * Sets the counters of a table to zero, as {@code iptables -Z} does.
   *
   * @param family the family
   * @param table the table
   */
  public void zero(IpFamily family, TableName table) {
    ChainTable chains = chainsOf(family, table);
    chains.all().forEach(chain -> own(chains, chain).zero());
  }

  /**
   * The lists of the match {@code recent}.
   *
   * @return by name, the addresses, least recently set first, each with the times in milliseconds
   *     at which it was seen, oldest first
   */
  public Map<String, Map<IpAddress, List<Long>>> recentLists() {
    Map<String, Map<IpAddress, List<Long>>> result = new LinkedHashMap<>();
    recent.byName().forEach((name, list) -> {
      Map<IpAddress, List<Long>> entries = new LinkedHashMap<>();
      list.entries().forEach((address, stamps) -> entries.put(address, List.copyOf(stamps)));
      result.put(name, entries);
    });
    return result;
  }

  private ChainTable chainsOf(IpFamily family, TableName table) {
    return loaded.getOrDefault(family, Map.of()).getOrDefault(table, ChainTable.EMPTY);
  }

  @Override
  public Object likeness(IpAddress address) {
    Derived known = derived.get(address.family());
    return known == null
        ? List.of()
        : List.of(known.likeness().of(address), recent.thatHold(address));
  }

  // ---- the walk

  /** Where the walk goes on when a chain ends. */
  private record Frame(LoadedChain chain, int next, int lastMatch) {}

  @Override
  public FilterVerdict filter(TableName table, Hook hook, Passage p) {
    ChainTable chains = chainsOf(p.packet().source().family(), table);
    LoadedChain base = chains.get(hook.name());
    if (base == null) {
      return FilterVerdict.ACCEPT;
    }
    return walk(chains, own(chains, base), table, hook, p);
  }

  private FilterVerdict walk(
      ChainTable chains, LoadedChain base, TableName table, Hook hook, Passage p) {
    List<Frame> stack = new ArrayList<>();
    LoadedChain chain = base;
    int at = 0;
    int lastMatch = 0;
    int lookedAt = 0;
    while (true) {
      if (at >= chain.rules.length) {
        if (stack.isEmpty()) {
          return policy(base, p);
        }
        Frame back = stack.remove(stack.size() - 1);
        chain = back.chain;
        at = back.next;
        lastMatch = back.lastMatch;
        continue;
      }
      int rung = at < chain.ladderStart ? -1 : climb(chain, at, table, p);
      if (rung >= 0) {
        at = rung;
      }
      LoadedRule rule = chain.rules[at++];
      if (++lookedAt > MOST_RULES) {
        return undecided(Reason.RULE_LOOP, chain, rule);
      }
      Target target = rule.rule.target();
      Answer answer = rung >= 0 ? Answer.YES : matcher.rule(rule, chain.chain.name(), p);
      if (answer == Answer.NO) {
        continue;
      }
      if (answer == Answer.UNKNOWN) {
        if (isSilent(target)) {
          continue;
        }
        return undecided(Reason.RULE_NOT_MODELLED, chain, rule);
      }
      rule.packets++;
      rule.bytes += p.packet().length();
      if (p.recording()) {
        record(table, chain, rule, at - 1 - lastMatch, p);
      }
      lastMatch = at;
      if (target instanceof Target.Jump || target instanceof Target.Goto) {
        String name =
            target instanceof Target.Jump jump ? jump.chain() : ((Target.Goto) target).chain();
        LoadedChain next = chains.get(name);
        if (next == null) {
          return undecided(Reason.RULE_NOT_MODELLED, chain, rule);
        }
        if (target instanceof Target.Jump) {
          if (stack.size() > chains.size()) {
            return undecided(Reason.RULE_LOOP, chain, rule);
          }
          stack.add(new Frame(chain, at, lastMatch));
        }
        chain = own(chains, next);
        at = 0;
        lastMatch = 0;
        continue;
      }
      if (target == Target.RETURN) {
        at = chain.rules.length;
        continue;
      }
      FilterVerdict verdict = act(target, chain, rule, hook, p);
      if (verdict != null) {
        return verdict;
      }
    }
  }

  /** The rule of the chain's ladder that the chooser takes; -1 to ask rule by rule. */
  private int climb(LoadedChain chain, int at, TableName table, Passage p) {
    Derived known = derived.get(p.packet().source().family());
    if (known == null || at >= chain.rules.length) {
      return -1;
    }
    Ladder ladder = known.ladders(table).of(chain);
    if (ladder.size() == 1 && ladder.rung(0).destination() == null) {
      return -1;
    }
    int rung = p.chooser().climb(ladder, at - chain.ladderStart, p);
    return rung < 0 ? -1 : chain.ladderStart + rung;
  }

  private static FilterVerdict policy(LoadedChain base, Passage p) {
    base.policyPackets++;
    base.policyBytes += p.packet().length();
    return base.chain.policy() == Policy.DROP
        ? new FilterVerdict.Drop(Reason.DROPPED_BY_RULE, base.chain.name() + " policy", null)
        : FilterVerdict.ACCEPT;
  }

  private static FilterVerdict undecided(Reason reason, LoadedChain chain, LoadedRule rule) {
    return new FilterVerdict.Undecided(reason, place(chain, rule), text(chain, rule));
  }

  private static String place(LoadedChain chain, LoadedRule rule) {
    return chain.chain.name() + "[" + rule.index + "]";
  }

  private static String text(LoadedChain chain, LoadedRule rule) {
    return rule.text(chain.chain.name());
  }

  private static void record(
      TableName table, LoadedChain chain, LoadedRule rule, int skipped, Passage p) {
    p.step(new Step.RuleMatched(
        table.toString(),
        chain.chain.name(),
        rule.index,
        chain.rules.length,
        skipped,
        text(chain, rule),
        rule.effect(),
        rule.comment()));
  }

  /** What a target does, in a word for traces. */
  static String effect(Target target) {
    if (target instanceof Target.Jump jump) {
      return "-> " + jump.chain();
    }
    if (target instanceof Target.Goto jump) {
      return "=> " + jump.chain();
    }
    String text = target.toString();
    return text.startsWith("-j ") ? text.substring(3) : text;
  }

  /** Targets that leave the packet's fate alone. */
  private static boolean isSilent(Target target) {
    return target instanceof Target.None
        || target instanceof Target.Log
        || target instanceof Target.Nflog
        || target instanceof Target.Trace
        || target instanceof Target.TcpMss
        || target instanceof Target.Checksum;
  }

  /** Carries out a target; null if the walk goes on. */
  private @Nullable FilterVerdict act(
      Target target, LoadedChain chain, LoadedRule rule, Hook hook, Passage p) {
    if (target == Target.ACCEPT) {
      return FilterVerdict.ACCEPT;
    }
    if (target == Target.DROP) {
      return new FilterVerdict.Drop(
          Causes.ofDrop(rule.comment(), chain.chain.name()), place(chain, rule), text(chain, rule));
    }
    if (target instanceof Target.Reject reject) {
      RejectWith with = RejectWith.valueOf(reject.type().name());
      return new FilterVerdict.Reject(
          Causes.ofReject(rule.comment()), with, place(chain, rule), text(chain, rule));
    }
    if (target instanceof Target.SetMark mark) {
      p.mark(mark.mark().applyTo(p.mark()));
      return null;
    }
    if (target instanceof Target.SetConnMark mark) {
      p.connectionMark(mark.mark().applyTo(p.connectionMark()));
      return null;
    }
    if (target instanceof Target.SaveMark save) {
      p.connectionMark(
          (p.connectionMark() & ~save.connectionMask()) ^ (p.mark() & save.packetMask()));
      return null;
    }
    if (target instanceof Target.RestoreMark restore) {
      p.mark((p.mark() & ~restore.packetMask()) ^ (p.connectionMark() & restore.connectionMask()));
      return null;
    }
    if (target instanceof Target.Ct ct && ct.zone() == null) {
      if (ct.notrack()) {
        p.noTrack();
      }
      return null;
    }
    if (isSilent(target)) {
      if (p.recording() && !(target instanceof Target.None)) {
        p.step(new Step.Note(effect(target)));
      }
      return null;
    }
    return translate(target, chain, rule, hook, p);
  }

  private static FilterVerdict translate(
      Target target, LoadedChain chain, LoadedRule rule, Hook hook, Passage p) {
    if (target instanceof Target.Dnat dnat) {
      p.dnat(range(dnat.to(), p.packet().destinationPort(), dnat.random(), false));
      return FilterVerdict.ACCEPT;
    }
    if (target instanceof Target.Snat snat) {
      p.snat(range(snat.to(), p.packet().sourcePort(), snat.random(), snat.randomFully()));
      return FilterVerdict.ACCEPT;
    }
    if (target instanceof Target.Masquerade masquerade) {
      Optional<IpAddress> address = p.masqueradeAddress();
      if (address.isEmpty()) {
        return new FilterVerdict.Drop(Reason.NO_ROUTE, place(chain, rule), text(chain, rule));
      }
      p.step(new Step.Masqueraded(address.get(), p.outDevice()));
      p.snat(
          range(address.get(), masquerade.ports(), masquerade.random(), masquerade.randomFully()));
      return FilterVerdict.ACCEPT;
    }
    if (target instanceof Target.Redirect redirect) {
      Optional<IpAddress> address = p.redirectAddress();
      if (address.isEmpty()) {
        return new FilterVerdict.Drop(Reason.NO_ROUTE, place(chain, rule), text(chain, rule));
      }
      p.dnat(range(address.get(), redirect.ports(), redirect.random(), false));
      return FilterVerdict.ACCEPT;
    }
    if (target instanceof Target.Netmap netmap) {
      boolean source = hook == Hook.POSTROUTING || hook == Hook.INPUT;
      Packet packet = p.packet();
      IpAddress mapped = netmap(netmap, source ? packet.source() : packet.destination());
      if (source) {
        p.snat(range(mapped, null, false, false));
      } else {
        p.dnat(range(mapped, null, false, false));
      }
      return FilterVerdict.ACCEPT;
    }
    return undecided(Reason.RULE_NOT_MODELLED, chain, rule);
  }

  private static IpAddress netmap(Target.Netmap target, IpAddress address) {
    IpAddress to = target.to().address();
    IpAddress mask = target.to().mask();
    return new IpAddress(
        address.family(),
        (address.high() & ~mask.high()) | to.high(),
        ((address.low() & ~mask.low()) | to.low()) & (address.isV4() ? 0xffff_ffffL : -1));
  }

  private static NatRange range(
      IpAddress address, @Nullable PortRange ports, boolean random, boolean fully) {
    return new NatRange(
        address,
        address,
        ports == null ? 0 : ports.first(),
        ports == null ? 0 : ports.last(),
        random,
        fully);
  }

  /**
   * The port of a range that lies as far behind its first as the packet's behind the base, counted
   * round as the kernel's 16 bits count it (Linux, {@code nf_nat_l4proto_unique_tuple}).
   */
  private static int shifted(PortRange ports, int distance) {
    return ports.first() + (distance & 0xffff) % (ports.last() - ports.first() + 1);
  }

  private static NatRange range(NatTo to, int port, boolean random, boolean fully) {
    PortRange ports = to.ports();
    if (ports != null && to.basePort() >= 0) {
      ports = PortRange.of(shifted(ports, port - to.basePort()));
    }
    return new NatRange(
        to.first(),
        to.last(),
        ports == null ? 0 : ports.first(),
        ports == null ? 0 : ports.last(),
        random,
        fully);
  }
}
