package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Glob;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition in the form in which it is checked without allocation: kind and texts, in one class
 * so that the calls have one target.
 */
final class CompiledCondition {
  /** Cheapest first. */
  private enum Kind {
    METHOD,
    SOURCE,
    PATH,
    HOST,
    HEADER,
    QUERY
  }

  /** What a pattern is, cheapest first. */
  private enum Shape {
    /** {@code *}. */
    ANY,
    /** No wildcard. */
    EXACT,
    /** One star, at the end. */
    PREFIX,
    /** Two stars, at both ends; paths only, where case counts. */
    CONTAINS,
    /** Anything else. */
    GLOB
  }

  static final Comparator<CompiledCondition> CHEAPEST_FIRST = Comparator.comparing(c -> c.kind);

  private final Kind kind;
  private final String name;
  private final String[] texts;
  private final Shape[] shapes;
  private final @Nullable String[] keys;
  private final long[] networks;
  private final long[] masks;

  private CompiledCondition(
      Kind kind, String name, List<String> patterns, @Nullable String[] keys, List<Cidr> blocks) {
    this.kind = kind;
    this.name = name;
    this.keys = keys;
    this.texts = new String[patterns.size()];
    this.shapes = new Shape[patterns.size()];
    for (int i = 0; i < texts.length; i++) {
      String pattern = patterns.get(i);
      shapes[i] = shape(kind, pattern);
      texts[i] = switch (shapes[i]) {
        case PREFIX -> pattern.substring(0, pattern.length() - 1);
        case CONTAINS -> pattern.substring(1, pattern.length() - 1);
        default -> pattern;
      };
    }
    // Three numbers for each block: bits of the family, upper and lower half.
    this.networks = new long[blocks.size() * 3];
    this.masks = new long[blocks.size() * 3];
    for (int i = 0; i < blocks.size(); i++) {
      Cidr block = blocks.get(i);
      networks[3 * i] = block.family().addressBits();
      networks[3 * i + 1] = block.address().high();
      networks[3 * i + 2] = block.address().low();
      IpAddress last = block.last();
      masks[3 * i + 1] = ~(block.address().high() ^ last.high());
      masks[3 * i + 2] = ~(block.address().low() ^ last.low());
    }
  }

  private static Shape shape(Kind kind, String pattern) {
    if (kind == Kind.METHOD) {
      return Shape.EXACT;
    }
    if (kind == Kind.QUERY) {
      return Shape.GLOB;
    }
    int wildcards = Glob.wildcards(pattern, false);
    if (wildcards == 0) {
      return Shape.EXACT;
    }
    boolean starAtEnd = wildcards == 1 && pattern.endsWith("*");
    if (starAtEnd && pattern.length() == 1) {
      return Shape.ANY;
    }
    boolean starsAtEnds = kind == Kind.PATH
        && wildcards == 2
        && pattern.length() > 2
        && pattern.startsWith("*")
        && pattern.endsWith("*");
    return starAtEnd ? Shape.PREFIX : starsAtEnds ? Shape.CONTAINS : Shape.GLOB;
  }

  static CompiledCondition of(RuleCondition condition) {
    @Nullable String[] none = new String[0];
    if (condition instanceof RuleCondition.HostHeader c) {
      return new CompiledCondition(Kind.HOST, "", c.values(), none, List.of());
    }
    if (condition instanceof RuleCondition.PathPattern c) {
      return new CompiledCondition(Kind.PATH, "", c.values(), none, List.of());
    }
    if (condition instanceof RuleCondition.HttpHeader c) {
      return new CompiledCondition(Kind.HEADER, c.httpHeaderName(), c.values(), none, List.of());
    }
    if (condition instanceof RuleCondition.HttpRequestMethod c) {
      return new CompiledCondition(Kind.METHOD, "", c.values(), none, List.of());
    }
    if (condition instanceof RuleCondition.QueryString c) {
      @Nullable
      String[] keys =
          c.values().stream().map(RuleCondition.QueryStringKeyValue::key).toArray(String[]::new);
      List<String> values =
          c.values().stream().map(RuleCondition.QueryStringKeyValue::value).toList();
      return new CompiledCondition(Kind.QUERY, "", values, keys, List.of());
    }
    RuleCondition.SourceIp c = (RuleCondition.SourceIp) condition;
    return new CompiledCondition(Kind.SOURCE, "", List.of(), none, c.values());
  }

  boolean holds(HttpRequest request) {
    switch (kind) {
      case HOST -> {
        String host = request.host();
        return host != null && any(host, true);
      }
      case PATH -> {
        return any(request.path(), false);
      }
      case METHOD -> {
        return any(request.method(), false);
      }
      case HEADER -> {
        return header(request.headers());
      }
      case QUERY -> {
        return query(request.query());
      }
      default -> {
        return source(request.clientAddress());
      }
    }
  }

  private boolean any(String text, boolean ignoreCase) {
    for (int i = 0; i < texts.length; i++) {
      boolean holds = switch (shapes[i]) {
        case ANY -> true;
        case EXACT -> ignoreCase ? sameLetters(texts[i], text) : texts[i].equals(text);
        case PREFIX -> ignoreCase ? startsWithLetters(texts[i], text) : text.startsWith(texts[i]);
        case CONTAINS -> text.contains(texts[i]);
        case GLOB -> Glob.matches(texts[i], text, ignoreCase, false);
      };
      if (holds) {
        return true;
      }
    }
    return false;
  }

  private static boolean sameLetters(String a, String b) {
    return a.equals(b) || (a.length() == b.length() && startsWithLetters(a, b));
  }

  private static boolean startsWithLetters(String prefix, String text) {
    if (text.length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (Glob.lower(prefix.charAt(i)) != Glob.lower(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean header(List<Header> headers) {
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      if (header.name().equalsIgnoreCase(name) && any(header.value(), true)) {
        return true;
      }
    }
    return false;
  }

  private boolean query(String query) {
    int from = 0;
    while (from < query.length()) {
      int end = query.indexOf('&', from);
      end = end < 0 ? query.length() : end;
      if (end > from && parameter(query, from, end)) {
        return true;
      }
      from = end + 1;
    }
    return false;
  }

  private boolean parameter(String query, int from, int end) {
    int equals = query.indexOf('=', from);
    int keyEnd = equals < 0 || equals >= end ? end : equals;
    int valueFrom = Math.min(keyEnd + 1, end);
    for (int i = 0; i < texts.length; i++) {
      String key = keys[i];
      if ((key == null || Glob.matches(key, query, from, keyEnd, true, true))
          && Glob.matches(texts[i], query, valueFrom, end, true, true)) {
        return true;
      }
    }
    return false;
  }

  private boolean source(IpAddress client) {
    int family = client.family().addressBits();
    for (int i = 0; i < networks.length; i += 3) {
      if (networks[i] == family
          && (client.high() & masks[i + 1]) == networks[i + 1]
          && (client.low() & masks[i + 2]) == networks[i + 2]) {
        return true;
      }
    }
    return false;
  }
}
