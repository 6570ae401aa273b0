package dev.hairpin.iptables;

/**
 * Rules that the tools or the kernel would refuse.
 *
 * <p>{@link #getMessage} says where and what was expected; {@link #reason} is for programs.
 */
public final class RuleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Why rules are refused. */
  public enum Reason {
    /** The text is not what iptables-restore reads. */
    SYNTAX,
    /** A chain, or a rule to delete, is not there: {@code ENOENT}. */
    NOT_FOUND,
    /** A chain is there already: {@code EEXIST}. */
    CHAIN_EXISTS,
    /** A chain that is to be deleted has rules: {@code ENOTEMPTY}. */
    CHAIN_NOT_EMPTY,
    /** A chain that is to be deleted is jumped to: {@code EMLINK}. */
    CHAIN_IN_USE,
    /** Chains that can be reached from a hook jump in a circle: {@code ELOOP}. */
    LOOP,
    /** A target is used in a table or at a hook where it cannot work: {@code EINVAL}. */
    MISPLACED_TARGET
  }

  private final Reason reason;
  private final int line;
  private final int column;

  RuleException(Reason reason, int line, int column, String message) {
    super(line == 0 ? message : "line " + line + ", column " + column + ": " + message);
    this.reason = reason;
    this.line = line;
    this.column = column;
  }

  /** The same refusal with the place in the text where it was met, unless it has one. */
  RuleException at(int inLine) {
    return line > 0 ? this : new RuleException(reason, inLine, 1, String.valueOf(getMessage()));
  }

  /**
   * Why the rules are refused.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Where in the text: the line.
   *
   * @return the line, the first being 1; 0 if the rules did not come as text
   */
  public int line() {
    return line;
  }

  /**
   * Where in the line.
   *
   * @return the column in characters, the first being 1; 0 if the rules did not come as text
   */
  public int column() {
    return column;
  }
}
