/**
 * The recordings of CoreDNS 1.11.3 and 1.13.1: a folder a case, with Corefile, objects, upstreams,
 * questions and answers.
 */
@NullMarked
package dev.hairpin.examples.conformance.dns;

import org.jspecify.annotations.NullMarked;
