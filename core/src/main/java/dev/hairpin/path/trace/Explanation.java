package dev.hairpin.path.trace;

import java.util.ArrayList;
import java.util.List;
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
    Explanation plain = of(outcome.delivered() ? "DELIVERED" : "NOT DELIVERED", outcome.reason());
    return new Explanation(
        plain.headline,
        plain.reason,
        plain.cause,
        outcome.decidedAt(),
        outcome.rule(),
        outcome.server() == null ? "" : outcome.server(),
        outcome.clientSees(),
        plain.because,
        "",
        plain.fixes,
        List.of(),
        plain.seeAlso);
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
    return new Explanation(
        headline,
        reason,
        newCause,
        decidedAt,
        rule,
        subject,
        clientSees,
        newBecause,
        preventedBy,
        newCause.fixes(),
        didYouMean,
        newCause.incident());
  }

  /**
   * The same about something.
   *
   * @param newSubject what it is about, such as {@code service shop/web}
   * @return a copy
   */
  public Explanation about(String newSubject) {
    return new Explanation(
        headline,
        reason,
        cause,
        decidedAt,
        rule,
        newSubject,
        clientSees,
        because,
        preventedBy,
        fixes,
        didYouMean,
        seeAlso);
  }

  /**
   * The same with what a caller sees.
   *
   * @param sees a few words
   * @return a copy
   */
  public Explanation seenAs(String sees) {
    return new Explanation(
        headline,
        reason,
        cause,
        decidedAt,
        rule,
        subject,
        sees,
        because,
        preventedBy,
        fixes,
        didYouMean,
        seeAlso);
  }

  /**
   * The same with who should have prevented it.
   *
   * @param who who, and why he did not
   * @return a copy
   */
  public Explanation preventable(String who) {
    return new Explanation(
        headline,
        reason,
        cause,
        decidedAt,
        rule,
        subject,
        clientSees,
        because,
        who,
        fixes,
        didYouMean,
        seeAlso);
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
    return new Explanation(
        headline,
        reason,
        cause,
        decidedAt,
        rule,
        subject,
        clientSees,
        because,
        preventedBy,
        more,
        didYouMean,
        seeAlso);
  }

  /**
   * The same with what was probably meant.
   *
   * @param suggestions the suggestions, nearest first
   * @return a copy
   */
  public Explanation suggesting(List<String> suggestions) {
    return new Explanation(
        headline,
        reason,
        cause,
        decidedAt,
        rule,
        subject,
        clientSees,
        because,
        preventedBy,
        fixes,
        suggestions,
        seeAlso);
  }

  /**
   * The same with another incident to study.
   *
   * @param incident its id
   * @return a copy
   */
  public Explanation studiedIn(String incident) {
    return new Explanation(
        headline,
        reason,
        cause,
        decidedAt,
        rule,
        subject,
        clientSees,
        because,
        preventedBy,
        fixes,
        didYouMean,
        incident);
  }

  /** The card; 80 columns but for the rule, and without control characters. */
  @Override
  public String toString() {
    return ExplanationText.print(this);
  }
}
