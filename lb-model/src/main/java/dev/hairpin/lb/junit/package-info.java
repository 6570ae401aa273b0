/** Assertions on plans, for tests that have AssertJ. */
@NullMarked
package dev.hairpin.lb.junit;

import org.jspecify.annotations.NullMarked;
