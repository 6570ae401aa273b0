package dev.hairpin.cluster.environment;

/**
 * One environment variable and where it comes from.
 *
 * @param name the name
 * @param value the value, expanded
 * @param origin where it comes from
 */
public record Variable(String name, String value, Origin origin) {

  /** What can set a variable, the strongest first. */
  public enum Source {
    /** An entry of the container's {@code env}. */
    ENV,
    /** A ConfigMap or Secret of the container's {@code envFrom}. */
    ENV_FROM,
    /** A Service. */
    SERVICE
  }

  /**
   * Where a variable comes from.
   *
   * @param source what set it
   * @param object the Service, ConfigMap or Secret; empty for a plain {@code env} entry
   */
  public record Origin(Source source, String object) {}

  /** The variable as {@code printenv} prints it. */
  @Override
  public String toString() {
    return name + "=" + value;
  }
}
