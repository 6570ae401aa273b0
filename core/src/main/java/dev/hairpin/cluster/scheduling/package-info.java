/**
 * Chooses nodes for pods.
 *
 * <p>Start at {@link dev.hairpin.cluster.scheduling.Scheduler}. This is not kube-scheduler: it
 * honours node selectors, required node affinity, taints, cordons, requested CPU and memory, the
 * number of pods and host ports, and spreads the pods of an owner over zones and nodes, which is
 * what the network sees of a scheduler. It knows no affinity to pods, topology spread constraints,
 * priorities or preemption.
 */
package dev.hairpin.cluster.scheduling;
