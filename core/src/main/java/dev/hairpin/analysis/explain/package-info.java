/**
 * Why something does not work, and what to do about it.
 *
 * <p>Start at {@link dev.hairpin.analysis.explain.Explainer}. It looks at a cluster's objects in
 * the order of Kubernetes' guide "Debug Services" and stops at the first link that is broken; what
 * only an add-on knows, the add-on says as an {@link dev.hairpin.path.addon.Expert}.
 */
@NullMarked
package dev.hairpin.analysis.explain;

import org.jspecify.annotations.NullMarked;
