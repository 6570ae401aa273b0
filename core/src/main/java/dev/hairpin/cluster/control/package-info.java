/**
 * What all controllers of a cluster are made of: work queues on the virtual clock, names of
 * generated objects, and how long each component takes.
 *
 * <p>Start at {@link dev.hairpin.cluster.control.WorkQueue}. A controller watches the
 * {@link dev.hairpin.cluster.ClusterState}, puts the key of what changed in its queue, and when the
 * clock runs the queue, compares what is with what should be. It acts on the state it finds, never
 * on the event, so it can be started on any state.
 */
package dev.hairpin.cluster.control;
