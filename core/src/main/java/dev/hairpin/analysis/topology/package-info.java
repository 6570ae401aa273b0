/**
 * A map of a cluster: entries from outside, Services, and the pods behind them by node and zone.
 *
 * <p>Start at {@link dev.hairpin.analysis.topology.Topology}: it prints itself as text, as a flow
 * chart of Mermaid and as a drawing. It shows objects, not packets: an arrow says what is
 * configured, and {@link dev.hairpin.analysis.Reachability} what arrives.
 */
@NullMarked
package dev.hairpin.analysis.topology;

import org.jspecify.annotations.NullMarked;
