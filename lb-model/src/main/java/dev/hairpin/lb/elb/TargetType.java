package dev.hairpin.lb.elb;

/** How the targets of a group are named. */
public enum TargetType {
  /** By instance id; packets go to the primary address of the instance's primary interface. */
  INSTANCE("instance"),
  /** By address. */
  IP("ip");

  private final String apiName;

  TargetType(String apiName) {
    this.apiName = apiName;
  }

  /**
   * The type as the API writes it.
   *
   * @return {@code instance} or {@code ip}
   */
  public String apiName() {
    return apiName;
  }
}
