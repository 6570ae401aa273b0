package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a rule. It holds if one of its values does; a rule holds if all its conditions do.
 *
 * <p>Source: user guide for Application Load Balancers, "Listener rules", section "Rule condition
 * types".
 */
public sealed interface RuleCondition {

  /**
   * The field as the API writes it.
   *
   * @return such as {@code host-header}
   */
  String field();

  /**
   * Whether the condition holds for a request.
   *
   * @param request the request
   * @return true if one of its values does
   */
  boolean holds(Request request);

  /**
   * How many values it has; a rule may have five altogether.
   *
   * @return the number
   */
  int valueCount();

  /**
   * How many wildcards its values have; a rule may have five altogether.
   *
   * @return the number
   */
  int wildcardCount();

  private static int wildcards(List<String> patterns) {
    return patterns.stream().mapToInt(p -> Glob.wildcards(p, false)).sum();
  }

  /** Checks what a rule's conditions may have together. */
  static void checkTogether(List<RuleCondition> conditions) {
    if (conditions.stream().mapToInt(RuleCondition::valueCount).sum() > Rule.MOST_VALUES) {
      throw ElbException.invalid("A rule can only have '5' condition values");
    }
    if (conditions.stream().mapToInt(RuleCondition::wildcardCount).sum() > Rule.MOST_VALUES) {
      throw ElbException.invalid("A rule can only have '5' condition wildcards");
    }
    Set<String> once = new HashSet<>();
    for (RuleCondition condition : conditions) {
      boolean mayRepeat = condition instanceof HttpHeader || condition instanceof QueryString;
      if (!mayRepeat && !once.add(condition.field())) {
        throw ElbException.invalid(
            "A rule can only have one '" + condition.field() + "' condition");
      }
    }
  }

  private static List<String> patterns(String field, List<String> values) {
    if (values.isEmpty()) {
      throw ElbException.invalid("The condition '" + field + "' must have at least one value");
    }
    for (String value : values) {
      if (value.isEmpty() || value.length() > 128) {
        throw ElbException.invalid(
            "Condition value '" + value + "' of '" + field + "' must have 1 to 128 characters");
      }
    }
    return ImmutableList.copyOf(values);
  }

  /** What a condition looks at. */
  interface Request {
    /**
     * The host that was asked for.
     *
     * @return the Host header without port, or null if there is none
     */
    @Nullable
    String host();

    /**
     * The path as it came, before decoding.
     *
     * @return such as {@code /catalog/products}
     */
    String path();

    /**
     * The query as it came.
     *
     * @return what follows the question mark; empty if there is none
     */
    String query();

    /**
     * The method.
     *
     * @return such as {@code GET}
     */
    String method();

    /**
     * The values of a header, in the order of their lines.
     *
     * @param name the name in any case
     * @return the values; empty if there is no such line
     */
    List<String> headerValues(String name);

    /**
     * The address at the other end of the TCP connection.
     *
     * @return the peer, whatever X-Forwarded-For says
     */
    IpAddress clientAddress();
  }

  /**
   * Holds if the host is of one of the patterns; letters of either case are the same.
   *
   * @param values patterns with {@code *} and {@code ?}, at most 128 characters each
   */
  record HostHeader(List<String> values) implements RuleCondition {
    /** Checks the patterns. */
    public HostHeader {
      values = patterns("host-header", values);
    }

    @Override
    public String field() {
      return "host-header";
    }

    @Override
    public int valueCount() {
      return values.size();
    }

    @Override
    public int wildcardCount() {
      return wildcards(values);
    }

    @Override
    public boolean holds(Request request) {
      String host = request.host();
      return host != null && values.stream().anyMatch(v -> Glob.matches(v, host, true, false));
    }
  }

  /**
   * Holds if the path is of one of the patterns; letters of either case differ, and the query does
   * not count.
   *
   * @param values patterns with {@code *} and {@code ?}, at most 128 characters each
   */
  record PathPattern(List<String> values) implements RuleCondition {
    /** Checks the patterns. */
    public PathPattern {
      values = patterns("path-pattern", values);
    }

    @Override
    public String field() {
      return "path-pattern";
    }

    @Override
    public int valueCount() {
      return values.size();
    }

    @Override
    public int wildcardCount() {
      return wildcards(values);
    }

    @Override
    public boolean holds(Request request) {
      return values.stream().anyMatch(v -> Glob.matches(v, request.path(), false, false));
    }
  }

  /**
   * Holds if a line of the header has a value of one of the patterns; case counts neither in the
   * name nor in the value.
   *
   * @param httpHeaderName the name, without wildcards
   * @param values patterns with {@code *} and {@code ?}
   */
  record HttpHeader(String httpHeaderName, List<String> values) implements RuleCondition {
    /** Checks the name and the patterns. */
    public HttpHeader {
      values = patterns("http-header", values);
      if (!httpHeaderName.matches("[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,40}")) {
        throw ElbException.invalid(
            "'" + httpHeaderName + "' is not a header name of 1 to 40 characters");
      }
      if (httpHeaderName.equalsIgnoreCase("host")) {
        throw ElbException.invalid("Use the condition 'host-header' for the Host header");
      }
    }

    @Override
    public String field() {
      return "http-header";
    }

    @Override
    public int valueCount() {
      return values.size();
    }

    @Override
    public int wildcardCount() {
      return wildcards(values);
    }

    @Override
    public boolean holds(Request request) {
      for (String line : request.headerValues(httpHeaderName)) {
        if (values.stream().anyMatch(v -> Glob.matches(v, line, true, false))) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Holds if the method is one of those; exactly, so {@code HEAD} is not {@code GET}.
   *
   * @param values methods, of {@code A} to {@code Z}, hyphen and underscore, at most 40 characters
   */
  record HttpRequestMethod(List<String> values) implements RuleCondition {
    /** Checks the methods. */
    public HttpRequestMethod {
      values = patterns("http-request-method", values);
      for (String value : values) {
        if (!value.matches("[A-Z_-]{1,40}")) {
          throw ElbException.invalid("'" + value + "' is not a method of A-Z, '-' and '_'");
        }
      }
    }

    @Override
    public String field() {
      return "http-request-method";
    }

    @Override
    public int valueCount() {
      return values.size();
    }

    @Override
    public int wildcardCount() {
      return 0;
    }

    @Override
    public boolean holds(Request request) {
      return values.contains(request.method());
    }
  }

  /**
   * A key with value, or a value with any key.
   *
   * @param key a pattern, or null for any key
   * @param value a pattern
   */
  record QueryStringKeyValue(@Nullable String key, String value) {}

  /**
   * Holds if the query has a parameter of one of the patterns; letters of either case are the same;
   * a backslash before {@code *} or {@code ?} stands for the character itself.
   *
   * @param values patterns of keys and values
   */
  record QueryString(List<QueryStringKeyValue> values) implements RuleCondition {
    /** Checks that there is a value. */
    public QueryString {
      values = ImmutableList.copyOf(values);
      if (values.isEmpty()) {
        throw ElbException.invalid("The condition 'query-string' must have at least one value");
      }
      for (QueryStringKeyValue v : values) {
        if (v.value.length() > 128 || (v.key != null && v.key.length() > 128)) {
          throw ElbException.invalid(
              "Condition values of 'query-string' must have at most 128 characters");
        }
      }
    }

    @Override
    public String field() {
      return "query-string";
    }

    @Override
    public int valueCount() {
      return values.size();
    }

    @Override
    public int wildcardCount() {
      return values.stream()
          .mapToInt(v ->
              (v.key == null ? 0 : Glob.wildcards(v.key, true)) + Glob.wildcards(v.value, true))
          .sum();
    }

    @Override
    public boolean holds(Request request) {
      String query = request.query();
      int from = 0;
      while (from < query.length()) {
        int end = query.indexOf('&', from);
        end = end < 0 ? query.length() : end;
        if (end > from && parameterHolds(query.substring(from, end))) {
          return true;
        }
        from = end + 1;
      }
      return false;
    }

    private boolean parameterHolds(String parameter) {
      int equals = parameter.indexOf('=');
      String key = equals < 0 ? parameter : parameter.substring(0, equals);
      String value = equals < 0 ? "" : parameter.substring(equals + 1);
      for (QueryStringKeyValue wanted : values) {
        if ((wanted.key == null || Glob.matches(wanted.key, key, true, true))
            && Glob.matches(wanted.value, value, true, true)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Holds if the other end of the TCP connection lies in one of the blocks.
   *
   * @param values blocks of either family
   */
  record SourceIp(List<Cidr> values) implements RuleCondition {
    /** Checks that there is a block. */
    public SourceIp {
      values = ImmutableList.copyOf(values);
      if (values.isEmpty()) {
        throw ElbException.invalid("The condition 'source-ip' must have at least one value");
      }
    }

    @Override
    public String field() {
      return "source-ip";
    }

    @Override
    public int valueCount() {
      return values.size();
    }

    @Override
    public int wildcardCount() {
      return 0;
    }

    @Override
    public boolean holds(Request request) {
      IpAddress client = request.clientAddress();
      return values.stream().anyMatch(block -> block.contains(client));
    }
  }

  /**
   * A host condition.
   *
   * @param values its patterns
   * @return the condition
   */
  static RuleCondition host(String... values) {
    return new HostHeader(List.of(values));
  }

  /**
   * A path condition.
   *
   * @param values its patterns
   * @return the condition
   */
  static RuleCondition path(String... values) {
    return new PathPattern(List.of(values));
  }
}
