package dev.hairpin.path.fast;

import dev.hairpin.path.RejectWith;

/**
 * Reads the packed answer of a {@link Decider}.
 *
 * <p>An answer is a {@code long}, so that a million of them are an array and no objects:
 *
 * <pre>
 *   bits  0-31  target: number in {@link Targets}, -1 if the destination stays
 *               (if undecided: number in {@link DecisionProgram#openQuestions()})
 *   bits 32-33  verdict: 0 accept, 1 drop, 2 reject, 3 undecided
 *   bits 34-37  how a reject is told: ordinal of {@link RejectWith}
 *   bits 38-39  way: 0 forwarded, 1 for this host, 2 sent by this host, 3 sent by this host to itself
 *   bits 40-55  source translation: 0 none, 1 MASQUERADE, 2 MASQUERADE --random-fully, else a number
 *               in {@link DecisionProgram#sourceTranslation}
 * </pre>
 */
public final class Decision {

  /** What becomes of the connection. */
  public enum Verdict {
    /** It passes all rules. */
    ACCEPT,
    /** It is dropped without a word. */
    DROP,
    /** It is refused, and its sender is told. */
    REJECT,
    /** The program cannot tell; the rule walker is to be asked. */
    UNDECIDED
  }

  /** The number that says that the destination is not translated. */
  public static final int NO_TARGET = -1;

  /** The source translation of {@code MASQUERADE} without options. */
  public static final int MASQUERADE = 1;

  /** The source translation of {@code MASQUERADE --random-fully}, which is kube-proxy's. */
  public static final int MASQUERADE_RANDOM_FULLY = 2;

  static final int VERDICT_SHIFT = 32;
  static final int REJECT_SHIFT = 34;
  static final int WAY_SHIFT = 38;
  static final int SOURCE_SHIFT = 40;

  private static final Verdict[] VERDICTS = Verdict.values();
  private static final RejectWith[] REJECTS = RejectWith.values();

  private Decision() {}

  /**
   * What becomes of the connection.
   *
   * @param decision an answer
   * @return the verdict
   */
  public static Verdict verdict(long decision) {
    return VERDICTS[(int) (decision >>> VERDICT_SHIFT) & 3];
  }

  /**
   * Whether the connection passes all rules.
   *
   * @param decision an answer
   * @return true for {@link Verdict#ACCEPT}
   */
  public static boolean accepted(long decision) {
    return (decision >>> VERDICT_SHIFT & 3) == 0;
  }

  /**
   * How the sender is told of a {@link Verdict#REJECT}.
   *
   * @param decision an answer; a reject
   * @return the ICMP message or reset
   */
  public static RejectWith rejectWith(long decision) {
    return REJECTS[(int) (decision >>> REJECT_SHIFT) & 15];
  }

  /**
   * Where the destination is translated to.
   *
   * @param decision an answer
   * @return the number in {@link Targets}, or {@link #NO_TARGET}
   */
  public static int target(long decision) {
    return (int) decision;
  }

  /**
   * How the source is translated.
   *
   * @param decision an answer
   * @return 0 if it stays, {@link #MASQUERADE}, {@link #MASQUERADE_RANDOM_FULLY}, or a larger
   *     number for {@link DecisionProgram#sourceTranslation}
   */
  public static int sourceTranslation(long decision) {
    return (int) (decision >>> SOURCE_SHIFT) & 0xffff;
  }

  /**
   * Whether the source becomes the node's own address.
   *
   * @param decision an answer
   * @return true for kube-proxy's masquerading and for plain {@code MASQUERADE}
   */
  public static boolean masqueraded(long decision) {
    int source = sourceTranslation(decision);
    return source == MASQUERADE || source == MASQUERADE_RANDOM_FULLY;
  }

  /**
   * Whether the connection ends at this host, by its translated destination.
   *
   * @param decision an answer
   * @return true if INPUT was asked
   */
  public static boolean forThisHost(long decision) {
    return (decision >>> WAY_SHIFT & 1) != 0;
  }
}
