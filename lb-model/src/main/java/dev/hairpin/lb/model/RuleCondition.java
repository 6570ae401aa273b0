package dev.hairpin.lb.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One condition of a rule; it holds if one of its values matches.
 *
 * <p>Source: {@code RuleCondition} of the Elastic Load Balancing API, 2015-12-01.
 */
public sealed interface RuleCondition {

  /**
   * On the Host header, without port.
   *
   * @param values names with the wildcards {@code *} and {@code ?}; case does not matter
   */
  record HostHeader(List<String> values) implements RuleCondition {
    /** Copies the values. */
    public HostHeader {
      values = List.copyOf(values);
    }

    @Override
    public String field() {
      return "host-header";
    }
  }

  /**
   * On the path of the URL, without query.
   *
   * @param values paths with the wildcards {@code *} and {@code ?}; case matters
   */
  record PathPattern(List<String> values) implements RuleCondition {
    /** Copies the values. */
    public PathPattern {
      values = List.copyOf(values);
    }

    @Override
    public String field() {
      return "path-pattern";
    }
  }

  /**
   * On a header line.
   *
   * @param name the header's name; case does not matter
   * @param values values with wildcards; case does not matter
   */
  record HttpHeader(String name, List<String> values) implements RuleCondition {
    /** Copies the values. */
    public HttpHeader {
      values = List.copyOf(values);
    }

    @Override
    public String field() {
      return "http-header";
    }
  }

  /**
   * On the method.
   *
   * @param values methods, exactly as sent
   */
  record HttpRequestMethod(List<String> values) implements RuleCondition {
    /** Copies the values. */
    public HttpRequestMethod {
      values = List.copyOf(values);
    }

    @Override
    public String field() {
      return "http-request-method";
    }
  }

  /**
   * On the query.
   *
   * @param values pairs, one of which must be there
   */
  record QueryString(List<Pair> values) implements RuleCondition {
    /** Copies the values. */
    public QueryString {
      values = List.copyOf(values);
    }

    @Override
    public String field() {
      return "query-string";
    }
  }

  /**
   * A key and a value of a query, both with wildcards; case does not matter.
   *
   * @param key the key; null for any key
   * @param value the value
   */
  record Pair(@Nullable String key, String value) {}

  /**
   * On the address of the TCP peer.
   *
   * @param values blocks of addresses
   */
  record SourceIp(List<String> values) implements RuleCondition {
    /** Copies the values. */
    public SourceIp {
      values = List.copyOf(values);
    }

    @Override
    public String field() {
      return "source-ip";
    }
  }

  /**
   * The field as the API names it.
   *
   * @return the field, such as {@code host-header}
   */
  String field();
}
