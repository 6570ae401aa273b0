package dev.hairpin.examples.conformance.core;

import java.util.Optional;
import java.util.Set;

/** Holds Hairpin against the recordings of some kinds. */
interface CoreCaseRunner {

  /** The kinds of case that this runner understands. */
  Set<String> kinds();

  /** The first difference from the recording, in one line; nothing if there is none. */
  Optional<String> firstDifference(CoreCase recorded);
}
