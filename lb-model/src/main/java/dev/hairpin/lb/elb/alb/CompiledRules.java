package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Glob;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The rules of a listener, compiled for millions of requests. Thread-safe; matches without
 * allocation.
 *
 * <p>{@link ApplicationLoadBalancer#firstMatch} is its specification: both find the same rule.
 */
public final class CompiledRules {

  /*
   * Every rule has a bit, in the order of priorities. Three indices narrow the rules down, each to a
   * set of bits that certainly holds every rule which can match:
   *
   *   hosts   an open-addressed table of the host names that stand in conditions without wildcard;
   *           a host's set has the rules that name it, those with a wildcard host, and those
   *           without host condition. Unknown hosts share set 0. A condition without wildcard is so
   *           decided already and need not be checked again.
   *   paths   a radix trie over the literal beginnings of the path patterns (what stands before the
   *           first wildcard); a node's set has the rules of all patterns that begin there or above,
   *           so the deepest node on the path's way has them all.
   *
   *   headers the sets of rules by a header's name and a value without wildcard that they ask for.
   *           A request can meet the rules of its own headers' values, and those that ask for no
   *           header by value. Names are few, so they are gone through; values longer than any
   *           that a rule asks for are not looked up.
   *
   * The rules in all sets are then checked in full, lowest bit first; usually that is one or two.
   *
   *   trie node n:  label[n]     what leads into it, compared at once
   *                 nodeSet[n]   its set, words words in sets[]
   *   edges:        a table from (node, next character) to node, open-addressed
   */
  private static final int ROOT = 0;

  private final int words;
  private final long[] sets;
  private final boolean anyHostNamed;
  private final String[] hostKeys;
  private final int[] hostSets;
  private final String[] labels;
  private final int[] nodeSets;
  private final long[] edgeKeys;
  private final int[] edgeNodes;
  private final String[] headerNames;
  private final String[] headerKeys;
  private final int[] headerKeyNames;
  private final int[] headerSets;
  private final int longestValue;
  private final int withoutHeader;
  private final CompiledCondition[][] conditions;

  private CompiledRules(Builder builder) {
    this.words = builder.words;
    this.sets = builder.sets.stream().flatMapToLong(java.util.Arrays::stream).toArray();
    this.anyHostNamed = builder.anyHostNamed;
    this.hostKeys = builder.hostKeys;
    this.hostSets = builder.hostSets;
    this.labels = builder.labels.toArray(String[]::new);
    this.nodeSets = builder.nodeSets.stream().mapToInt(Integer::intValue).toArray();
    this.edgeKeys = builder.edgeKeys;
    this.edgeNodes = builder.edgeNodes;
    this.headerNames = builder.headerNames;
    this.headerKeys = builder.headerKeys;
    this.headerKeyNames = builder.headerKeyNames;
    this.headerSets = builder.headerSets;
    this.longestValue = builder.longestValue;
    this.withoutHeader = builder.withoutHeader;
    this.conditions = builder.conditions;
  }

  /**
   * Compiles the rules of a listener as they are now.
   *
   * @param listener the listener; {@link ListenerState#version} tells when to compile anew
   * @return the compiled form
   */
  public static CompiledRules compile(ListenerState listener) {
    return compile(listener.rules().stream().map(ListenerState.NamedRule::rule).toList());
  }

  /**
   * Compiles rules.
   *
   * @param rules rules by rising priority
   * @return the compiled form
   */
  public static CompiledRules compile(List<Rule> rules) {
    return new CompiledRules(new Builder(rules));
  }

  /**
   * Finds the rule that a request meets.
   *
   * @param request the request
   * @return the rule's index in the order of priorities, or -1 if none holds
   */
  public int match(HttpRequest request) {
    int hostSet = hostSet(request.host()) * words;
    int pathSet = pathSet(request.path()) * words;
    for (int w = 0; w < words; w++) {
      long candidates = sets[hostSet + w] & sets[pathSet + w];
      if (headerNames.length > 0 && candidates != 0) {
        candidates &= sets[withoutHeader * words + w] | byHeaders(request.headers(), w);
      }
      while (candidates != 0) {
        int rule = (w << 6) + Long.numberOfTrailingZeros(candidates);
        if (holds(conditions[rule], request)) {
          return rule;
        }
        candidates &= candidates - 1;
      }
    }
    return -1;
  }

  /** A word of the rules that ask for a value that one of the headers has. */
  private long byHeaders(List<Header> headers, int word) {
    long rules = 0;
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      if (header.value().length() > longestValue) {
        continue;
      }
      for (int n = 0; n < headerNames.length; n++) {
        if (headerNames[n].equalsIgnoreCase(header.name())) {
          int set = headerSet(n, header.value());
          rules |= set < 0 ? 0 : sets[set * words + word];
        }
      }
    }
    return rules;
  }

  private int headerSet(int name, String value) {
    int mask = headerKeys.length - 1;
    int at = (lowerHash(value) + name) & mask;
    while (headerSets[at] >= 0) {
      if (headerKeyNames[at] == name && equalsLower(headerKeys[at], value)) {
        return headerSets[at];
      }
      at = (at + 1) & mask;
    }
    return -1;
  }

  private static boolean holds(CompiledCondition[] all, HttpRequest request) {
    for (CompiledCondition condition : all) {
      if (!condition.holds(request)) {
        return false;
      }
    }
    return true;
  }

  private int hostSet(@org.jspecify.annotations.Nullable String host) {
    if (host == null || !anyHostNamed) {
      return 0;
    }
    int mask = hostKeys.length - 1;
    int at = lowerHash(host) & mask;
    while (true) {
      String key = hostKeys[at];
      if (key.isEmpty()) {
        return 0;
      }
      if (key.equals(host) || equalsLower(key, host)) {
        return hostSets[at];
      }
      at = (at + 1) & mask;
    }
  }

  /** The same for either case of a letter; that some other characters meet, too, does no harm. */
  private static int lowerHash(String host) {
    int h = 0;
    for (int i = 0; i < host.length(); i++) {
      h = h * 31 + (host.charAt(i) | 0x20);
    }
    return h ^ (h >>> 16);
  }

  private static boolean equalsLower(String lower, String text) {
    if (lower.length() != text.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      if (lower.charAt(i) != Glob.lower(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private int pathSet(String path) {
    int node = ROOT;
    int at = 0;
    while (at < path.length()) {
      int next = edge(node, path.charAt(at));
      if (next < 0 || !path.startsWith(labels[next], at)) {
        break;
      }
      node = next;
      at += labels[next].length();
    }
    return nodeSets[node];
  }

  private int edge(int node, char c) {
    long key = edgeKey(node, c);
    int mask = edgeKeys.length - 1;
    int at = edgeHash(key) & mask;
    while (true) {
      if (edgeKeys[at] == key) {
        return edgeNodes[at];
      }
      if (edgeKeys[at] == 0) {
        return -1;
      }
      at = (at + 1) & mask;
    }
  }

  /** Never 0, which stands for a free place. */
  private static long edgeKey(int node, char c) {
    return ((long) (node + 1) << 16) | c;
  }

  private static int edgeHash(long key) {
    long h = key * 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 40);
  }

  /** {@return the number of rules} */
  public int size() {
    return conditions.length;
  }

  /** Builds the indices. */
  private static final class Builder {
    final int words;
    final List<long[]> sets = new ArrayList<>();
    final CompiledCondition[][] conditions;
    final List<String> labels = new ArrayList<>();
    final List<Integer> nodeSets = new ArrayList<>();
    boolean anyHostNamed;
    String[] hostKeys = {""};
    int[] hostSets = {0};
    long[] edgeKeys = {0, 0};
    int[] edgeNodes = {0, 0};
    String[] headerNames = {};
    String[] headerKeys = {};
    int[] headerKeyNames = {};
    int[] headerSets = {};
    int longestValue;
    int withoutHeader;

    Builder(List<Rule> rules) {
      words = Math.max(1, (rules.size() + 63) / 64);
      conditions = new CompiledCondition[rules.size()][];
      for (int i = 0; i < rules.size(); i++) {
        conditions[i] = rules.get(i).conditions().stream()
            .filter(c -> !decidedByHostSet(c))
            .map(CompiledCondition::of)
            .sorted(CompiledCondition.CHEAPEST_FIRST)
            .toArray(CompiledCondition[]::new);
      }
      buildHosts(rules);
      buildPaths(rules);
      buildHeaders(rules);
    }

    /** The first header condition of a rule whose values have no wildcard; empty if none. */
    private static Optional<RuleCondition.HttpHeader> exactHeader(Rule rule) {
      return rule.conditions().stream()
          .filter(RuleCondition.HttpHeader.class::isInstance)
          .map(RuleCondition.HttpHeader.class::cast)
          .filter(c -> c.values().stream().allMatch(v -> Glob.wildcards(v, false) == 0))
          .findFirst();
    }

    private record HeaderValue(int name, String value) {}

    private void buildHeaders(List<Rule> rules) {
      List<String> names = new ArrayList<>();
      Map<HeaderValue, long[]> byValue = new LinkedHashMap<>();
      long[] without = new long[words];
      for (int i = 0; i < rules.size(); i++) {
        Optional<RuleCondition.HttpHeader> header = exactHeader(rules.get(i));
        if (header.isEmpty()) {
          set(without, i);
          continue;
        }
        String name = lower(header.get().httpHeaderName());
        if (!names.contains(name)) {
          names.add(name);
        }
        for (String value : header.get().values()) {
          HeaderValue key = new HeaderValue(names.indexOf(name), lower(value));
          set(byValue.computeIfAbsent(key, k -> new long[words]), i);
          longestValue = Math.max(longestValue, value.length());
        }
      }
      withoutHeader = add(without);
      headerNames = names.toArray(String[]::new);
      headerKeys = new String[tableSize(byValue.size())];
      headerKeyNames = new int[headerKeys.length];
      headerSets = new int[headerKeys.length];
      java.util.Arrays.fill(headerSets, -1);
      byValue.forEach((key, bits) -> {
        int at = (lowerHash(key.value()) + key.name()) & (headerKeys.length - 1);
        while (headerSets[at] >= 0) {
          at = (at + 1) & (headerKeys.length - 1);
        }
        headerKeys[at] = key.value();
        headerKeyNames[at] = key.name();
        headerSets[at] = add(bits);
      });
    }

    private static boolean decidedByHostSet(RuleCondition condition) {
      return condition instanceof RuleCondition.HostHeader host
          && host.values().stream().allMatch(v -> Glob.wildcards(v, false) == 0);
    }

    private int add(long[] set) {
      sets.add(set);
      return sets.size() - 1;
    }

    private static void set(long[] bits, int rule) {
      bits[rule >> 6] |= 1L << rule;
    }

    private void buildHosts(List<Rule> rules) {
      long[] anyHost = new long[words];
      Map<String, long[]> named = new TreeMap<>();
      for (int i = 0; i < rules.size(); i++) {
        List<String> patterns = null;
        for (RuleCondition condition : rules.get(i).conditions()) {
          if (condition instanceof RuleCondition.HostHeader host) {
            patterns = host.values();
          }
        }
        if (patterns == null) {
          set(anyHost, i);
          continue;
        }
        for (String pattern : patterns) {
          if (Glob.wildcards(pattern, false) > 0) {
            set(anyHost, i);
          } else {
            set(named.computeIfAbsent(lower(pattern), k -> new long[words]), i);
          }
        }
      }
      add(anyHost);
      anyHostNamed = !named.isEmpty();
      hostKeys = new String[tableSize(named.size())];
      java.util.Arrays.fill(hostKeys, "");
      hostSets = new int[hostKeys.length];
      named.forEach((host, bits) -> {
        for (int w = 0; w < words; w++) {
          bits[w] |= anyHost[w];
        }
        int at = lowerHash(host) & (hostKeys.length - 1);
        while (!hostKeys[at].isEmpty()) {
          at = (at + 1) & (hostKeys.length - 1);
        }
        hostKeys[at] = host;
        hostSets[at] = add(bits);
      });
    }

    private static String lower(String text) {
      StringBuilder lower = new StringBuilder(text.length());
      text.chars().forEach(c -> lower.append(Glob.lower((char) c)));
      return lower.toString();
    }

    private static int tableSize(int entries) {
      return Integer.highestOneBit(Math.max(2, entries * 2)) * 2;
    }

    /** A trie by single characters first, which {@link #flatten} then compresses. */
    private final class Trie {
      final TreeMap<Character, Trie> children = new TreeMap<>();
      final long[] own = new long[words];

      Trie child(char c) {
        return children.computeIfAbsent(c, k -> new Trie());
      }

      boolean hasOwn() {
        for (long word : own) {
          if (word != 0) {
            return true;
          }
        }
        return false;
      }
    }

    private void buildPaths(List<Rule> rules) {
      Trie root = new Trie();
      for (int i = 0; i < rules.size(); i++) {
        List<String> patterns = List.of("*");
        for (RuleCondition condition : rules.get(i).conditions()) {
          if (condition instanceof RuleCondition.PathPattern path) {
            patterns = path.values();
          }
        }
        for (String pattern : patterns) {
          Trie node = root;
          for (int c = 0; c < pattern.length(); c++) {
            char next = pattern.charAt(c);
            if (next == '*' || next == '?') {
              break;
            }
            node = node.child(next);
          }
          set(node.own, i);
        }
      }
      Map<Long, Integer> edges = new HashMap<>();
      flatten(root, "", new long[words], edges);
      edgeKeys = new long[tableSize(edges.size())];
      edgeNodes = new int[edgeKeys.length];
      edges.forEach((key, node) -> {
        int at = edgeHash(key) & (edgeKeys.length - 1);
        while (edgeKeys[at] != 0) {
          at = (at + 1) & (edgeKeys.length - 1);
        }
        edgeKeys[at] = key;
        edgeNodes[at] = node;
      });
    }

    /** Patterns have at most 128 characters, which bounds the depth. */
    private int flatten(Trie trie, String label, long[] above, Map<Long, Integer> edges) {
      int node = labels.size();
      labels.add(label);
      long[] here = above.clone();
      for (int w = 0; w < words; w++) {
        here[w] |= trie.own[w];
      }
      nodeSets.add(add(here));
      trie.children.forEach((first, child) -> {
        StringBuilder chain = new StringBuilder().append(first.charValue());
        Trie end = child;
        while (!end.hasOwn() && end.children.size() == 1) {
          chain.append(end.children.firstKey().charValue());
          end = end.children.firstEntry().getValue();
        }
        int childNode = flatten(end, chain.toString(), here, edges);
        edges.put(edgeKey(node, first), childNode);
      });
      return node;
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d rules, %d trie nodes", conditions.length, labels.length);
  }
}
