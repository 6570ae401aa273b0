/**
 * Where pods get their addresses from.
 *
 * <p>Start at {@link dev.hairpin.cluster.ipam.PodAddresses}. A kubeadm-like cluster cuts a block
 * for each node out of the cluster's ({@link dev.hairpin.cluster.ipam.CidrSet}) and the node's
 * bridge plugin hands out the block's addresses ({@link dev.hairpin.cluster.ipam.HostLocal}); on
 * EKS the addresses are those of the node's network interfaces
 * ({@link dev.hairpin.cluster.ipam.VpcCni}).
 */
package dev.hairpin.cluster.ipam;
