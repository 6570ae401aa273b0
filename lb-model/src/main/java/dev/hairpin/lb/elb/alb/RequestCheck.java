package dev.hairpin.lb.elb.alb;

import com.google.common.base.Splitter;
import dev.hairpin.lb.elb.Attributes;
import dev.hairpin.lb.elb.LbReason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an Application Load Balancer refuses before it looks at any rule.
 *
 * <p>Source: user guide for Application Load Balancers, "Troubleshoot", the HTTP errors; "Quotas",
 * HTTP headers; "Application Load Balancers", desync mitigation mode.
 */
final class RequestCheck {
  static final int LONGEST_LINE = 16 * 1024;
  static final int LONGEST_HEAD = 64 * 1024;
  static final int MOST_FORWARDED_ADDRESSES = 30;

  private RequestCheck() {}

  /** How far a request departs from RFC 7230. */
  enum Classification {
    COMPLIANT("-"),
    ACCEPTABLE("Acceptable"),
    AMBIGUOUS("Ambiguous"),
    SEVERE("Severe");

    private final String text;

    Classification(String text) {
      this.text = text;
    }

    /** As access logs write it. */
    String text() {
      return text;
    }
  }

  /** A classification with its reason, as access logs write it. */
  record Finding(Classification classification, String reason) {
    static final Finding NONE = new Finding(Classification.COMPLIANT, "-");
  }

  /** A refusal. */
  record Refusal(int status, LbReason reason, String because) {}

  static @Nullable Refusal check(HttpRequest request, Attributes attributes, Finding finding) {
    if (request.version() == HttpVersion.OTHER) {
      return new Refusal(
          505, LbReason.ALB_VERSION_NOT_SUPPORTED, "the HTTP version is not supported");
    }
    if (request.target().length() > LONGEST_LINE) {
      return new Refusal(
          414,
          LbReason.ALB_URI_TOO_LONG,
          "the URI has " + request.target().length() + " octets, 16 K are allowed");
    }
    Refusal malformed = malformed(request);
    if (malformed != null) {
      return malformed;
    }
    if (request.method().equals("TRACE")) {
      return new Refusal(405, LbReason.ALB_METHOD_NOT_ALLOWED, "TRACE is not supported");
    }
    for (String coding : request.headerValues("transfer-encoding")) {
      if (!coding.equalsIgnoreCase("chunked") && !coding.equalsIgnoreCase("identity")) {
        return new Refusal(
            501,
            LbReason.ALB_NOT_IMPLEMENTED,
            "Transfer-Encoding \"" + coding + "\" is neither chunked nor identity");
      }
    }
    int forwarded = forwardedAddresses(request);
    if (forwarded > MOST_FORWARDED_ADDRESSES) {
      return new Refusal(
          463,
          LbReason.ALB_TOO_MANY_FORWARDED_ADDRESSES,
          "X-Forwarded-For has " + forwarded + " addresses, 30 are allowed");
    }
    return desync(attributes, finding);
  }

  private static @Nullable Refusal malformed(HttpRequest request) {
    if (!request.method().matches("[!#$%&'*+.^_`|~0-9a-zA-Z-]+")) {
      return bad("the method \"" + request.method() + "\" is no token");
    }
    boolean targetOk = request.target().startsWith("/")
        || (request.target().equals("*") && request.method().equals("OPTIONS"));
    if (!targetOk) {
      return bad("the request target \"" + request.target() + "\" does not begin with /");
    }
    if (request.version() != HttpVersion.HTTP_1_0 && request.host() == null) {
      return bad("there is no Host header");
    }
    if (request.headerValues("host").size() > 1) {
      return bad("there are several Host headers");
    }
    if (request.requestLineBytes() > LONGEST_LINE) {
      return tooLarge("the request line has more than 16 K octets");
    }
    for (Header header : request.headers()) {
      if (header.name().length() + header.value().length() + 4 > LONGEST_LINE) {
        return tooLarge("the header " + header.name() + " has more than 16 K octets");
      }
      if (header.name().isEmpty() || header.name().chars().anyMatch(c -> c <= ' ' || c == ':')) {
        return bad("the header name \"" + header.name() + "\" is malformed");
      }
    }
    if (request.headBytes() > LONGEST_HEAD) {
      return tooLarge("the headers have " + request.headBytes() + " octets, 64 K are allowed");
    }
    return null;
  }

  private static Refusal bad(String because) {
    return new Refusal(400, LbReason.ALB_BAD_REQUEST, because);
  }

  private static Refusal tooLarge(String because) {
    return new Refusal(400, LbReason.ALB_HEADERS_TOO_LARGE, because);
  }

  private static int forwardedAddresses(HttpRequest request) {
    int count = 0;
    for (String line : request.headerValues("x-forwarded-for")) {
      count +=
          Splitter.on(',').omitEmptyStrings().trimResults().splitToList(line).size();
    }
    return count;
  }

  private static @Nullable Refusal desync(Attributes attributes, Finding finding) {
    Classification worst =
        switch (attributes.text("routing.http.desync_mitigation_mode", "defensive")) {
          case "monitor" -> Classification.SEVERE;
          case "strictest" -> Classification.COMPLIANT;
          default -> Classification.AMBIGUOUS;
        };
    return finding.classification().compareTo(worst) <= 0
        ? null
        : new Refusal(
            400,
            LbReason.ALB_BAD_REQUEST,
            "desync mitigation: "
                + finding.classification().text()
                + " ("
                + finding.reason()
                + ")");
  }

  /** Classifies a request by what can be seen of it here. */
  static Finding classify(HttpRequest request) {
    List<String> lengths = request.headerValues("content-length");
    List<String> codings = request.headerValues("transfer-encoding");
    Set<String> different = new LinkedHashSet<>(lengths);
    boolean noBodyExpected = request.method().equals("GET") || request.method().equals("HEAD");
    if (lengths.stream().anyMatch(l -> !l.matches("[0-9]{1,18}"))) {
      return new Finding(Classification.SEVERE, "BadContentLength");
    }
    if (different.size() > 1) {
      return new Finding(Classification.SEVERE, "MultipleContentLength");
    }
    long chunked = codings.stream()
        .filter(c -> c.toLowerCase(Locale.ROOT).equals("chunked"))
        .count();
    if (chunked > 1) {
      return new Finding(Classification.SEVERE, "MultipleTransferEncodingChunked");
    }
    if (!lengths.isEmpty() && !codings.isEmpty()) {
      return new Finding(Classification.AMBIGUOUS, "BothTeClPresent");
    }
    if (lengths.size() > 1) {
      return new Finding(Classification.AMBIGUOUS, "DuplicateContentLength");
    }
    if (noBodyExpected && !codings.isEmpty()) {
      return new Finding(Classification.AMBIGUOUS, "UndefinedTransferEncodingSemantics");
    }
    if (noBodyExpected && !lengths.isEmpty()) {
      return lengths.get(0).matches("0+")
          ? new Finding(Classification.ACCEPTABLE, "GetHeadZeroContentLength")
          : new Finding(Classification.AMBIGUOUS, "UndefinedContentLengthSemantics");
    }
    return Finding.NONE;
  }
}
