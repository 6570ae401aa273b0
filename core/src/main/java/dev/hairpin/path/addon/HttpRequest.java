package dev.hairpin.path.addon;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP request as far as load balancers look at it.
 *
 * @param version the version of HTTP that the client speaks
 * @param scheme {@code http} or {@code https}
 * @param method the method, such as {@code GET}
 * @param host the {@code Host} header, without port
 * @param path the path, beginning with {@code /}
 * @param query the query without {@code ?}; may be empty
 * @param headers further headers; names in lower case
 */
public record HttpRequest(
    Version version,
    String scheme,
    String method,
    String host,
    String path,
    String query,
    Map<String, String> headers) {

  /** A version of HTTP. */
  public enum Version {
    /** HTTP/1.0. */
    HTTP_1_0,
    /** HTTP/1.1, without which there is no WebSocket. */
    HTTP_1_1,
    /** HTTP/2, which gRPC needs. */
    HTTP_2
  }

  /** Copies the headers. */
  public HttpRequest {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /**
   * A GET request of HTTP/1.1 without further headers.
   *
   * @param scheme {@code http} or {@code https}
   * @param host the host
   * @param path the path; a query may follow a {@code ?}
   * @return the request
   */
  public static HttpRequest get(String scheme, String host, String path) {
    int question = path.indexOf('?');
    String before = question < 0 ? path : path.substring(0, question);
    return new HttpRequest(
        Version.HTTP_1_1,
        scheme,
        "GET",
        host,
        before.isEmpty() ? "/" : before,
        question < 0 ? "" : path.substring(question + 1),
        Map.of());
  }

  /**
   * The same request in another version.
   *
   * @param newVersion the version
   * @return a copy
   */
  public HttpRequest withVersion(Version newVersion) {
    return new HttpRequest(newVersion, scheme, method, host, path, query, headers);
  }

  /**
   * The same request with another method and further headers, such as that of a gRPC call.
   *
   * @param newMethod the method, such as {@code POST}
   * @param newHeaders the headers; names in lower case
   * @return a copy
   */
  public HttpRequest with(String newMethod, Map<String, String> newHeaders) {
    return new HttpRequest(version, scheme, newMethod, host, path, query, newHeaders);
  }

  /** {@code GET http://host/path?query}. */
  @Override
  public String toString() {
    return method + " " + scheme + "://" + host + path + (query.isEmpty() ? "" : "?" + query);
  }
}
