/**
 * Virtual time: a clock that stands still until it is told to go on, and timers that run on it.
 *
 * <p>Start at {@link dev.hairpin.time.VirtualClock}. Nothing in Hairpin reads the machine's clock.
 */
package dev.hairpin.time;
