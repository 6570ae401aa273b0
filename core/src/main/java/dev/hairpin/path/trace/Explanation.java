package dev.hairpin.path.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Why something ended as it did, and what to do about it: the card that is shown to the one who
 * looks for the fault.
 *
 * <p>{@link #reason} is what the packet met, {@link #cause} the first broken link behind it, looked
 * for in the order of Kubernetes' guide "Debug Services": the name, the Service, its selector, its
 * endpoints, their readiness, port and protocol, the traffic policy, the proxy, the load balancer.
 * Both are the same where there is nothing behind.
 *
 * @param headline what became of it, such as {@code NOT DELIVERED}
 * @param reason what was met
 * @param cause the first broken link
 * @param decidedAt where it was decided: a host and a chain, or an object; empty if nowhere
 * @param rule the rule that decided, as iptables-save prints it, or null if no rule did
 * @param subject what it is about, such as {@code service shop/web}; may be empty
 * @param clientSees what the calling program sees; empty where nobody calls
 * @param because a sentence
 * @param preventedBy who should have prevented it, and why he did not; empty where nobody should
 * @param fixes ways out; never empty
 * @param didYouMean what was probably meant, nearest first
 * @param seeAlso the id of an incident to study; empty if there is none
 */
public record Explanation(
    String headline,
    Reason reason,
    Reason cause,
    String decidedAt,
    @Nullable String rule,
    String subject,
    String clientSees,
    String because,
    String preventedBy,
    List<String> fixes,
    List<String> didYouMean,
    String seeAlso) {

  /** Copies the lists. */
  public Explanation {
    fixes = List.copyOf(fixes);
    didYouMean = List.copyOf(didYouMean);
  }

  /**
   * What can be said of an outcome without a look at the cluster.
   *
   * @param outcome the outcome
   * @return the explanation
   */
  public static Explanation of(Outcome outcome) {
    return of(outcome.delivered() ? "DELIVERED" : "NOT DELIVERED", outcome.reason())
        .with(draft -> {
          draft.decidedAt = outcome.decidedAt();
          draft.rule = outcome.rule();
          draft.subject = outcome.server() == null ? "" : outcome.server();
          draft.clientSees = outcome.clientSees();
        });
  }

  /**
   * What can be said of a reason by itself.
   *
   * @param headline what became of it, such as {@code PENDING}
   * @param reason the reason
   * @return the explanation
   */
  public static Explanation of(String headline, Reason reason) {
    return new Explanation(
        headline,
        reason,
        reason,
        "",
        null,
        "",
        "",
        reason.sentence(),
        "",
        reason.fixes(),
        List.of(),
        reason.incident());
  }

  /**
   * The same with another cause, and what is said of that one.
   *
   * @param newCause the first broken link
   * @param newBecause a sentence with the names and numbers of the case
   * @return a copy with the fixes and the incident of the cause
   */
  public Explanation causedBy(Reason newCause, String newBecause) {
    return with(draft -> {
      draft.cause = newCause;
      draft.because = newBecause;
      draft.fixes = newCause.fixes();
      draft.seeAlso = newCause.incident();
    });
  }

  /**
   * The same about something.
   *
   * @param newSubject what it is about, such as {@code service shop/web}
   * @return a copy
   */
  public Explanation about(String newSubject) {
    return with(draft -> draft.subject = newSubject);
  }

  /**
   * The same with what a caller sees.
   *
   * @param sees a few words
   * @return a copy
   */
  public Explanation seenAs(String sees) {
    return with(draft -> draft.clientSees = sees);
  }

  /**
   * The same with who should have prevented it.
   *
   * @param who who, and why he did not
   * @return a copy
   */
  public Explanation preventable(String who) {
    return with(draft -> draft.preventedBy = who);
  }

  /**
   * The same with a fix that fits the case, before the others.
   *
   * @param fix a few words
   * @return a copy
   */
  public Explanation fixedBy(String fix) {
    List<String> more = new ArrayList<>(List.of(fix));
    more.addAll(fixes);
    return with(draft -> draft.fixes = more);
  }

  /**
   * The same with what was probably meant.
   *
   * @param suggestions the suggestions, nearest first
   * @return a copy
   */
  public Explanation suggesting(List<String> suggestions) {
    return with(draft -> draft.didYouMean = suggestions);
  }

  /**
   * The same with another incident to study.
   *
   * @param incident its id
   * @return a copy
   */
  public Explanation studiedIn(String incident) {
    return with(draft -> draft.seeAlso = incident);
  }

  private Explanation with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.explanation();
  }

  /** An explanation while some of its parts are replaced. */
  private static final class Draft {
    private final Explanation original;
    private Reason cause;
    private String decidedAt;
    private @Nullable String rule;
    private String subject;
    private String clientSees;
    private String because;
    private String preventedBy;
    private List<String> fixes;
    private List<String> didYouMean;
    private String seeAlso;

    Draft(Explanation original) {
      this.original = original;
      this.cause = original.cause;
      this.decidedAt = original.decidedAt;
      this.rule = original.rule;
      this.subject = original.subject;
      this.clientSees = original.clientSees;
      this.because = original.because;
      this.preventedBy = original.preventedBy;
      this.fixes = original.fixes;
      this.didYouMean = original.didYouMean;
      this.seeAlso = original.seeAlso;
    }

    Explanation explanation() {
      return new Explanation(
          original.headline,
          original.reason,
          cause,
          decidedAt,
          rule,
          subject,
          clientSees,
          because,
          preventedBy,
          fixes,
          didYouMean,
          seeAlso);
    }
  }

  /** The card; 80 columns but for the rule, and without control characters. */
  @Override
  public String toString() {
    return ExplanationText.print(this);
  }
}
