package dev.hairpin.analysis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Everybody whom a difference is about, so that many can be named in few words. */
final class Crowd {

  /** Begins the name of a party of pods. */
  static final String PODS = "pods of ";

  /** Begins the name of a node. */
  static final String NODE = "node ";

  private static final int MOST_NAMES = 4;
  private static final int MOST_EXCEPTIONS = 2;

  private final List<String> everybody;

  Crowd(Collection<String> everybody) {
    this.everybody = List.copyOf(everybody);
  }

  /** Such as {@code all pods but those of shop/web, all nodes, internet}. */
  String name(List<String> parties) {
    List<String> words = new ArrayList<>();
    List<String> pods = parties.stream().filter(p -> p.startsWith(PODS)).toList();
    List<String> nodes = parties.stream().filter(p -> p.startsWith(NODE)).toList();
    words.addAll(words(pods, PODS, "all pods", "those of "));
    words.addAll(words(nodes, NODE, "all nodes", ""));
    parties.stream().filter(p -> !pods.contains(p) && !nodes.contains(p)).forEach(words::add);
    return String.join(", ", words);
  }

  private List<String> words(List<String> some, String begin, String all, String those) {
    List<String> others = everybody.stream()
        .filter(p -> p.startsWith(begin) && !some.contains(p))
        .map(p -> p.substring(begin.length()))
        .toList();
    if (some.size() > 1 && others.isEmpty()) {
      return List.of(all);
    }
    if (some.size() > MOST_NAMES && others.size() <= MOST_EXCEPTIONS) {
      return List.of(all + " but " + those + String.join(" and ", others));
    }
    return first(some);
  }

  /** The nodes of node ports that fare alike; the empty name if it is about no node port. */
  String nodePorts(List<String> names) {
    long nodes = everybody.stream().filter(p -> p.startsWith(NODE)).count();
    return names.size() > 1 && names.size() == nodes
        ? "every node"
        : String.join(", ", first(names));
  }

  private static List<String> first(List<String> names) {
    if (names.size() <= MOST_NAMES) {
      return names;
    }
    List<String> words = new ArrayList<>(names.subList(0, MOST_NAMES - 1));
    words.add(names.get(MOST_NAMES - 1) + " and " + (names.size() - MOST_NAMES) + " more");
    return words;
  }
}
