package dev.hairpin.lb.elb.alb;

import com.google.common.collect.ImmutableList;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as it comes from a client. Immutable; host, path and query are cut out once.
 *
 * <p>In HTTP/2 the Host header stands for {@code :authority}.
 */
public final class HttpRequest implements RuleCondition.Request {
  private final String method;
  private final String target;
  private final HttpVersion version;
  private final ImmutableList<Header> headers;
  private final IpAddress clientAddress;
  private final long bodyBytes;
  private final @Nullable String host;
  private final String path;
  private final String query;

  private HttpRequest(Builder builder) {
    this.method = builder.method;
    this.target = builder.target;
    this.version = builder.version;
    this.headers = ImmutableList.copyOf(builder.headers);
    this.clientAddress = builder.clientAddress;
    this.bodyBytes = builder.bodyBytes;
    this.host = header("host").map(HttpRequest::withoutPort).orElse(null);
    int question = target.indexOf('?');
    this.path = question < 0 ? target : target.substring(0, question);
    this.query = question < 0 ? "" : target.substring(question + 1);
  }

  private static String withoutPort(String authority) {
    int colon = authority.lastIndexOf(':');
    boolean ipv6 = colon >= 0 && authority.indexOf(']') > colon;
    return colon < 0 || ipv6 ? authority : authority.substring(0, colon);
  }

  /**
   * A GET without body.
   *
   * @param host the Host header
   * @param target path and query
   * @return a builder
   */
  public static Builder get(String host, String target) {
    return new Builder().target(target).header("Host", host);
  }

  /**
   * A GET without any header, as HTTP/1.0 allows.
   *
   * @param target path and query
   * @return a builder of an HTTP/1.0 request
   */
  public static Builder plain(String target) {
    return new Builder().target(target).version(HttpVersion.HTTP_1_0);
  }

  @Override
  public String method() {
    return method;
  }

  /** {@return path and query as they came} */
  public String target() {
    return target;
  }

  /** {@return the version} */
  public HttpVersion version() {
    return version;
  }

  /** {@return the header lines in their order} */
  public List<Header> headers() {
    return headers;
  }

  @Override
  public IpAddress clientAddress() {
    return clientAddress;
  }

  /** {@return the length of the body in octets} */
  public long bodyBytes() {
    return bodyBytes;
  }

  @Override
  public @Nullable String host() {
    return host;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String query() {
    return query;
  }

  /**
   * The first line of a header.
   *
   * @param name the name in any case
   * @return its value, or nothing
   */
  public Optional<String> header(String name) {
    for (Header header : headers) {
      if (header.name().equalsIgnoreCase(name)) {
        return Optional.of(header.value());
      }
    }
    return Optional.empty();
  }

  @Override
  public List<String> headerValues(String name) {
    List<String> values = new ArrayList<>();
    for (Header header : headers) {
      if (header.name().equalsIgnoreCase(name)) {
        values.add(header.value());
      }
    }
    return values;
  }

  /**
   * A cookie.
   *
   * @param name its name
   * @return its value, or nothing
   */
  public Optional<String> cookie(String name) {
    for (String line : headerValues("cookie")) {
      int from = 0;
      while (from < line.length()) {
        int end = line.indexOf(';', from);
        end = end < 0 ? line.length() : end;
        String pair = line.substring(from, end).strip();
        if (pair.startsWith(name + "=")) {
          return Optional.of(pair.substring(name.length() + 1));
        }
        from = end + 1;
      }
    }
    return Optional.empty();
  }

  /** {@return whether it asks for a WebSocket: RFC 6455} */
  public boolean isWebSocket() {
    return version == HttpVersion.HTTP_1_1
        && header("upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
  }

  /** {@return whether it is a gRPC call} */
  public boolean isGrpc() {
    return version == HttpVersion.HTTP_2
        && header("content-type").filter(t -> t.startsWith("application/grpc")).isPresent();
  }

  /** {@return the length of request line and headers in octets, as they would be in HTTP/1.1} */
  public int headBytes() {
    int bytes = requestLineBytes() + 2;
    for (Header header : headers) {
      bytes += header.name().length() + header.value().length() + 4;
    }
    return bytes;
  }

  int requestLineBytes() {
    return method.length() + target.length() + version.toString().length() + 4;
  }

  /** {@return what it was built from, to change something} */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.method = method;
    builder.target = target;
    builder.version = version;
    builder.headers.addAll(headers);
    builder.clientAddress = clientAddress;
    builder.bodyBytes = bodyBytes;
    return builder;
  }

  /** The request line. */
  @Override
  public String toString() {
    return method + " " + target + " " + version;
  }

  /** Collects a request. Not thread-safe. */
  public static final class Builder {
    private String method = "GET";
    private String target = "/";
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private final List<Header> headers = new ArrayList<>();
    private IpAddress clientAddress = IpAddress.parse("203.0.113.7");
    private long bodyBytes;

    private Builder() {}

    /**
     * Sets the method.
     *
     * @param value such as {@code POST}
     * @return this
     */
    public Builder method(String value) {
      this.method = value;
      return this;
    }

    /**
     * Sets path and query.
     *
     * @param value such as {@code /catalog?page=2}
     * @return this
     */
    public Builder target(String value) {
      this.target = value;
      return this;
    }

    /**
     * Sets the version.
     *
     * @param value the version
     * @return this
     */
    public Builder version(HttpVersion value) {
      this.version = value;
      return this;
    }

    /**
     * Adds a header line.
     *
     * @param name its name
     * @param value its value
     * @return this
     */
    public Builder header(String name, String value) {
      headers.add(new Header(name, value));
      return this;
    }

    /**
     * Sets the address at the other end of the connection.
     *
     * @param value 203.0.113.7 unless set
     * @return this
     */
    public Builder client(IpAddress value) {
      this.clientAddress = value;
      return this;
    }

    /**
     * Sets the length of the body.
     *
     * @param value octets
     * @return this
     */
    public Builder bodyBytes(long value) {
      this.bodyBytes = value;
      return this;
    }

    /**
     * Builds the request.
     *
     * @return the request
     */
    public HttpRequest build() {
      return new HttpRequest(this);
    }
  }
}
