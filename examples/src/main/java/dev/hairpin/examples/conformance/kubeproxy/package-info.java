/** Recorded syncs of kube-proxy, held against {@link dev.hairpin.iptables.kubeproxy}. */
@NullMarked
package dev.hairpin.examples.conformance.kubeproxy;

import org.jspecify.annotations.NullMarked;
