package dev.hairpin.dns.kubernetes;

import dev.hairpin.collect.ForkableMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Which things have an address, cheap to fork. An address is a text here, as it stands in objects.
 *
 * @param <T> the things, which are immutable; two that the order holds equal are one
 */
final class AddressIndex<T> {
  private final Comparator<? super T> order;
  private final ForkableMap<String, List<T>> things;

  AddressIndex(Comparator<? super T> order) {
    this(order, new ForkableMap<>());
  }

  private AddressIndex(Comparator<? super T> order, ForkableMap<String, List<T>> things) {
    this.order = order;
    this.things = things;
  }

  AddressIndex<T> fork() {
    return new AddressIndex<>(order, things.fork());
  }

  /** What has an address, in order. */
  List<T> at(String address) {
    List<T> found = things.get(address);
    return found == null ? List.of() : found;
  }

  /** Adds a thing to an address, in the place of one that is equal by the order. */
  void add(String address, T thing) {
    List<T> before = at(address);
    if (before.isEmpty()) {
      things.put(address, List.of(thing));
      return;
    }
    int at = Collections.binarySearch(before, thing, order);
    List<T> after = new ArrayList<>(before);
    if (at >= 0) {
      after.set(at, thing);
    } else {
      after.add(-1 - at, thing);
    }
    things.put(address, List.copyOf(after));
  }

  void remove(String address, T thing) {
    List<T> before = at(address);
    int at = Collections.binarySearch(before, thing, order);
    if (at < 0) {
      return;
    }
    if (before.size() == 1) {
      things.remove(address);
      return;
    }
    List<T> after = new ArrayList<>(before);
    after.remove(at);
    things.put(address, List.copyOf(after));
  }
}
