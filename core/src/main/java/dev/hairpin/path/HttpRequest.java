package dev.hairpin.path;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP request as far as load balancers look at it.
 *
 * @param scheme {@code http} or {@code https}
 * @param method the method, such as {@code GET}
 * @param host the {@code Host} header, without port
 * @param path the path, beginning with {@code /}
 * @param query the query without {@code ?}; may be empty
 * @param headers further headers; names in lower case
 */
public record HttpRequest(
    String scheme,
    String method,
    String host,
    String path,
    String query,
    Map<String, String> headers) {

  /** Copies the headers. */
  public HttpRequest {
    headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
  }

  /**
   * A GET request without further headers.
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
        scheme,
        "GET",
        host,
        before.isEmpty() ? "/" : before,
        question < 0 ? "" : path.substring(question + 1),
        Map.of());
  }

  /** {@code GET http://host/path?query}. */
  @Override
  public String toString() {
    return method + " " + scheme + "://" + host + path + (query.isEmpty() ? "" : "?" + query);
  }
}
