/**
 * Recordings of the API server, the controllers, the kubelet and {@code kubectl}.
 *
 * <p>Start at {@link dev.hairpin.examples.conformance.core.CoreSuite}: it reads a case's file and
 * hands it to the {@link dev.hairpin.examples.conformance.core.CoreCaseRunner} of the case's kind.
 */
@NullMarked
package dev.hairpin.examples.conformance.core;

import org.jspecify.annotations.NullMarked;
