package dev.hairpin.iptables.kubeproxy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** The probability of taking one of n endpoints, with 10 decimals as C's {@code %0.10f} prints. */
final class Probabilities {
  private static final @Nullable String[] CACHE = new @Nullable String[1024];

  private Probabilities() {}

  static String oneOf(int count) {
    if (count >= CACHE.length) {
      return compute(count);
    }
    @Nullable String text = CACHE[count];
    if (text == null) {
      text = compute(count);
      CACHE[count] = text;
    }
    return text;
  }

  private static String compute(int count) {
    return new BigDecimal(1.0 / count).setScale(10, RoundingMode.HALF_EVEN).toPlainString();
  }
}
