/**
 * Collections that are forked as cheaply as a cluster is.
 *
 * <p>Start at {@link dev.hairpin.collect.ForkableMap}. A fork shares everything with its original
 * until one of them writes; then the one that writes copies the few dozen entries around the one it
 * writes to. So a fork costs a reference for every few dozen entries, and the first change after it
 * no more than the change.
 */
package dev.hairpin.collect;
