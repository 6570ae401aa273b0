package dev.hairpin.iptables.kernel;

import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines of {@code conntrack -L} without what differs from call to call: ports, times, states. */
final class TrackedConnections {
  private static final Pattern ADDRESSES = Pattern.compile("(src|dst|sport|dport)=([0-9a-f.:]+)");

  private TrackedConnections() {}

  /**
   * The tuples of TCP and UDP connections.
   *
   * @param node whose they are
   * @param lines from the model or from the kernel
   * @param ports those that mean something; others were drawn by somebody
   */
  static Set<String> plain(String node, List<String> lines, Collection<Integer> ports) {
    Set<String> plain = new TreeSet<>();
    for (String line : lines) {
      String protocol = line.substring(0, 3);
      if (!protocol.equals("tcp") && !protocol.equals("udp")) {
        continue;
      }
      List<String> words = new ArrayList<>(List.of(node, protocol));
      Matcher part = ADDRESSES.matcher(line);
      while (part.find()) {
        words.add(part.group(1) + "=" + word(part.group(2), part.group(1), ports));
      }
      hideDrawn(words, 4, 5);
      hideDrawn(words, 9, 8);
      if (line.contains("[UNREPLIED]")) {
        words.add("[UNREPLIED]");
      }
      plain.add(String.join(" ", words));
    }
    return Collections.unmodifiableSet(plain);
  }

  /** A port drawn for a caller may happen to be one that means something elsewhere. */
  private static void hideDrawn(List<String> words, int callers, int servers) {
    if (words.size() > Math.max(callers, servers) && !words.get(servers).endsWith("=*")) {
      String key = words.get(callers);
      words.set(callers, key.substring(0, key.indexOf('=')) + "=*");
    }
  }

  private static String word(String value, String key, Collection<Integer> ports) {
    if (key.length() == 3) {
      return IpAddress.parse(value).toString();
    }
    return ports.contains(Integer.parseInt(value)) ? value : "*";
  }
}
