package dev.hairpin.dns.resolver;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * {@code /etc/hosts}, in the order of the file.
 *
 * <p>Source: hosts(5). Lines whose first word is no address are skipped, as libraries do.
 *
 * @param lines the lines that name an address
 */
record HostsFile(List<Line> lines) {
  private static final CharMatcher BLANK = CharMatcher.whitespace();

  /**
   * A line.
   *
   * @param address the address
   * @param names the names, as they are written
   */
  record Line(IpAddress address, List<String> names) {}

  static HostsFile parse(String text) {
    List<Line> lines = new ArrayList<>();
    for (String line : Splitter.on('\n').split(text)) {
      int comment = line.indexOf('#');
      List<String> words = Splitter.on(BLANK)
          .omitEmptyStrings()
          .splitToList(comment < 0 ? line : line.substring(0, comment));
      if (words.size() < 2) {
        continue;
      }
      Optional<IpAddress> address = IpAddress.tryParse(words.get(0));
      if (address.isPresent()) {
        lines.add(new Line(address.get(), words.subList(1, words.size())));
      }
    }
    return new HostsFile(List.copyOf(lines));
  }

  /** The addresses of every line with a name that matches, in the order of the file. */
  List<IpAddress> find(String name, BiPredicate<String, String> matches) {
    return lines.stream()
        .filter(line -> line.names().stream().anyMatch(n -> matches.test(n, name)))
        .map(Line::address)
        .toList();
  }
}
