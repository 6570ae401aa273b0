package dev.hairpin.whatif.law;

/** Refuses what cannot be counted or lasted. */
final class Check {
  private Check() {}

  static double notNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(what + " " + value + " is not a number from 0 on");
    }
    return value;
  }

  static double positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(what + " " + value + " is not a positive number");
    }
    return value;
  }

  static double share(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + " " + value + " is not within 0-1");
    }
    return value;
  }
}
