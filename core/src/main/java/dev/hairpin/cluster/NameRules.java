package dev.hairpin.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** How names, labels and port names are written. Source: apimachinery's {@code util/validation}. */
final class NameRules {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
  private static final String LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
  private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final String LABEL_VALUE = "(" + QUALIFIED + ")?";

  // Written without nested repeats, so that a long hostile text is read once.
  private static final Pattern LABEL_PATTERN = Pattern.compile("[a-z0-9](?:[-a-z0-9]*[a-z0-9])?+");
  private static final String UNDERSCORE_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
  private static final Pattern UNDERSCORE_LABEL_PATTERN =
      Pattern.compile("_?[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?+");
  private static final Pattern HEADER_NAME = Pattern.compile("[-A-Za-z0-9]+");
  private static final Pattern LABEL_1035_PATTERN = Pattern.compile(LABEL_1035);
  private static final Pattern QUALIFIED_PATTERN = Pattern.compile(QUALIFIED);
  private static final Pattern VARIABLE = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
  private static final Pattern CONFIG_MAP_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
  private static final Pattern PORT_NAME = Pattern.compile("[-a-z0-9]+");
  private static final Pattern LETTER = Pattern.compile("[a-z]");

  private NameRules() {}

  private static String tooLong(int length) {
    return "must be no more than " + length + " characters";
  }

  private static String regex(String message, String regex, String... examples) {
    StringBuilder text = new StringBuilder(message).append(" (e.g. ");
    for (int i = 0; i < examples.length; i++) {
      text.append(i == 0 ? "'" : " or '").append(examples[i]).append("', ");
    }
    return text.append("regex used for validation is '")
        .append(regex)
        .append("')")
        .toString();
  }

  /** An RFC 1123 label, such as a Service's name since 1.36. */
  static List<String> dnsLabel(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 63) {
      errors.add(tooLong(63));
    }
    if (!LABEL_PATTERN.matcher(value).matches()) {
      errors.add(
          isSubdomain(value)
              ? "must not contain dots"
              : regex(
                  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or"
                      + " '-', and must start and end with an alphanumeric character",
                  LABEL,
                  "my-name",
                  "123-abc"));
    }
    return errors;
  }

  private static boolean isSubdomain(String value) {
    if (value.isEmpty() || value.length() > 253) {
      return false;
    }
    for (String label : value.split("\\.", -1)) {
      if (!LABEL_PATTERN.matcher(label).matches()) {
        return false;
      }
    }
    return true;
  }

  /** An RFC 1123 subdomain, such as most names. */
  static List<String> dnsSubdomain(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 253) {
      errors.add(tooLong(253));
    }
    if (value.length() > 253 ? !isLongSubdomain(value) : !isSubdomain(value)) {
      errors.add(regex(
          "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
              + " '-' or '.', and must start and end with an alphanumeric character",
          SUBDOMAIN,
          "example.com"));
    }
    return errors;
  }

  private static boolean isLongSubdomain(String value) {
    for (String label : value.split("\\.", -1)) {
      if (!LABEL_PATTERN.matcher(label).matches()) {
        return false;
      }
    }
    return true;
  }

  /** A domain of a pod's search list, whose labels may begin with an underscore and hold some. */
  static List<String> searchDomain(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 253) {
      errors.add(tooLong(253));
    }
    for (String label : value.split("\\.", -1)) {
      if (!UNDERSCORE_LABEL_PATTERN.matcher(label).matches()) {
        errors.add(regex(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                + " '_', '-' or '.', and must start and end with an alphanumeric character",
            UNDERSCORE_LABEL + "(\\." + UNDERSCORE_LABEL + ")*",
            "example.com"));
        break;
      }
    }
    return errors;
  }

  /** The name of a header of HTTP. */
  static List<String> headerName(String value) {
    return HEADER_NAME.matcher(value).matches()
        ? List.of()
        : List.of(regex(
            "a valid HTTP header must consist of alphanumeric characters or '-'",
            "[-A-Za-z0-9]+",
            "X-Header-Name"));
  }

  /** A subdomain whose first label is {@code *}. */
  static List<String> wildcardSubdomain(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 253) {
      errors.add(tooLong(253));
    }
    if (!value.startsWith("*.") || !isLongSubdomain(value.substring(2))) {
      errors.add(regex(
          "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS"
              + " subdomain, which must consist of lower case alphanumeric characters, '-' or"
              + " '.' and end with an alphanumeric character",
          "\\*\\." + SUBDOMAIN,
          "*.example.com"));
    }
    return errors;
  }

  /** An RFC 1035 label, such as a Service's name before 1.36. */
  static List<String> dns1035Label(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 63) {
      errors.add(tooLong(63));
    }
    if (!LABEL_1035_PATTERN.matcher(value).matches()) {
      errors.add(regex(
          "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start"
              + " with an alphabetic character, and end with an alphanumeric character",
          LABEL_1035,
          "my-name",
          "abc-123"));
    }
    return errors;
  }

  /** A name with an optional prefix and slash, such as a label's key. */
  static List<String> qualifiedName(String value) {
    List<String> errors = new ArrayList<>();
    int slash = value.indexOf('/');
    if (slash >= 0 && value.indexOf('/', slash + 1) >= 0) {
      errors.add("a qualified name "
          + regex(
              "must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                  + " with an alphanumeric character",
              QUALIFIED,
              "MyName",
              "my.name",
              "123-abc")
          + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
      return errors;
    }
    String name = slash < 0 ? value : value.substring(slash + 1);
    if (slash == 0) {
      errors.add("prefix part must be non-empty");
    } else if (slash > 0) {
      dnsSubdomain(value.substring(0, slash)).forEach(e -> errors.add("prefix part " + e));
    }
    if (name.isEmpty()) {
      errors.add("name part must be non-empty");
    } else if (name.length() > 63) {
      errors.add("name part " + tooLong(63));
    }
    if (!QUALIFIED_PATTERN.matcher(name).matches()) {
      errors.add("name part "
          + regex(
              "must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                  + " with an alphanumeric character",
              QUALIFIED,
              "MyName",
              "my.name",
              "123-abc"));
    }
    return errors;
  }

  /** A name that may stand in the path of a request. */
  static List<String> pathSegment(String value) {
    if (value.equals(".") || value.equals("..")) {
      return List.of("may not be '" + value + "'");
    }
    List<String> errors = new ArrayList<>();
    for (String part : List.of("/", "%")) {
      if (value.contains(part)) {
        errors.add("may not contain '" + part + "'");
      }
    }
    return errors;
  }

  /** A path that stays within the folder it starts from. */
  static List<String> descendingPath(String value) {
    List<String> errors = new ArrayList<>();
    if (value.startsWith("/")) {
      errors.add("must be a relative path");
    }
    errors.addAll(noBacksteps(value));
    return errors;
  }

  /** A path without {@code ..}. */
  static List<String> noBacksteps(String value) {
    return List.of(value.split("/", -1)).contains("..")
        ? List.of("must not contain '..'")
        : List.of();
  }

  /** A path of a file that a volume makes; names with two dots in front are the volume's own. */
  static List<String> localPath(String value) {
    List<String> errors = descendingPath(value);
    if (value.startsWith("..") && !value.startsWith("../") && errors.isEmpty()) {
      errors.add("must not start with '..'");
    }
    return errors;
  }

  /** A label's value. */
  static List<String> labelValue(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 63) {
      errors.add(tooLong(63));
    }
    if (!value.isEmpty() && !QUALIFIED_PATTERN.matcher(value).matches()) {
      errors.add(regex(
          "a valid label must be an empty string or consist of alphanumeric characters, '-',"
              + " '_' or '.', and must start and end with an alphanumeric character",
          LABEL_VALUE,
          "MyValue",
          "my_value",
          "12345"));
    }
    return errors;
  }

  /** A port's number. */
  static List<String> portNumber(int port) {
    return port >= 1 && port <= 65_535
        ? List.of()
        : List.of("must be between 1 and 65535, inclusive");
  }

  /** The name of a container's port. */
  static List<String> portName(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 15) {
      errors.add(tooLong(15));
    }
    if (!PORT_NAME.matcher(value).matches()) {
      errors.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if (!LETTER.matcher(value).find()) {
      errors.add("must contain at least one letter (a-z)");
    }
    if (value.contains("--")) {
      errors.add("must not contain consecutive hyphens");
    }
    if (value.startsWith("-") || value.endsWith("-")) {
      errors.add("must not begin or end with a hyphen");
    }
    return errors;
  }

  /** The name of an environment variable since 1.32. */
  static List<String> variableName(String value) {
    return value.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '=')
        ? List.of()
        : List.of("a valid environment variable name must consist only of printable ASCII"
            + " characters other than '='");
  }

  /** The name of an environment variable before 1.32. */
  static List<String> oldVariableName(String value) {
    List<String> errors = new ArrayList<>();
    if (!VARIABLE.matcher(value).matches()) {
      errors.add(regex(
          "a valid environment variable name must consist of alphabetic characters, digits, '_',"
              + " '-', or '.', and must not start with a digit",
          VARIABLE.pattern(),
          "my.env-name",
          "MY_ENV.NAME",
          "MyEnvName1"));
    }
    errors.addAll(relativePath(value));
    return errors;
  }

  /** A key of a ConfigMap or Secret. */
  static List<String> configMapKey(String value) {
    List<String> errors = new ArrayList<>();
    if (value.length() > 253) {
      errors.add(tooLong(253));
    }
    if (!CONFIG_MAP_KEY.matcher(value).matches()) {
      errors.add(regex(
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
          CONFIG_MAP_KEY.pattern(),
          "key.name",
          "KEY_NAME",
          "key-name"));
    }
    errors.addAll(relativePath(value));
    return errors;
  }

  /** Names that would lead to another directory where they are used as files. */
  private static List<String> relativePath(String value) {
    if (value.equals(".") || value.equals("..")) {
      return List.of("must not be '" + value + "'");
    }
    return value.startsWith("..") ? List.of("must not start with '..'") : List.of();
  }

  /** Labels, at the path of the map. */
  static void labels(FieldErrors errors, String path, java.util.Map<String, String> labels) {
    labels.forEach((key, value) -> {
      errors.invalid(path, key, qualifiedName(key));
      errors.invalid(path, value, labelValue(value));
    });
  }

  /** Annotations, whose keys are judged in lower case. */
  static void annotations(FieldErrors errors, String path, java.util.Map<String, String> map) {
    long size = 0;
    for (java.util.Map.Entry<String, String> entry : map.entrySet()) {
      errors.invalid(path, entry.getKey(), qualifiedName(entry.getKey().toLowerCase(Locale.ROOT)));
      size += entry.getKey().length() + (long) entry.getValue().length();
    }
    if (size > 256 * 1024) {
      errors.tooLong(path, "may not be more than 262144 bytes");
    }
  }
}
