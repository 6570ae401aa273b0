package dev.hairpin.whatif.law;

/**
 * How load becomes even again after a workload was scaled up, where clients keep their connections:
 * a connection stays where it is until it has reached the greatest age that clients or servers
 * allow, and is placed anew then.
 *
 * <p>Ages are spread evenly when the new pods come, so after a time {@code t} the part {@code t} /
 * greatest age has been placed anew, over all pods alike. Without a greatest age new pods get
 * nothing for as long as nobody opens a connection.
 */
public final class ConnectionAgeLaw {
  private ConnectionAgeLaw() {}

  /**
   * The share of the load that each of the new pods has.
   *
   * @param before how many pods there were; at least 1
   * @param after how many there are; at least as many
   * @param age the greatest age of a connection in seconds; positive, or infinite
   * @param seconds the time since the new pods are ready; not negative
   * @return 0 to 1 / after
   * @throws IllegalArgumentException if a number makes no sense
   */
  public static double shareOfNewPod(int before, int after, double age, double seconds) {
    return placedAnew(before, after, age, seconds) / after;
  }

  /**
   * The share of the load that each of the old pods has.
   *
   * @param before how many pods there were; at least 1
   * @param after how many there are; at least as many
   * @param age the greatest age of a connection in seconds; positive, or infinite
   * @param seconds the time since the new pods are ready; not negative
   * @return 1 / after to 1 / before
   * @throws IllegalArgumentException if a number makes no sense
   */
  public static double shareOfOldPod(int before, int after, double age, double seconds) {
    double anew = placedAnew(before, after, age, seconds);
    return (1 - anew) / before + anew / after;
  }

  /**
   * How long it takes until no pod has more than its even part times a factor.
   *
   * @param before how many pods there were; at least 1
   * @param after how many there are; at least as many
   * @param age the greatest age of a connection in seconds; positive, or infinite
   * @param factor how much more is even enough, such as 1.1; at least 1
   * @return seconds; infinite if connections live for ever and it is not even enough at once
   * @throws IllegalArgumentException if a number makes no sense
   */
  public static double untilEven(int before, int after, double age, double factor) {
    placedAnew(before, after, age, 0);
    if (!(factor >= 1)) {
      throw new IllegalArgumentException("a factor of " + factor + " is less than even");
    }
    double uneven = (double) after / before - 1;
    double part = uneven == 0 ? 0 : Math.max(0, 1 - (factor - 1) / uneven);
    return part == 0 ? 0 : part * age;
  }

  private static double placedAnew(int before, int after, double age, double seconds) {
    if (before < 1 || after < before) {
      throw new IllegalArgumentException(
          before + " pods that become " + after + " are not scaled up from at least one");
    }
    if (!(age > 0)) {
      throw new IllegalArgumentException("age " + age + " is not a positive number");
    }
    return Math.min(1, Check.notNegative("time", seconds) / age);
  }
}
