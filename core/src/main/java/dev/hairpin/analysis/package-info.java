/**
 * The questions about all connections at once: where new ones end and with which share, who reaches
 * whom by which way, and what a change does to that.
 *
 * <p>Start at {@link dev.hairpin.analysis.Shares}. Nothing here draws random numbers unless it says
 * so: distributions are worked out by visiting every way in which the choices on a way can fall,
 * with ways that are alike visited once.
 */
package dev.hairpin.analysis;
