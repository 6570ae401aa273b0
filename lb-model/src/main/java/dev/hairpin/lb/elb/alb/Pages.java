package dev.hairpin.lb.elb.alb;

/**
 * The pages that an Application Load Balancer writes itself; their form is that of its observed
 * answers ({@code Server: awselb/2.0}).
 */
final class Pages {
  private Pages() {}

  static String title(int status) {
    return switch (status) {
      case 301 -> "301 Moved Permanently";
      case 302 -> "302 Found";
      case 400 -> "400 Bad Request";
      case 401 -> "401 Authorization Required";
      case 403 -> "403 Forbidden";
      case 405 -> "405 Not Allowed";
      case 408 -> "408 Request Time-out";
      case 414 -> "414 Request-URI Too Large";
      case 500 -> "500 Internal Server Error";
      case 501 -> "501 Not Implemented";
      case 502 -> "502 Bad Gateway";
      case 503 -> "503 Service Temporarily Unavailable";
      case 504 -> "504 Gateway Time-out";
      case 505 -> "505 HTTP Version Not Supported";
      default -> Integer.toString(status);
    };
  }

  static String html(int status) {
    String title = title(status);
    return "<html>\r\n<head><title>"
        + title
        + "</title></head>\r\n<body>\r\n<center><h1>"
        + title
        + "</h1></center>\r\n</body>\r\n</html>\r\n";
  }
}
