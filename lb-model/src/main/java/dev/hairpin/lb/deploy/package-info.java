/**
 * Carries what the controller wants from the account's books into Elastic Load Balancing itself,
 * where it lives in virtual time.
 */
@NullMarked
package dev.hairpin.lb.deploy;

import org.jspecify.annotations.NullMarked;
