package dev.hairpin.iptables;

import dev.hairpin.iptables.Words.Word;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Packet;
import dev.hairpin.path.Passage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's ipsets of a host, which rules ask by {@code -m set}.
 *
 * <p>Sets of the types {@code hash:...} and {@code bitmap:...} whose parts are {@code ip},
 * {@code net}, {@code port} and {@code iface} are understood. Of the others, such as
 * {@code list:set} and {@code hash:mac}, only the names are kept, and whether a packet is in one is
 * not known. Entries do not time out. Immutable.
 *
 * <p>Source: {@code ipset save} of ipset 7 and {@code net/netfilter/ipset} of Linux 6.18.
 */
public final class IpSets {

  /** No sets. */
  public static final IpSets NONE = new IpSets(Map.of());

  private final Map<String, SetOfEntries> sets;

  private enum Part {
    IP,
    NET,
    PORT,
    IFACE
  }

  /** Entries as they were added; parts is null where the type is not understood. */
  private record SetOfEntries(
      @Nullable List<Part> parts, @Nullable IpFamily family, List<Entry> entries) {}

  private record Entry(List<Element> elements, boolean excluded) {}

  /** A part of an entry: a block or range of addresses, ports of a protocol, or a device. */
  private sealed interface Element {
    record Addresses(IpAddress first, IpAddress last, int prefixLength) implements Element {}

    record Ports(int protocol, int first, int last) implements Element {}

    record DeviceName(String name) implements Element {}
  }

  private IpSets(Map<String, SetOfEntries> sets) {
    this.sets = sets;
  }

  /**
   * Reads what {@code ipset save} prints.
   *
   * @param text lines of {@code create NAME TYPE ...} and {@code add NAME ENTRY ...}
   * @return the sets
   * @throws RuleException if a line is not understood, with its place
   */
  public static IpSets parse(String text) {
    Map<String, SetOfEntries> sets = new HashMap<>();
    int number = 0;
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      Words words = Words.split(text, from, to, ++number);
      if (words.hasNext() && !words.peek().text().startsWith("#")) {
        readLine(words, sets);
      }
      from = to + 1;
    }
    return new IpSets(sets);
  }

  private static void readLine(Words words, Map<String, SetOfEntries> sets) {
    Word command = words.next("create or add");
    Word name = words.next("the name of a set");
    switch (command.text()) {
      case "create" -> {
        SetOfEntries set = create(words);
        if (sets.putIfAbsent(name.text(), set) != null) {
          throw words.error(
              RuleException.Reason.CHAIN_EXISTS,
              name,
              "there is a set " + name.text() + " already");
        }
      }
      case "add" -> {
        SetOfEntries set = sets.get(name.text());
        if (set == null) {
          throw words.error(
              RuleException.Reason.NOT_FOUND, name, "there is no set \"" + name.text() + "\"");
        }
        Word entry = words.next("an entry");
        if (set.parts != null) {
          boolean excluded = false;
          while (words.hasNext()) {
            excluded |= words.next("an option").text().equals("nomatch");
          }
          set.entries.add(new Entry(elements(words, entry, set.parts), excluded));
        }
      }
      default -> throw words.error(command, "expected create or add");
    }
  }

  private static SetOfEntries create(Words words) {
    String type = words.next("a type such as hash:ip").text();
    @Nullable IpFamily family = null;
    boolean understood = type.startsWith("hash:") || type.startsWith("bitmap:");
    while (words.hasNext()) {
      String option = words.next("an option").text();
      if (option.equals("family")) {
        family = words.next("a family").text().equals("inet6") ? IpFamily.IPV6 : IpFamily.IPV4;
      }
      // Both change what an address stands for.
      understood &= !option.equals("netmask") && !option.equals("bitmask");
    }
    List<Part> parts = new ArrayList<>();
    for (String part : type.substring(type.indexOf(':') + 1).split(",", -1)) {
      switch (part) {
        case "ip" -> parts.add(Part.IP);
        case "net" -> parts.add(Part.NET);
        case "port" -> parts.add(Part.PORT);
        case "iface" -> parts.add(Part.IFACE);
        default -> understood = false;
      }
    }
    return new SetOfEntries(understood ? List.copyOf(parts) : null, family, new ArrayList<>());
  }

  private static List<Element> elements(Words words, Word entry, List<Part> parts) {
    String[] texts = entry.text().split(",", -1);
    if (texts.length != parts.size()) {
      throw words.error(entry, "expected an entry of " + parts.size() + " parts");
    }
    List<Element> elements = new ArrayList<>(texts.length);
    for (int i = 0; i < texts.length; i++) {
      elements.add(
          switch (parts.get(i)) {
            case IP, NET -> addresses(words, entry, texts[i]);
            case PORT -> ports(words, entry, texts[i]);
            case IFACE -> new Element.DeviceName(texts[i]);
          });
    }
    return elements;
  }

  private static Element addresses(Words words, Word entry, String text) {
    int dash = text.indexOf('-');
    Optional<IpAddress> first = IpAddress.tryParse(dash < 0 ? text : text.substring(0, dash));
    Optional<IpAddress> last = dash < 0 ? first : IpAddress.tryParse(text.substring(dash + 1));
    if (first.isPresent() && last.isPresent()) {
      return new Element.Addresses(first.get(), last.get(), first.get().family().addressBits());
    }
    Cidr block = Cidr.tryParseMasked(text)
        .orElseThrow(() -> words.error(
            entry,
            "expected an address or a block, found \"" + ValueReader.shortened(text) + "\""));
    return new Element.Addresses(block.address(), block.last(), block.prefixLength());
  }

  /** {@code tcp:80}, {@code udp:1-1024} or {@code 80}; without a protocol, TCP is meant. */
  private static Element ports(Words words, Word entry, String text) {
    int colon = text.indexOf(':');
    int protocol =
        colon < 0 ? Protocol.TCP.number() : ProtocolNames.number(text.substring(0, colon));
    String range = text.substring(colon + 1);
    int dash = range.indexOf('-');
    int first = port(dash < 0 ? range : range.substring(0, dash));
    int last = dash < 0 ? first : port(range.substring(dash + 1));
    if (protocol < 0 || first < 0 || last < first) {
      throw words.error(
          entry, "expected a port such as tcp:80, found \"" + ValueReader.shortened(text) + "\"");
    }
    return new Element.Ports(protocol, first, last);
  }

  private static int port(String text) {
    boolean number =
        !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(Character::isDigit);
    int port = number ? Integer.parseInt(text) : -1;
    return port <= 65_535 ? port : -1;
  }

  /**
   * Whether a packet is in the set that a match names. The kernel takes the most specific block
   * that holds the packet, and that one may exclude it.
   *
   * @param match the match; its inversion is not looked at
   * @param p the packet on its way
   * @return the answer; nothing if there is no such set, or its type is not understood
   */
  public Optional<Boolean> contains(Match.InSet match, Passage p) {
    @Nullable SetOfEntries set = sets.get(match.set());
    if (set == null || set.parts == null) {
      return Optional.empty();
    }
    List<Part> parts = set.parts;
    boolean fits = match.directions().size() >= parts.size()
        && (set.family == null || set.family == p.packet().source().family());
    @Nullable Entry best = null;
    int bestLength = -1;
    for (int i = 0; fits && i < set.entries.size(); i++) {
      Entry entry = set.entries.get(i);
      int length = holds(entry, match, p);
      if (length > bestLength) {
        best = entry;
        bestLength = length;
      }
    }
    return Optional.of(best != null && !best.excluded);
  }

  /**
   * The sum of the lengths of the blocks that hold the packet; -1 if the entry does not hold it.
   */
  private static int holds(Entry entry, Match.InSet match, Passage p) {
    int length = 0;
    for (int i = 0; i < entry.elements.size(); i++) {
      boolean source = match.directions().get(i) == Match.InSet.Direction.SRC;
      Packet packet = p.packet();
      Element element = entry.elements.get(i);
      boolean holds;
      if (element instanceof Element.Addresses block) {
        IpAddress address = source ? packet.source() : packet.destination();
        holds = address.family() == block.first.family()
            && address.compareTo(block.first) >= 0
            && address.compareTo(block.last) <= 0;
        length += block.prefixLength;
      } else if (element instanceof Element.Ports ports) {
        int port = source ? packet.sourcePort() : packet.destinationPort();
        holds = packet.protocol().number() == ports.protocol
            && packet.protocol().hasPorts()
            && port >= ports.first
            && port <= ports.last;
      } else {
        String device = source ? p.inDevice() : p.outDevice();
        holds = device.equals(((Element.DeviceName) element).name);
      }
      if (!holds) {
        return -1;
      }
    }
    return length;
  }
}
