package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.cluster.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The latest changes of a cluster, in order, for kube-proxies that take them in when somebody looks
 * at their rules: a change is noted once, however many nodes there are.
 */
final class Backlog {

  /** Up to this many changes wait; then every kube-proxy is to take them in. */
  static final int MOST = 1_000;

  /**
   * A change.
   *
   * @param change the change
   * @param at when it happened
   */
  record Noted(Change change, Instant at) {}

  private final List<Noted> noted;
  private long cleared;

  Backlog() {
    this(new ArrayList<>(), 0);
  }

  private Backlog(List<Noted> noted, long cleared) {
    this.noted = noted;
    this.cleared = cleared;
  }

  Backlog copy() {
    return new Backlog(new ArrayList<>(noted), cleared);
  }

  void add(Change change, Instant at) {
    noted.add(new Noted(change, at));
  }

  /** How many changes there were so far. */
  long total() {
    return cleared + noted.size();
  }

  /** The changes after the first so many, of which none may be cleared. */
  List<Noted> after(long seen) {
    return noted.subList(Math.toIntExact(seen - cleared), noted.size());
  }

  boolean isFull() {
    return noted.size() >= MOST;
  }

  /** Forgets the changes, which everybody has taken in. */
  void clear() {
    cleared += noted.size();
    noted.clear();
  }
}
