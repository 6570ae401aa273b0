/**
 * What is told about a packet: its hops and steps, the outcome with its reason, the explanation,
 * and how all that is printed and drawn.
 *
 * <p>Start at {@link dev.hairpin.path.trace.Trace}. Nothing here decides anything; the network
 * above writes down what it did.
 */
package dev.hairpin.path.trace;
