package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.pattern.GoPattern;
import java.util.Locale;
import java.util.Optional;

/** Compares a name with what a rule is for, and makes the new name. */
sealed interface Match {

  /**
   * Replaces what matches.
   *
   * @param name the name
   * @param replacement what takes its place
   * @return the new name, or nothing if the name does not match
   */
  Optional<String> replace(String name, String replacement);

  /** The whole name. */
  record Exact(String from) implements Match {
    @Override
    public Optional<String> replace(String name, String replacement) {
      return name.equals(from) ? Optional.of(replacement) : Optional.empty();
    }
  }

  /** The beginning. */
  record Prefix(String from) implements Match {
    @Override
    public Optional<String> replace(String name, String replacement) {
      return name.startsWith(from)
          ? Optional.of(replacement + name.substring(from.length()))
          : Optional.empty();
    }
  }

  /** The end. */
  record Suffix(String from) implements Match {
    @Override
    public Optional<String> replace(String name, String replacement) {
      return name.endsWith(from)
          ? Optional.of(name.substring(0, name.length() - from.length()) + replacement)
          : Optional.empty();
    }
  }

  /** Any part, as often as it occurs. */
  record Substring(String from) implements Match {
    @Override
    public Optional<String> replace(String name, String replacement) {
      return name.contains(from) ? Optional.of(name.replace(from, replacement)) : Optional.empty();
    }
  }

  /** What a regular expression finds; {@code {1}} is its first group. */
  record Regex(GoPattern pattern) implements Match {
    @Override
    public Optional<String> replace(String name, String replacement) {
      return pattern.find(name).map(found -> {
        String result = replacement;
        for (int i = 0; i < found.groups().size(); i++) {
          result = result.replace("{" + i + "}", found.groups().get(i));
        }
        return result;
      });
    }

    /** Compiles an expression whose groups a replacement may use. */
    static Regex compile(String expression, String replacement) {
      GoPattern pattern;
      try {
        pattern = GoPattern.compile(expression);
      } catch (IllegalArgumentException e) {
        throw new CorefileException("invalid regex matching pattern: " + expression);
      }
      int used = 0;
      for (int i = 0; i <= 100; i++) {
        used += replacement.contains("{" + i + "}") ? 1 : 0;
      }
      if (used > pattern.groupCount()) {
        throw new CorefileException("the rewrite regex pattern ("
            + replacement
            + ") uses more subexpressions than its corresponding matching regex pattern ("
            + expression
            + ")");
      }
      return new Regex(pattern);
    }
  }

  /** Reads the kind of a match, for rules that only test a name. */
  static Match of(String kind, String text, String rule) {
    String name = fqdn(text);
    return switch (kind.toLowerCase(Locale.ROOT)) {
      case "exact" -> new Exact(name);
      case "prefix" -> new Prefix(name);
      case "suffix" -> new Suffix(name);
      case "substring" -> new Substring(name);
      case "regex" -> Regex.compile(text, "");
      default ->
        throw new CorefileException(
            rule + " rule supports only exact, prefix, suffix, substring, and regex name matching");
    };
  }

  /** Whether a name matches. */
  default boolean matches(String name) {
    return replace(name, "").isPresent();
  }

  /**
   * A word of a rule as a name: lower case with a final dot. The original does so to prefixes and
   * parts too, which then match only before a dot.
   */
  static String fqdn(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower : lower + ".";
  }
}
