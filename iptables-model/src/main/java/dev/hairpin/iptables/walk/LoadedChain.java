package dev.hairpin.iptables.walk;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Counters;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.Rule;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A chain with what the kernel keeps beside its rules: counters, tokens, positions. */
final class LoadedChain {

  /**
   * What traces say of a rule, made when the first one asks, and shared by the rule's copies. Two
   * threads that ask at once make equal texts, and strings are safe to share.
   */
  private static final class Texts {
    private @Nullable String text;
    private @Nullable String effect;
  }

  /** A rule with its state. */
  static final class LoadedRule {
    final Rule rule;
    final int index;
    private final Texts texts;
    long packets;
    long bytes;

    /** Tokens of {@code limit} in units of 100 microseconds, and when they were counted; -1 new. */
    long tokens = -1;

    long tokensAt;

    /** Where {@code statistic --mode nth} is; -1 before its first packet. */
    long position = -1;

    LoadedRule(Rule rule, int index) {
      this.rule = rule;
      this.index = index;
      this.texts = new Texts();
      this.packets = rule.counters().packets();
      this.bytes = rule.counters().bytes();
    }

    /** A copy. */
    LoadedRule(LoadedRule from) {
      this.rule = from.rule;
      this.index = from.index;
      this.texts = from.texts;
      takeOver(from);
    }

    final void takeOver(LoadedRule from) {
      packets = from.packets;
      bytes = from.bytes;
      tokens = from.tokens;
      tokensAt = from.tokensAt;
      position = from.position;
    }

    /** The rule in its chain, as iptables-save prints it. */
    String text(String chain) {
      String known = texts.text;
      if (known == null) {
        known = rule.text(chain);
        texts.text = known;
      }
      return known;
    }

    /** What its target does, in a word for traces. */
    String effect() {
      String known = texts.effect;
      if (known == null) {
        known = RuleWalker.effect(rule.target());
        texts.effect = known;
      }
      return known;
    }

    String comment() {
      for (Match match : rule.matches()) {
        if (match instanceof Match.Comment comment) {
          return comment.text();
        }
      }
      return "";
    }
  }

  final Chain chain;
  final LoadedRule[] rules;

  /** Where the ladder of dice begins with which the chain ends; its length if it has none. */
  final int ladderStart;

  long policyPackets;
  long policyBytes;

  /** Loads a chain; rules that stayed where the chain was changed keep their state. */
  LoadedChain(Chain chain, @Nullable LoadedChain before) {
    this.chain = chain;
    this.rules = new LoadedRule[chain.rules().size()];
    this.ladderStart = Ladders.startIn(chain);
    this.policyPackets = chain.counters().packets();
    this.policyBytes = chain.counters().bytes();
    for (int i = 0; i < rules.length; i++) {
      rules[i] = new LoadedRule(chain.rules().get(i), i + 1);
    }
    if (before != null) {
      if (chain.isBuiltIn()) {
        policyPackets = before.policyPackets;
        policyBytes = before.policyBytes;
      }
      IdentityHashMap<Rule, LoadedRule> old = new IdentityHashMap<>();
      for (LoadedRule r : before.rules) {
        old.put(r.rule, r);
      }
      for (LoadedRule r : rules) {
        LoadedRule same = old.get(r.rule);
        if (same != null) {
          r.takeOver(same);
        }
      }
    }
  }

  private LoadedChain(LoadedChain from) {
    this.chain = from.chain;
    this.rules = new LoadedRule[from.rules.length];
    this.ladderStart = from.ladderStart;
    this.policyPackets = from.policyPackets;
    this.policyBytes = from.policyBytes;
    for (int i = 0; i < rules.length; i++) {
      rules[i] = new LoadedRule(from.rules[i]);
    }
  }

  LoadedChain copy() {
    return new LoadedChain(this);
  }

  /** The chain with the counters as they are now. */
  Chain counted() {
    List<Rule> counted = new ArrayList<>(rules.length);
    for (LoadedRule r : rules) {
      counted.add(new Rule(r.rule.matches(), r.rule.target(), new Counters(r.packets, r.bytes)));
    }
    Counters policy =
        chain.isBuiltIn() ? new Counters(policyPackets, policyBytes) : chain.counters();
    return new Chain(chain.name(), chain.policy(), policy, counted);
  }

  void zero() {
    policyPackets = 0;
    policyBytes = 0;
    for (LoadedRule r : rules) {
      r.packets = 0;
      r.bytes = 0;
    }
  }
}
