/**
 * A map of a cluster: entries from outside, Services, and the pods behind them by node and zone.
 */
@NullMarked
package dev.hairpin.analysis.topology;

import org.jspecify.annotations.NullMarked;
