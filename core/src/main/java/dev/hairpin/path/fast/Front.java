package dev.hairpin.path.fast;

import org.jspecify.annotations.Nullable;

/**
 * How the walk before routing begins.
 *
 * @param table the table that is asked first, before any rule has done anything; null if another
 *     rule comes first
 */
record Front(@Nullable LookupTable table) {}
