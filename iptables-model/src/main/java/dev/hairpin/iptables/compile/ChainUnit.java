package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.TableName;
import it.unimi.dsi.fastutil.ints.IntArrayList;

/** A chain that is a routine of its own, with what the compiler made for it. */
final class ChainUnit {
  final TableName table;
  final String name;
  final int routine;

  /** Tables and routines that belong to the chain; they are used again when it changes. */
  final IntArrayList tables = new IntArrayList(0);

  final IntArrayList bodies = new IntArrayList(0);
  int tablesUsed;
  int bodiesUsed;
  boolean pending;

  ChainUnit(TableName table, String name, int routine) {
    this.table = table;
    this.name = name;
    this.routine = routine;
  }

  @Override
  public String toString() {
    return table + " " + name;
  }
}
