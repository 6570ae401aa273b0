package dev.hairpin.path.fast;

import org.jspecify.annotations.Nullable;

/**
 * How the walk before routing begins, and what is left of it for a flow whose key is not in the
 * table that is asked first.
 *
 * @param table the table that is asked first, before any rule has done anything; null if another
 *     rule comes first
 * @param ofLocal the only table that is asked afterwards if the destination is an address of the
 *     host; null if there is none, or more is asked
 * @param endsForOthers whether nothing happens any more if the destination is neither the host's
 *     nor a multicast group
 */
record Front(@Nullable LookupTable table, @Nullable LookupTable ofLocal, boolean endsForOthers) {}
