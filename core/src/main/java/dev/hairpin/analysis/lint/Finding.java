package dev.hairpin.analysis.lint;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.render.Escape;
import java.util.List;
import java.util.Locale;

/**
 * Something that looks wrong.
 *
 * @param severity how bad it is
 * @param code the stable code, such as {@code SELECTOR_MATCHES_NOTHING}
 * @param object what it was found in
 * @param field the path of the field, such as {@code spec.selector}; empty for the whole object
 * @param text a sentence with the names of the case
 * @param fix a way out
 * @param didYouMean what was probably meant, nearest first
 * @param incident the id of an incident to study; empty if there is none
 */
public record Finding(
    Severity severity,
    String code,
    ObjectKey object,
    String field,
    String text,
    String fix,
    List<String> didYouMean,
    String incident) {

  /** Copies the list. */
  public Finding {
    didYouMean = List.copyOf(didYouMean);
  }

  /**
   * A finding whose code is a {@link Reason}: with its fix and incident.
   *
   * @param severity how bad it is
   * @param reason the code
   * @param object what it was found in
   * @param field the path of the field; may be empty
   * @param text a sentence
   * @return the finding
   */
  public static Finding of(
      Severity severity, Reason reason, KubeObject object, String field, String text) {
    return new Finding(
        severity,
        reason.name(),
        object.key(),
        field,
        text,
        reason.fixes().get(0),
        List.of(),
        reason.incident());
  }

  /**
   * The same with what was probably meant.
   *
   * @param suggestions the suggestions, nearest first
   * @return a copy
   */
  public Finding suggesting(List<String> suggestions) {
    return new Finding(severity, code, object, field, text, fix, suggestions, incident);
  }

  /** The object, the field and the text, with fix and suggestions in lines below. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder()
        .append(String.format(Locale.ROOT, "%-7s ", severity))
        .append(object.kind().toLowerCase(Locale.ROOT))
        .append(' ')
        .append(object.namespacedName());
    if (!field.isEmpty()) {
      out.append(' ').append(field);
    }
    out.append("  ").append(code).append("\n        ").append(text);
    out.append("\n        fix: ").append(fix);
    if (!didYouMean.isEmpty()) {
      out.append("\n        did you mean: ").append(String.join(" | ", didYouMean));
    }
    if (!incident.isEmpty()) {
      out.append("\n        see: incident ").append(incident);
    }
    return Escape.terminal(out.toString());
  }
}
