package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.UnwritableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Changes the name that is asked, and the names of the answer back where it is told to.
 *
 * <p>Source: CoreDNS 1.11.3. An exact rule always changes the answer back; a suffix rule does so
 * with {@code answer auto} by exchanging the suffixes, the others by exchanging the whole names.
 */
final class NameRule implements Rule {
  private final Match match;
  private final String replacement;
  private final boolean auto;
  private final List<ResponseRule> always;

  private NameRule(Match match, String replacement, boolean auto, List<ResponseRule> always) {
    this.match = match;
    this.replacement = replacement;
    this.auto = auto;
    this.always = List.copyOf(always);
  }

  static NameRule parse(List<String> args) {
    if (args.size() < 2) {
      throw new CorefileException("too few arguments for a name rule");
    }
    String kind = args.size() == 2 ? "exact" : args.get(0).toLowerCase(Locale.ROOT);
    String from = args.size() == 2 ? args.get(0) : args.get(1);
    String to = args.size() == 2 ? args.get(1) : args.get(2);
    List<ResponseRule> rules = new ArrayList<>();
    boolean auto = args.size() > 3 && answerRules(kind, args.subList(3, args.size()), rules);
    String name = Match.fqdn(from);
    String target = Match.fqdn(to);
    return switch (kind) {
      case "exact" -> {
        // The original reads the names as an expression and its replacement, the wrong way round.
        Match.Regex.compile(target, name);
        yield new NameRule(new Match.Exact(name), target, true, rules);
      }
      case "prefix" -> new NameRule(new Match.Prefix(name), target, auto, rules);
      case "suffix" -> {
        if (auto) {
          UnaryOperator<String> back = text -> text.endsWith(target)
              ? text.substring(0, text.length() - target.length()) + name
              : text;
          rules.add(0, TargetRules.value(back));
          rules.add(0, TargetRules.owner(back));
        }
        yield new NameRule(new Match.Suffix(name), target, false, rules);
      }
      case "substring" -> new NameRule(new Match.Substring(name), target, auto, rules);
      case "regex" -> new NameRule(Match.Regex.compile(from, to), target, auto, rules);
      default ->
        throw new CorefileException("name rule supports only exact, prefix, suffix, substring, "
            + "and regex name matching, received: "
            + kind);
    };
  }

  /** Reads {@code answer auto}, {@code answer name RE TO} and {@code answer value RE TO}. */
  private static boolean answerRules(String kind, List<String> args, List<ResponseRule> rules) {
    if (args.size() < 2) {
      throw new CorefileException("invalid arguments for " + kind + " rule");
    }
    boolean auto = false;
    boolean named = false;
    String last = "";
    int at = 0;
    while (at < args.size()) {
      if (last.isEmpty() && !args.get(at).equals("answer")) {
        throw new CorefileException(
            "exceeded the number of arguments for a non-answer rule argument for " + kind
                + " rule");
      }
      at += args.get(at).equals("answer") ? 1 : 0;
      if (at >= args.size()) {
        throw new CorefileException("type missing for answer rule for " + kind + " rule");
      }
      last = args.get(at++);
      if (last.equals("auto")) {
        auto = true;
        continue;
      }
      if (!last.equals("name") && !last.equals("value")) {
        throw new CorefileException(
            "invalid type \"" + last + "\" for answer rule for " + kind + " rule");
      }
      if (args.size() - at < 2) {
        throw new CorefileException(
            last + " answer rule for " + kind + " rule: 2 arguments required");
      }
      Match from = Match.Regex.compile(args.get(at), args.get(at + 1));
      String to = Match.fqdn(args.get(at + 1));
      UnaryOperator<String> change = text -> from.replace(text, to).orElse(text);
      named |= last.equals("name");
      rules.add(last.equals("name") ? TargetRules.owner(change) : TargetRules.value(change));
      at += 2;
    }
    if (auto && named) {
      throw new CorefileException(
          "auto name answer rule cannot be combined with explicit name anwer rules");
    }
    return auto;
  }

  @Override
  public Optional<List<ResponseRule>> apply(Query query) {
    String asked = query.lowerName();
    Optional<String> changed = match.replace(asked, replacement);
    if (changed.isEmpty()) {
      return Optional.empty();
    }
    String name = changed.get();
    DnsName parsed;
    try {
      parsed = DnsName.parse(name);
    } catch (IllegalArgumentException e) {
      throw new UnwritableException(e);
    }
    query.replace(query
        .message()
        .withQuestion(new Question(parsed, query.type(), query.question().recordClass())));
    if (!auto) {
      return Optional.of(always);
    }
    UnaryOperator<String> back = text -> text.equals(name)
        ? asked
        : text.endsWith("." + name)
            ? text.substring(0, text.length() - name.length()) + asked
            : text;
    List<ResponseRule> rules = new ArrayList<>();
    rules.add(TargetRules.owner(back));
    rules.add(TargetRules.value(back));
    rules.addAll(always);
    return Optional.of(rules);
  }
}
