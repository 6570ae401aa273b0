package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lines of an address with its names, looked up both ways. */
final class HostsFile {
  private final Map<DnsName, List<IpAddress>> addresses = new HashMap<>();
  private final Map<IpAddress, List<DnsName>> names = new HashMap<>();

  /** Adds the lines of a file. */
  void add(String text, List<DnsName> zones, boolean reverse) {
    text.lines().forEach(line -> {
      int comment = line.indexOf('#');
      String words = (comment < 0 ? line : line.substring(0, comment)).trim();
      addLine(List.of(words.split("\\s+", -1)), zones, reverse);
    });
  }

  /** Adds one line, unless its first word is no address. */
  void addLine(List<String> words, List<DnsName> zones, boolean reverse) {
    String first = words.isEmpty() ? "" : words.get(0);
    int scope = first.indexOf('%');
    var address = IpAddress.tryParse(scope < 0 ? first : first.substring(0, scope));
    if (address.isEmpty()) {
      return;
    }
    for (String word : words.subList(1, words.size())) {
      DnsName name = DnsName.tryParse(word).map(DnsName::lowerCase).orElse(null);
      if (name == null || Setup.match(zones, name) == null) {
        continue;
      }
      addresses.computeIfAbsent(name, n -> new ArrayList<>()).add(address.get());
      if (reverse) {
        names.computeIfAbsent(address.get(), a -> new ArrayList<>()).add(name);
      }
    }
  }

  List<IpAddress> addresses(DnsName name) {
    return addresses.getOrDefault(name, List.of());
  }

  List<DnsName> names(IpAddress address) {
    return names.getOrDefault(address, List.of());
  }
}
