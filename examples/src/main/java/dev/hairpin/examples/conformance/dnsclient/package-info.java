/**
 * Holds the resolver libraries of the model against recordings of the real ones.
 *
 * <p>Start at {@link dev.hairpin.examples.conformance.dnsclient.DnsClientSuite}.
 */
@NullMarked
package dev.hairpin.examples.conformance.dnsclient;

import org.jspecify.annotations.NullMarked;
