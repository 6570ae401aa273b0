package dev.hairpin.dns.corefile;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A server block: the zones that it serves, and the words of its plugins.
 *
 * @param zones the zones, in the order of the file
 * @param plugins the words of each plugin by its name, its name included, of all its lines; in the
 *     order in which the plugins first appear, which has no meaning to CoreDNS
 */
public record ServerBlock(List<ServedZone> zones, Map<String, List<Token>> plugins) {

  /**
   * The addresses that the plugin {@code bind} names: the block answers on these only.
   *
   * @return the words, sorted; empty if the block answers on every address
   */
  public List<String> boundTo() {
    List<Token> words = plugins.getOrDefault("bind", List.of());
    return words.stream()
        .map(Token::text)
        .filter(word -> !word.equals("bind"))
        .takeWhile(word -> !word.equals("{"))
        .distinct()
        .sorted()
        .toList();
  }

  /** Keeps the order. */
  public ServerBlock {
    zones = List.copyOf(zones);
    plugins = Collections.unmodifiableMap(new LinkedHashMap<>(plugins));
  }
}
