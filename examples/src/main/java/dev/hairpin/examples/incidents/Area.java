package dev.hairpin.examples.incidents;

/** What an incident is about. */
public enum Area {
  /** Environment variables. */
  ENVIRONMENT("env", "Environment variables"),
  /** Addresses and ports that the API server hands out. */
  ALLOCATION("alloc", "Allocation"),
  /** ClusterIP, endpoints, kube-proxy. */
  SERVICE("svc", "ClusterIP, endpoints, kube-proxy"),
  /** Connection tracking and source translation. */
  CONNTRACK("ct", "conntrack, SNAT"),
  /** Names. */
  DNS("dns", "DNS"),
  /** Load balancers. */
  LOAD_BALANCER("lb", "AWS load balancers"),
  /** Addresses of pods. */
  ADDRESSES("ip", "Pod addresses"),
  /** Money. */
  COST("cost", "Cost");

  private final String prefix;
  private final String title;

  Area(String prefix, String title) {
    this.prefix = prefix;
    this.title = title;
  }

  static Area of(String id) {
    String prefix = id.substring(0, id.indexOf('-'));
    for (Area area : values()) {
      if (area.prefix.equals(prefix)) {
        return area;
      }
    }
    throw new IllegalArgumentException("incident " + id + " is of no known area");
  }

  /** The title. */
  @Override
  public String toString() {
    return title;
  }
}
