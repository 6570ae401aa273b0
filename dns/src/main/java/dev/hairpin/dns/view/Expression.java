package dev.hairpin.dns.view;

import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.pattern.GoPattern;
import dev.hairpin.dns.plugin.Labels;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An expression about a question, such as {@code type() == 'A' && incidr(client_ip(),
 * '10.0.0.0/8')}.
 *
 * <p>Source: the language of the Go package {@code expr} as far as questions need it: texts, whole
 * numbers, lists, comparisons, {@code in}, {@code contains}, {@code startsWith}, {@code endsWith},
 * {@code matches}, {@code and}, {@code or}, {@code not}, arithmetic, {@code ?:}, and the functions
 * of CoreDNS. What else there is in the language is refused. Names and types are checked when it is
 * read. Immutable.
 */
public final class Expression {

  /** The types of values. */
  private enum Type {
    TEXT,
    NUMBER,
    TRUTH,
    LIST
  }

  /** What an expression is evaluated for. */
  private record Context(Query query, Labels labels) {}

  /** A part of an expression: a type, and how to work the value out. */
  private record Part(Type type, Function<Context, Object> value) {}

  /** Deeper than anybody writes; parts in parts are read by recursion. */
  private static final int MAX_DEPTH = 100;

  private static final Map<String, Part> FUNCTIONS = Map.ofEntries(
      Map.entry("bufsize", number(c -> (long) bufferSize(c.query))),
      Map.entry("class", text(c -> c.query.question().recordClass().toString())),
      Map.entry("client_ip", text(c -> c.query.client().address().address().toString())),
      Map.entry("do", new Part(Type.TRUTH, c -> c.query.dnssecOk())),
      Map.entry("id", number(c -> (long) c.query.message().id())),
      Map.entry("name", text(c -> c.query.lowerName())),
      Map.entry("opcode", number(c -> (long) c.query.message().opcode())),
      Map.entry("port", text(c -> Integer.toString(c.query.client().address().port()))),
      Map.entry("proto", text(c -> c.query.client().transport().name().toLowerCase(Locale.ROOT))),
      Map.entry("server_ip", text(c -> c.query.client().server().address().toString())),
      Map.entry(
          "server_port", text(c -> Integer.toString(c.query.client().server().port()))),
      Map.entry("size", number(c -> (long) c.query.message().octets())),
      Map.entry("type", text(c -> c.query.type().toString())));

  private final String text;
  private final Part root;

  private Expression(String text, Part root) {
    this.text = text;
    this.root = root;
  }

  private static Part text(Function<Context, Object> value) {
    return new Part(Type.TEXT, value);
  }

  private static Part number(Function<Context, Object> value) {
    return new Part(Type.NUMBER, value);
  }

  private static int bufferSize(Query query) {
    Edns edns = query.edns();
    return edns == null
        ? Message.PLAIN_UDP_OCTETS
        : Math.max(edns.udpSize(), Message.PLAIN_UDP_OCTETS);
  }

  /**
   * Reads an expression.
   *
   * @param text the text
   * @return the expression
   * @throws IllegalArgumentException if it is none, with what was met and where
   */
  public static Expression parse(String text) {
    return new Expression(text, new Reader(text).all());
  }

  /**
   * Whether the expression is true for a question.
   *
   * @param query the question
   * @param labels what the plugin metadata knows
   * @return true if it is; false also if it is no truth, or fails
   */
  public boolean isTrue(Query query, Labels labels) {
    try {
      return Boolean.TRUE.equals(root.value.apply(new Context(query, labels)));
    } catch (IllegalArgumentException | ArithmeticException failed) {
      query.exchange().note("view", text + " fails: " + failed.getMessage());
      return false;
    }
  }

  /** The expression as it was written. */
  @Override
  public String toString() {
    return text;
  }

  /** Reads an expression from its words. */
  private static final class Reader {
    private final String in;
    private final List<Word> words;
    private int at;
    private int depth;

    Reader(String in) {
      this.in = in;
      words = Word.of(in);
    }

    private IllegalArgumentException error(String problem, int index) {
      return Word.error(in, problem, index);
    }

    private Word word() {
      return words.get(at);
    }

    private boolean skip(String... operators) {
      for (String operator : operators) {
        if (word().is(operator)) {
          at++;
          return true;
        }
      }
      return false;
    }

    private void expect(String operator) {
      if (!skip(operator)) {
        throw unexpected();
      }
    }

    private IllegalArgumentException unexpected() {
      return error(
          word().kind() == Word.Kind.END
              ? "unexpected token EOF"
              : "unexpected token \"" + word().text() + "\"",
          word().at());
    }

    private Part typed(Part part, Type type, Word operator) {
      if (part.type != type) {
        throw error(
            "invalid operation: " + operator.text() + " for a "
                + part.type.name().toLowerCase(Locale.ROOT),
            operator.at());
      }
      return part;
    }

    Part all() {
      Part part = choice();
      if (word().kind() != Word.Kind.END) {
        throw unexpected();
      }
      return part;
    }

    private Part choice() {
      if (++depth > MAX_DEPTH) {
        throw error("the expression nests too deeply", word().at());
      }
      Part condition = or();
      Word operator = word();
      if (skip("?")) {
        typed(condition, Type.TRUTH, operator);
        Part yes = choice();
        expect(":");
        Part no = typed(choice(), yes.type, operator);
        depth--;
        return new Part(
            yes.type,
            c -> Boolean.TRUE.equals(condition.value.apply(c))
                ? yes.value.apply(c)
                : no.value.apply(c));
      }
      depth--;
      return condition;
    }

    private Part or() {
      Part left = and();
      Word operator = word();
      while (skip("||", "or")) {
        Part one = typed(left, Type.TRUTH, operator);
        Part two = typed(and(), Type.TRUTH, operator);
        left = new Part(Type.TRUTH, c -> isTrue(one, c) || isTrue(two, c));
        operator = word();
      }
      return left;
    }

    private Part and() {
      Part left = comparison();
      Word operator = word();
      while (skip("&&", "and")) {
        Part one = typed(left, Type.TRUTH, operator);
        Part two = typed(comparison(), Type.TRUTH, operator);
        left = new Part(Type.TRUTH, c -> isTrue(one, c) && isTrue(two, c));
        operator = word();
      }
      return left;
    }

    private static boolean isTrue(Part part, Context context) {
      return Boolean.TRUE.equals(part.value.apply(context));
    }

    private Part comparison() {
      Part left = sum();
      while (true) {
        Word first = word();
        boolean negated = first.is("not");
        at += negated ? 1 : 0;
        Word operator = word();
        Part compared = compared(left, operator);
        if (compared == null) {
          if (negated) {
            throw unexpected();
          }
          return left;
        }
        Part truth = compared;
        left = negated ? new Part(Type.TRUTH, c -> !isTrue(truth, c)) : compared;
      }
    }

    /** A comparison with what follows, or null if nothing is compared. */
    private @Nullable Part compared(Part left, Word operator) {
      switch (operator.text()) {
        case "==", "!=" -> {
          at++;
          Part right = typed(sum(), left.type, operator);
          boolean equal = operator.is("==");
          return new Part(
              Type.TRUTH, c -> Objects.equals(left.value.apply(c), right.value.apply(c)) == equal);
        }
        case "<", "<=", ">", ">=" -> {
          at++;
          typed(left, left.type == Type.TEXT ? Type.TEXT : Type.NUMBER, operator);
          Part right = typed(sum(), left.type, operator);
          return new Part(
              Type.TRUTH,
              c -> holds(operator.text(), order(left.value.apply(c), right.value.apply(c))));
        }
        case "contains" -> {
          return texts(left, operator, String::contains);
        }
        case "startsWith" -> {
          return texts(left, operator, String::startsWith);
        }
        case "endsWith" -> {
          return texts(left, operator, String::endsWith);
        }
        case "matches" -> {
          return matches(left, operator);
        }
        case "in" -> {
          at++;
          Part right = typed(sum(), Type.LIST, operator);
          return new Part(
              Type.TRUTH, c -> ((List<?>) right.value.apply(c)).contains(left.value.apply(c)));
        }
        default -> {
          return null;
        }
      }
    }

    private static int order(Object left, Object right) {
      return left instanceof Long number
          ? number.compareTo((Long) right)
          : ((String) left).compareTo((String) right);
    }

    private static boolean holds(String operator, int order) {
      return switch (operator) {
        case "<" -> order < 0;
        case "<=" -> order <= 0;
        case ">" -> order > 0;
        default -> order >= 0;
      };
    }

    private Part texts(Part left, Word operator, BiFunction<String, String, Boolean> test) {
      at++;
      typed(left, Type.TEXT, operator);
      Part right = typed(sum(), Type.TEXT, operator);
      return new Part(
          Type.TRUTH, c -> test.apply((String) left.value.apply(c), (String) right.value.apply(c)));
    }

    /** A regular expression that stands there as a text is read once. */
    private Part matches(Part left, Word operator) {
      at++;
      typed(left, Type.TEXT, operator);
      Word pattern = word();
      Part right = typed(sum(), Type.TEXT, operator);
      if (pattern.kind() == Word.Kind.TEXT && words.get(at - 1) == pattern) {
        GoPattern compiled = GoPattern.compile(pattern.text());
        return new Part(
            Type.TRUTH, c -> compiled.find((String) left.value.apply(c)).isPresent());
      }
      return new Part(
          Type.TRUTH,
          c -> GoPattern.compile((String) right.value.apply(c))
              .find((String) left.value.apply(c))
              .isPresent());
    }

    private Part sum() {
      Part left = product();
      Word operator = word();
      while (skip("+", "-")) {
        boolean joins = operator.is("+") && left.type == Type.TEXT;
        Part one = typed(left, joins ? Type.TEXT : Type.NUMBER, operator);
        Part two = typed(product(), one.type, operator);
        boolean plus = operator.is("+");
        left = joins
            ? new Part(Type.TEXT, c -> (String) one.value.apply(c) + two.value.apply(c))
            : new Part(
                Type.NUMBER,
                c -> plus
                    ? (Long) one.value.apply(c) + (Long) two.value.apply(c)
                    : (Long) one.value.apply(c) - (Long) two.value.apply(c));
        operator = word();
      }
      return left;
    }

    private Part product() {
      Part left = unary();
      Word operator = word();
      while (skip("*", "/", "%")) {
        Part one = typed(left, Type.NUMBER, operator);
        Part two = typed(unary(), Type.NUMBER, operator);
        String sign = operator.text();
        left = new Part(
            Type.NUMBER, c -> product(sign, (Long) one.value.apply(c), (Long) two.value.apply(c)));
        operator = word();
      }
      return left;
    }

    private static Object product(String sign, long one, long two) {
      return switch (sign) {
        case "*" -> one * two;
        case "/" -> one / two;
        default -> one % two;
      };
    }

    private Part unary() {
      Word operator = word();
      if (skip("!", "not")) {
        Part part = typed(deeper(this::unary), Type.TRUTH, operator);
        return new Part(Type.TRUTH, c -> !isTrue(part, c));
      }
      if (skip("-", "+")) {
        Part part = typed(deeper(this::unary), Type.NUMBER, operator);
        boolean minus = operator.is("-");
        return new Part(
            Type.NUMBER, c -> minus ? -(Long) part.value.apply(c) : (Long) part.value.apply(c));
      }
      return primary();
    }

    private Part deeper(Supplier<Part> reader) {
      if (++depth > MAX_DEPTH) {
        throw error("the expression nests too deeply", word().at());
      }
      Part part = reader.get();
      depth--;
      return part;
    }

    private Part primary() {
      Word word = word();
      at++;
      switch (word.kind()) {
        case TEXT -> {
          return text(c -> word.text());
        }
        case NUMBER -> {
          if (!word.text().matches("\\d{1,18}")) {
            throw error("bad number syntax: \"" + word.text() + "\"", word.at());
          }
          long number = Long.parseLong(word.text());
          return number(c -> number);
        }
        case NAME -> {
          return named(word);
        }
        default -> {
          if (word.is("(")) {
            Part inner = choice();
            expect(")");
            return inner;
          }
          if (word.is("[")) {
            return list();
          }
          at--;
          throw unexpected();
        }
      }
    }

    private Part list() {
      List<Part> parts = arguments("]");
      return new Part(Type.LIST, c -> parts.stream().map(p -> p.value.apply(c)).toList());
    }

    private List<Part> arguments(String end) {
      List<Part> parts = new ArrayList<>();
      while (!skip(end)) {
        if (!parts.isEmpty()) {
          expect(",");
        }
        parts.add(choice());
      }
      return parts;
    }

    private Part named(Word word) {
      if (word.is("true") || word.is("false")) {
        return new Part(Type.TRUTH, c -> word.is("true"));
      }
      if (!skip("(")) {
        throw error("unknown name " + word.text(), word.at());
      }
      List<Part> arguments = arguments(")");
      Part plain = FUNCTIONS.get(word.text());
      if (plain != null) {
        check(word, arguments);
        return plain;
      }
      switch (word.text()) {
        case "incidr" -> {
          check(word, arguments, Type.TEXT, Type.TEXT);
          return new Part(
              Type.TRUTH,
              c -> inBlock((String) arguments.get(0).value.apply(c), (String)
                  arguments.get(1).value.apply(c)));
        }
        case "metadata" -> {
          check(word, arguments, Type.TEXT);
          return text(c ->
              c.labels.value(c.query, (String) arguments.get(0).value.apply(c)).orElse(""));
        }
        case "lower", "upper" -> {
          check(word, arguments, Type.TEXT);
          boolean lower = word.is("lower");
          return text(c -> {
            String value = (String) arguments.get(0).value.apply(c);
            return lower ? value.toLowerCase(Locale.ROOT) : value.toUpperCase(Locale.ROOT);
          });
        }
        case "len" -> {
          if (arguments.size() == 1 && arguments.get(0).type == Type.LIST) {
            return number(c -> (long) ((List<?>) arguments.get(0).value.apply(c)).size());
          }
          check(word, arguments, Type.TEXT);
          return number(c -> (long) ((String) arguments.get(0).value.apply(c)).length());
        }
        default -> throw error("unknown name " + word.text(), word.at());
      }
    }

    private void check(Word word, List<Part> arguments, Type... types) {
      if (arguments.size() != types.length) {
        throw error(
            (arguments.size() < types.length ? "not enough" : "too many")
                + " arguments to call "
                + word.text(),
            word.at());
      }
      for (int i = 0; i < types.length; i++) {
        typed(arguments.get(i), types[i], word);
      }
    }

    private static boolean inBlock(String address, String block) {
      IpAddress ip = IpAddress.tryParse(address)
          .orElseThrow(() -> new IllegalArgumentException("first argument is not an IP address"));
      return Cidr.tryParseMasked(block)
          .orElseThrow(() -> new IllegalArgumentException("invalid CIDR address: " + block))
          .contains(ip);
    }
  }
}
