package dev.hairpin.iptables.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Whether the kernel of this machine can be asked. Where {@code HAIRPIN_KERNEL_TESTS} is
 * {@code required}, as in CI, a kernel that cannot be asked is a failure; elsewhere the test is
 * skipped, with the reason.
 */
public final class AskedKernel {
  private AskedKernel() {}

  /**
   * Goes on only if a condition holds.
   *
   * @param holds what asking the kernel needs
   * @param reason what is missing if it does not hold
   */
  public static void needs(boolean holds, String reason) {
    if (isRequired()) {
      assertThat(holds).as("the kernel must be asked here: " + reason).isTrue();
    }
    assumeTrue(holds, () -> "the kernel is not asked: " + reason);
  }

  /**
   * Whether a kernel that cannot be asked is a failure.
   *
   * @return true in CI
   */
  public static boolean isRequired() {
    return "required".equals(System.getenv("HAIRPIN_KERNEL_TESTS"));
  }
}
