/**
 * The laws of capacity: small formulas, each with its source, its unit and what it leaves out.
 *
 * <p>They know nothing of a cluster; {@link dev.hairpin.whatif.WhatIf} applies them to one.
 */
package dev.hairpin.whatif.law;
