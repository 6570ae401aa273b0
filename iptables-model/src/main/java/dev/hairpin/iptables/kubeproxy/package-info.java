/**
 * kube-proxy in iptables mode: the rules that it writes for a node, and what it does beside.
 *
 * <p>Start at {@link dev.hairpin.iptables.kubeproxy.NodeProxy}: the kube-proxy of one node, with
 * one {@link dev.hairpin.iptables.kubeproxy.Proxier} for each IP family. What differs between
 * versions is told by {@link dev.hairpin.iptables.kubeproxy.KubeProxyVersion}.
 *
 * <p>Source: {@code pkg/proxy} of Kubernetes v1.30.5 and v1.36.3. Where the original walks Go maps
 * in random order, things are ordered here: service ports by namespace, name, port name and
 * protocol, everything else by its text.
 */
package dev.hairpin.iptables.kubeproxy;
