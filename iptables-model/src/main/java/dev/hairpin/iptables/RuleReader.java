package dev.hairpin.iptables;

import dev.hairpin.iptables.Words.Word;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a rule's specification: everything after {@code -A CHAIN}.
 *
 * <p>Options may come in any order, as iptables takes them: the result has them in the order in
 * which iptables-save prints them. Used for one rule only.
 */
final class RuleReader {
  private final Words words;
  private final ValueReader values;
  private final Predicate<String> isChain;

  private final List<AddressMask> sources = new ArrayList<>();
  private final List<AddressMask> destinations = new ArrayList<>();
  private boolean sourceInverted;
  private boolean destinationInverted;
  private Match.@Nullable InInterface in;
  private Match.@Nullable OutInterface out;
  private Match.@Nullable ProtocolIs protocol;
  private Match.@Nullable Fragment fragment;
  private boolean protocolGiven;
  private final List<Draft> matches = new ArrayList<>();
  private @Nullable Draft target;
  private @Nullable String gotoChain;
  private Counters counters;

  RuleReader(Words words, IpFamily family, Predicate<String> isChain, Counters counters) {
    this.words = words;
    this.values = new ValueReader(words, family);
    this.isChain = isChain;
    this.counters = counters;
  }

  /** Reads to the end of the line: one rule for each pair of a source and a destination. */
  List<Rule> read() {
    while (words.hasNext()) {
      Word word = words.next("an option");
      boolean inverted = word.isNot();
      if (inverted) {
        word = words.next("an option after !");
      }
      if (!word.isOption()) {
        throw values.expected("an option", word);
      }
      readOption(words.cutAtEquals(word), inverted);
    }
    List<Match> rest = new ArrayList<>();
    MatchReader reader = new MatchReader(values);
    for (Draft draft : matches) {
      rest.add(reader.read(draft));
    }
    Target then = target();
    List<Rule> rules = new ArrayList<>(1);
    for (@Nullable AddressMask source : orNull(sources)) {
      for (@Nullable AddressMask destination : orNull(destinations)) {
        rules.add(rule(source, destination, rest, then));
      }
    }
    return rules;
  }

  private static List<@Nullable AddressMask> orNull(List<AddressMask> addresses) {
    List<@Nullable AddressMask> result = new ArrayList<>(addresses);
    if (result.isEmpty()) {
      result.add(null);
    }
    return result;
  }

  private Rule rule(
      @Nullable AddressMask source,
      @Nullable AddressMask destination,
      List<Match> rest,
      Target then) {
    List<Match> all = new ArrayList<>(rest.size() + 4);
    if (source != null && (sourceInverted || !source.matchesAll())) {
      all.add(new Match.Source(source, sourceInverted));
    }
    if (destination != null && (destinationInverted || !destination.matchesAll())) {
      all.add(new Match.Destination(destination, destinationInverted));
    }
    if (in != null && (in.inverted() || !in.device().equals("+"))) {
      all.add(in);
    }
    if (out != null && (out.inverted() || !out.device().equals("+"))) {
      all.add(out);
    }
    if (protocol != null) {
      all.add(protocol);
    }
    if (fragment != null) {
      all.add(fragment);
    }
    all.addAll(rest);
    return new Rule(all, then, counters);
  }

  private Target target() {
    if (gotoChain != null) {
      return new Target.Goto(gotoChain);
    } else if (target == null) {
      return Target.NONE;
    } else if (isChain.test(target.name())) {
      if (!target.options().isEmpty()) {
        throw values.error(target.options().get(0).word(), "a jump to a chain has no options");
      }
      return new Target.Jump(target.name());
    }
    return new TargetReader(values).read(target);
  }

  private void readOption(Word option, boolean inverted) {
    switch (option.text()) {
      case "-s", "--source", "--src" -> {
        requireFirst(sources.isEmpty(), option);
        sourceInverted = inverted;
        readAddresses(sources, inverted);
      }
      case "-d", "--destination", "--dst" -> {
        requireFirst(destinations.isEmpty(), option);
        destinationInverted = inverted;
        readAddresses(destinations, inverted);
      }
      case "-i", "--in-interface" -> {
        requireFirst(in == null, option);
        in = new Match.InInterface(device(), inverted);
      }
      case "-o", "--out-interface" -> {
        requireFirst(out == null, option);
        out = new Match.OutInterface(device(), inverted);
      }
      case "-p", "--protocol", "--proto" -> {
        requireFirst(!protocolGiven, option);
        readProtocol(inverted);
      }
      case "-f", "--fragment" -> {
        requireFirst(fragment == null, option);
        if (values.family() == IpFamily.IPV6) {
          throw values.error(option, "-f is an option of IPv4 only");
        }
        fragment = new Match.Fragment(inverted);
      }
      case "-m", "--match" -> {
        refuseNot(option, inverted);
        readMatch();
      }
      case "-j", "--jump" -> {
        refuseNot(option, inverted);
        readJump(option);
      }
      case "-g", "--goto" -> {
        refuseNot(option, inverted);
        requireFirst(target == null && gotoChain == null, option);
        Word chain = words.next("a chain");
        if (!isChain.test(chain.text())) {
          throw noSuchChain(chain);
        }
        gotoChain = chain.text();
      }
      case "-c", "--set-counters" -> {
        refuseNot(option, inverted);
        counters = new Counters(
            values.number(words.next("a packet count"), 0, Long.MAX_VALUE, "packets"),
            values.number(words.next("a byte count"), 0, Long.MAX_VALUE, "bytes"));
      }
      default -> readExtensionOption(option, inverted);
    }
  }

  private void requireFirst(boolean first, Word option) {
    if (!first) {
      throw values.error(option, option.text() + " is given twice");
    }
  }

  private void refuseNot(Word option, boolean inverted) {
    if (inverted) {
      throw values.error(option, option.text() + " cannot be inverted");
    }
  }

  private void readAddresses(List<AddressMask> into, boolean inverted) {
    Word word = words.next("an address");
    String[] parts = word.text().split(",", -1);
    if (inverted && parts.length > 1) {
      throw values.error(word, "! cannot be used with more than one address");
    }
    for (String part : parts) {
      into.add(values.addressMask(word, part));
    }
  }

  private String device() {
    return new MatchReader(values).device(words.next("a device"));
  }

  private void readProtocol(boolean inverted) {
    Word word = words.next("a protocol");
    int number = ProtocolNames.number(word.text());
    if (number < 0) {
      throw values.expected("a protocol such as tcp", word);
    }
    if (number == 0 && inverted) {
      throw values.error(word, "a rule that never matches: ! -p all");
    }
    protocolGiven = true;
    protocol = number == 0 ? null : new Match.ProtocolIs(number, inverted);
  }

  private void readMatch() {
    Word word = words.next("a match");
    String given = values.name(word, "the name of a match");
    String name = given.equals("icmpv6") ? "icmp6" : given;
    if (!MatchReader.belongsTo(name, values.family())) {
      throw values.error(word, "the match " + name + " is not one of " + values.family());
    }
    matches.add(new Draft(name, word, ExtensionSyntax.ofMatch(name)));
  }

  private void readJump(Word option) {
    requireFirst(target == null && gotoChain == null, option);
    Word word = words.next("a target");
    boolean chain = isChain.test(word.text());
    @Nullable ExtensionSyntax syntax = chain ? null : ExtensionSyntax.ofTarget(word.text());
    if (!chain && syntax == null && !isUpperCase(word.text())) {
      throw noSuchChain(word);
    }
    if (!chain && syntax == null && !words.hasNext() && !KnownByName.isTarget(word.text())) {
      throw noSuchChain(word);
    }
    target = new Draft(word.text(), word, syntax);
  }

  private RuleException noSuchChain(Word word) {
    return values.error(
        RuleException.Reason.NOT_FOUND,
        word,
        "there is no chain or target \"" + ValueReader.shortened(word.text()) + "\"");
  }

  private static boolean isUpperCase(String name) {
    return !name.isEmpty()
        && name.length() <= Chain.MAX_NAME_LENGTH
        && name.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
  }

  /** The target's options come first, then those of the matches, the last one loaded first. */
  private void readExtensionOption(Word option, boolean inverted) {
    if (!option.text().startsWith("--")) {
      throw values.error(option, "unknown option \"" + option.text() + "\"");
    }
    if (target != null && !isChain.test(target.name()) && target.take(option, inverted, words)) {
      return;
    }
    for (int i = matches.size() - 1; i >= 0; i--) {
      if (matches.get(i).take(option, inverted, words)) {
        return;
      }
    }
    @Nullable
    String implied =
        protocol == null || protocol.inverted() ? null : ProtocolNames.matchOf(protocol.number());
    if (implied != null && matches.stream().noneMatch(m -> m.name().equals(implied))) {
      Draft draft = new Draft(implied, option, ExtensionSyntax.ofMatch(implied));
      if (draft.take(option, inverted, words)) {
        matches.add(draft);
        return;
      }
    }
    throw values.error(option, "unknown option \"" + ValueReader.shortened(option.text()) + "\"");
  }
}
