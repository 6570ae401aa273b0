package dev.hairpin.render;

/** Where an axis has its marks. */
final class Ticks {
  private static final double[] FACTORS = {1, 2, 5};

  private Ticks() {}

  /**
   * The smallest step of 1, 2 or 5 times a power of ten that divides a span in so many parts at the
   * most.
   *
   * @param span how long the axis is, positive
   * @param parts how many parts, at least 1
   * @param least the smallest step that may be, not negative
   */
  static double step(double span, int parts, double least) {
    for (int exponent = (int) Math.floor(Math.log10(span / parts)); ; exponent++) {
      for (double factor : FACTORS) {
        // A negative power is divided by, so that 0.1 is the number nearest to it.
        double step =
            exponent < 0 ? factor / Math.pow(10, -exponent) : factor * Math.pow(10, exponent);
        if (step >= least && span / step <= parts * (1 + 1e-12)) {
          return step;
        }
      }
    }
  }
}
