/**
 * What would happen if: load and limits of a cluster under traffic, the errors of a rolling update,
 * and sweeps over thousands of scenarios.
 *
 * <p>Start at {@link dev.hairpin.whatif.WhatIf}. A {@link dev.hairpin.whatif.Scenario} is a named
 * list of changes that are made on a fork, never on the cluster itself. A
 * {@link dev.hairpin.whatif.Figure} says what was found, against which limit, and how sure it is:
 * most are exact or follow from a law of {@link dev.hairpin.whatif.law}.
 */
package dev.hairpin.whatif;
