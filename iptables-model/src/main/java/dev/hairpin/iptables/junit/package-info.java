/** Assertions on rules, for tests that have AssertJ. */
@NullMarked
package dev.hairpin.iptables.junit;

import org.jspecify.annotations.NullMarked;
