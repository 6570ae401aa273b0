/**
 * Values of the wire: addresses, blocks, protocols, tuples and packets.
 *
 * <p>Start at {@link dev.hairpin.net.IpAddress} and {@link dev.hairpin.net.FiveTuple}. Nothing here
 * knows Kubernetes, netfilter or DNS; every other package may use it.
 */
package dev.hairpin.net;
