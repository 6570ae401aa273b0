/**
 * What an add-on implements to take part in a cluster, and what it is given for that.
 *
 * <p>Start at {@link dev.hairpin.path.addon.AddOn}: its components filter packets on nodes, answer
 * names, balance load or explain failures, each behind an interface of its own.
 */
package dev.hairpin.path.addon;
