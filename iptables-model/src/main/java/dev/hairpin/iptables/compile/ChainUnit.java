package dev.hairpin.iptables.compile;

import dev.hairpin.path.TableName;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain that is a routine of its own, with what the compiler made for it.
 *
 * <p>A chain may be several: one that any flow may come to, and one for each key of a look-up that
 * leads to it alone, in which the conditions that the key answers are left out.
 */
final class ChainUnit {
  final TableName table;
  final String name;
  final int routine;

  /** What is known of every flow that comes; null if nothing is. */
  final @Nullable DispatchKey key;

  /** Another unit of the same chain. */
  @Nullable
  ChainUnit next;

  /** The units for this chain's keys, and when they were last asked for. */
  final List<ChainUnit> ofKeys = new ArrayList<>(0);

  int askedIn;

  /** Tables and routines that belong to the chain; they are used again when it changes. */
  final IntArrayList tables = new IntArrayList(0);

  final IntArrayList bodies = new IntArrayList(0);
  int tablesUsed;
  int bodiesUsed;
  boolean pending;
  boolean removed;

  ChainUnit(TableName table, String name, int routine, @Nullable DispatchKey key) {
    this.key = key;
    this.table = table;
    this.name = name;
    this.routine = routine;
  }

  @Override
  public String toString() {
    return table + " " + name;
  }
}
