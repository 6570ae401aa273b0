package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges references to objects of any kind. */
final class References {
  private References() {}

  /** Judges a reference by group, kind and name; a group that is there must not be empty. */
  static void typed(FieldErrors errors, Fields f) {
    @Nullable String group = f.textOrNull("apiGroup");
    if (group != null) {
      errors.invalid(f.path("apiGroup"), group, NameRules.dnsSubdomain(group));
    }
    parts(errors, f, "kind", "name");
  }

  /** Judges what a reference must say, and what stands in the path of a request then. */
  static void parts(FieldErrors errors, Fields f, String... fields) {
    for (String field : List.of(fields)) {
      String value = f.text(field);
      if (value.isEmpty()) {
        errors.required(f.path(field), "");
      } else {
        errors.invalid(f.path(field), value, NameRules.pathSegment(value));
      }
    }
  }
}
