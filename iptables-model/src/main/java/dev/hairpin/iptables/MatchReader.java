package dev.hairpin.iptables;

import dev.hairpin.iptables.Words.Word;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a match of the options that were given for it. */
final class MatchReader {

  /** The longest comment that the kernel keeps, in bytes. */
  private static final int MAX_COMMENT = 255;

  private static final Map<String, Integer> DSCP_CLASSES = Map.ofEntries(
      Map.entry("cs0", 0),
      Map.entry("cs1", 8),
      Map.entry("cs2", 16),
      Map.entry("cs3", 24),
      Map.entry("cs4", 32),
      Map.entry("cs5", 40),
      Map.entry("cs6", 48),
      Map.entry("cs7", 56),
      Map.entry("be", 0),
      Map.entry("af11", 10),
      Map.entry("af12", 12),
      Map.entry("af13", 14),
      Map.entry("af21", 18),
      Map.entry("af22", 20),
      Map.entry("af23", 22),
      Map.entry("af31", 26),
      Map.entry("af32", 28),
      Map.entry("af33", 30),
      Map.entry("af41", 34),
      Map.entry("af42", 36),
      Map.entry("af43", 38),
      Map.entry("ef", 46));

  private static final Map<String, Integer> TOS_NAMES = Map.of(
      "Minimize-Delay", 0x10,
      "Maximize-Throughput", 0x08,
      "Maximize-Reliability", 0x04,
      "Minimize-Cost", 0x02,
      "Normal-Service", 0x00);

  private final ValueReader values;

  MatchReader(ValueReader values) {
    this.values = values;
  }

  Match read(Draft draft) {
    if (draft.isUnknown()) {
      return new Match.UnknownMatch(draft.name(), draft.optionText());
    }
    return switch (draft.name()) {
      case "comment" -> comment(draft);
      case "tcp" -> tcp(draft);
      case "udp" ->
        new Match.Udp(values.portMatch(draft, "sport"), values.portMatch(draft, "dport"));
      case "sctp" ->
        new Match.Sctp(values.portMatch(draft, "sport"), values.portMatch(draft, "dport"));
      case "icmp" -> icmp(draft, "icmp-type", 4);
      case "icmp6" -> icmp(draft, "icmpv6-type", 6);
      case "conntrack" -> conntrack(draft);
      case "state" -> {
        Draft.Option state = needed(draft, "state");
        yield new Match.State(values.names(state.value(), ConntrackState.class), state.inverted());
      }
      case "multiport" -> multiport(draft);
      case "iprange" -> ipRange(draft);
      case "set" -> inSet(draft);
      case "mark" -> {
        Draft.Option mark = needed(draft, "mark");
        yield new Match.Mark(values.mark(mark.value()), mark.inverted());
      }
      case "connmark" -> {
        Draft.Option mark = needed(draft, "mark");
        yield new Match.ConnMark(values.mark(mark.value()), mark.inverted());
      }
      case "physdev" -> physdev(draft);
      case "limit" -> limit(draft);
      case "owner" -> owner(draft);
      case "addrtype" -> addrType(draft);
      case "recent" -> recent(draft);
      case "statistic" -> statistic(draft);
      case "nfacct" ->
        new Match.Nfacct(
            values.name(needed(draft, "nfacct-name").value(), "the name of a counter"));
      case "length" -> length(draft);
      case "ttl" -> ttl(draft, "ttl", 4);
      case "hl" -> ttl(draft, "hl", 6);
      case "dscp" -> dscp(draft);
      case "tos" -> tos(draft);
      case "pkttype" -> {
        Draft.Option type = needed(draft, "pkt-type");
        yield new Match.PacketType(
            oneName(type.value(), Match.PacketType.LinkType.class), type.inverted());
      }
      case "mac" -> mac(draft);
      case "rpfilter" ->
        new Match.RpFilter(
            draft.has("loose"),
            draft.has("validmark"),
            draft.has("accept-local"),
            draft.has("invert"));
      default -> throw new AssertionError("match " + draft.name() + " has a syntax only");
    };
  }

  private Draft.Option needed(Draft draft, String option) {
    Draft.@Nullable Option given = draft.option(option);
    if (given == null) {
      throw values.error(draft.word(), "-m " + draft.name() + " needs --" + option);
    }
    return given;
  }

  private <E extends Enum<E>> E oneName(Word word, Class<E> type) {
    if (word.text().indexOf(',') >= 0) {
      throw values.expected("one name", word);
    }
    return values.names(word, type).iterator().next();
  }

  private Match comment(Draft draft) {
    Word word = needed(draft, "comment").value();
    if (word.text().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_COMMENT) {
      throw values.expected("a comment of at most " + MAX_COMMENT + " bytes", word);
    }
    return new Match.Comment(word.text());
  }

  private Match tcp(Draft draft) {
    Draft.@Nullable Option flags = draft.option("tcp-flags");
    Draft.@Nullable Option syn = draft.option("syn");
    if (flags != null && syn != null) {
      throw values.error(syn.word(), "--syn is --tcp-flags; only one of them can be given");
    }
    TcpFlags tested = TcpFlags.ANY;
    if (flags != null) {
      int mask = flagBits(flags.values().get(0));
      tested = new TcpFlags(mask, flagBits(flags.values().get(1)), flags.inverted());
    } else if (syn != null) {
      tested = new TcpFlags(TcpFlags.SYN.mask(), TcpFlags.SYN.set(), syn.inverted());
    }
    Draft.@Nullable Option option = draft.option("tcp-option");
    return new Match.Tcp(
        values.portMatch(draft, "sport"),
        values.portMatch(draft, "dport"),
        tested,
        option == null ? 0 : (int) values.number(option.value(), 1, 255, "a TCP option"),
        option != null && option.inverted());
  }

  private int flagBits(Word word) {
    int bits = TcpFlags.bits(word.text());
    if (bits < 0) {
      throw values.expected("flags such as SYN,ACK", word);
    }
    return bits;
  }

  private Match icmp(Draft draft, String optionName, int version) {
    Draft.Option option = needed(draft, optionName);
    Word word = option.value();
    IcmpTypes.@Nullable Message named = IcmpTypes.named(word.text(), version);
    if (named != null) {
      return new Match.Icmp(
          named.type(), named.firstCode(), named.lastCode(), option.inverted(), version);
    }
    String text = word.text();
    int slash = text.indexOf('/');
    String typeText = slash < 0 ? text : text.substring(0, slash);
    int type = octet(word, typeText);
    if (slash < 0) {
      return new Match.Icmp(type, 0, 255, option.inverted(), version);
    }
    String codes = text.substring(slash + 1);
    int colon = codes.indexOf(':');
    int first = octet(word, colon < 0 ? codes : codes.substring(0, colon));
    int last = colon < 0 ? first : octet(word, codes.substring(colon + 1));
    return new Match.Icmp(type, first, last, option.inverted(), version);
  }

  private int octet(Word word, String text) {
    if (text.isEmpty()
        || text.length() > 3
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')
        || Integer.parseInt(text) > 255) {
      throw values.expected("the name of an ICMP message, or type/code", word);
    }
    return Integer.parseInt(text);
  }

  private Match conntrack(Draft draft) {
    List<ConntrackTest> tests = new ArrayList<>();
    for (Draft.Option option : draft.options()) {
      tests.add(conntrackTest(option));
    }
    if (tests.isEmpty()) {
      throw values.error(draft.word(), "-m conntrack needs an option");
    }
    return new Match.Conntrack(tests);
  }

  private ConntrackTest conntrackTest(Draft.Option option) {
    Word word = option.value();
    boolean inverted = option.inverted();
    return switch (option.name()) {
      case "ctstate" -> new ConntrackTest.State(values.names(word, ConntrackState.class), inverted);
      case "ctstatus" ->
        new ConntrackTest.Status(values.names(word, ConntrackStatus.class), inverted);
      case "ctproto" -> {
        int number = ProtocolNames.number(word.text());
        if (number <= 0) {
          throw values.expected("a protocol", word);
        }
        yield new ConntrackTest.ProtocolNumber(number, inverted);
      }
      case "ctexpire" -> {
        String text = word.text();
        int colon = text.indexOf(':');
        long first = seconds(word, colon < 0 ? text : text.substring(0, colon));
        long last = colon < 0 ? first : seconds(word, text.substring(colon + 1));
        yield new ConntrackTest.Expires(first, last, inverted);
      }
      case "ctdir" ->
        switch (word.text().toUpperCase(Locale.ROOT)) {
          case "ORIGINAL" -> new ConntrackTest.Direction(false);
          case "REPLY" -> new ConntrackTest.Direction(true);
          default -> throw values.expected("ORIGINAL or REPLY", word);
        };
      default -> conntrackEnd(option);
    };
  }

  private ConntrackTest conntrackEnd(Draft.Option option) {
    Word word = option.value();
    for (ConntrackTest.End end : ConntrackTest.End.values()) {
      if (option.name().equals(end.option())) {
        AddressMask address = values.addressMask(word, word.text());
        return new ConntrackTest.Address(end, address, option.inverted());
      } else if (option.name().equals(end.option() + "port")) {
        PortRange ports = values.ports(word, word.text(), ':');
        return new ConntrackTest.Port(end, ports, option.inverted());
      }
    }
    throw new AssertionError("option " + option.name() + " has a syntax only");
  }

  private long seconds(Word word, String text) {
    if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(Character::isDigit)) {
      throw values.expected("seconds, or a range of them", word);
    }
    return Long.parseLong(text);
  }

  private Match multiport(Draft draft) {
    if (draft.options().size() != 1) {
      throw values.error(draft.word(), "-m multiport needs one of --sports, --dports and --ports");
    }
    Draft.Option option = draft.options().get(0);
    Match.Multiport.Side side = switch (option.name()) {
      case "sports" -> Match.Multiport.Side.SOURCE;
      case "dports" -> Match.Multiport.Side.DESTINATION;
      default -> Match.Multiport.Side.EITHER;
    };
    List<PortRange> ports = new ArrayList<>();
    int slots = 0;
    for (String part : option.value().text().split(",", -1)) {
      ports.add(values.ports(option.value(), part, ':'));
      slots += part.indexOf(':') < 0 ? 1 : 2;
    }
    if (slots > 15) {
      throw values.expected("at most 15 ports, a range counting as two", option.value());
    }
    return new Match.Multiport(side, ports, option.inverted());
  }

  private Match ipRange(Draft draft) {
    Draft.@Nullable Option source = draft.option("src-range");
    Draft.@Nullable Option destination = draft.option("dst-range");
    if (source == null && destination == null) {
      throw values.error(draft.word(), "-m iprange needs --src-range or --dst-range");
    }
    return new Match.IpRange(
        source == null ? null : values.range(source),
        destination == null ? null : values.range(destination));
  }

  private Match inSet(Draft draft) {
    Draft.Option option = needed(draft, "match-set");
    List<Match.InSet.Direction> directions = new ArrayList<>();
    Word word = option.values().get(1);
    for (String part : word.text().split(",", -1)) {
      switch (part) {
        case "src" -> directions.add(Match.InSet.Direction.SRC);
        case "dst" -> directions.add(Match.InSet.Direction.DST);
        default -> throw values.expected("src and dst, separated by commas", word);
      }
    }
    return new Match.InSet(
        values.name(option.values().get(0), "the name of a set"), directions, option.inverted());
  }

  private Match physdev(Draft draft) {
    List<Match.Physdev.Test> tests = new ArrayList<>();
    for (Draft.Option option : draft.options()) {
      Match.Physdev.Kind kind = switch (option.name()) {
        case "physdev-in" -> Match.Physdev.Kind.IN;
        case "physdev-out" -> Match.Physdev.Kind.OUT;
        case "physdev-is-in" -> Match.Physdev.Kind.IS_IN;
        case "physdev-is-out" -> Match.Physdev.Kind.IS_OUT;
        default -> Match.Physdev.Kind.IS_BRIDGED;
      };
      String device = option.values().isEmpty() ? "" : device(option.value());
      tests.add(new Match.Physdev.Test(kind, device, option.inverted()));
    }
    if (tests.isEmpty()) {
      throw values.error(draft.word(), "-m physdev needs an option");
    }
    return new Match.Physdev(tests);
  }

  String device(Word word) {
    if (word.text().isEmpty() || word.text().length() > 15) {
      throw values.expected("the name of a device, 1 to 15 characters", word);
    }
    return values.name(word, "the name of a device");
  }

  private Match limit(Draft draft) {
    Draft.@Nullable Option limit = draft.option("limit");
    Draft.@Nullable Option burst = draft.option("limit-burst");
    // Without --limit, iptables takes 3/hour.
    LimitRate rate = limit == null
        ? new LimitRate(LimitRate.SCALE * 1200)
        : LimitRate.tryParse(limit.value().text())
            .orElseThrow(() -> values.expected("a rate such as 5/minute", limit.value()));
    return new Match.Limit(
        rate,
        burst == null
            ? Match.Limit.DEFAULT_BURST
            : (int) values.number(burst.value(), 0, 10_000, "a burst"));
  }

  private Match owner(Draft draft) {
    Draft.@Nullable Option socket = draft.option("socket-exists");
    Draft.@Nullable Option user = draft.option("uid-owner");
    Draft.@Nullable Option group = draft.option("gid-owner");
    if (socket == null && user == null && group == null) {
      throw values.error(draft.word(), "-m owner needs an option");
    }
    return new Match.Owner(
        socket == null ? null : !socket.inverted(),
        user == null ? null : values.ids(user),
        group == null ? null : values.ids(group));
  }

  private Match addrType(Draft draft) {
    Draft.@Nullable Option source = draft.option("src-type");
    Draft.@Nullable Option destination = draft.option("dst-type");
    if (source == null && destination == null) {
      throw values.error(draft.word(), "-m addrtype needs --src-type or --dst-type");
    }
    boolean in = draft.has("limit-iface-in");
    boolean out = draft.has("limit-iface-out");
    if (in && out) {
      throw values.error(draft.word(), "-m addrtype can be limited to one device only");
    }
    return new Match.AddrType(
        types(source),
        types(destination),
        in
            ? Match.AddrType.Limited.IN
            : out ? Match.AddrType.Limited.OUT : Match.AddrType.Limited.NO);
  }

  private @Nullable AddressTypes types(Draft.@Nullable Option option) {
    return option == null
        ? null
        : new AddressTypes(values.names(option.value(), AddressType.class), option.inverted());
  }

  private Match recent(Draft draft) {
    Match.Recent.@Nullable Operation operation = null;
    boolean inverted = false;
    for (Match.Recent.Operation candidate : Match.Recent.Operation.values()) {
      Draft.@Nullable Option option = draft.option(candidate.name().toLowerCase(Locale.ROOT));
      if (option != null) {
        if (operation != null) {
          throw values.error(
              option.word(), "-m recent takes one of --set, --rcheck, --update and --remove");
        }
        operation = candidate;
        inverted = option.inverted();
      }
    }
    if (operation == null) {
      throw values.error(
          draft.word(), "-m recent needs one of --set, --rcheck, --update and --remove");
    }
    Draft.@Nullable Option seconds = draft.option("seconds");
    Draft.@Nullable Option hits = draft.option("hitcount");
    Draft.@Nullable Option name = draft.option("name");
    Draft.@Nullable Option mask = draft.option("mask");
    if (draft.has("reap") && seconds == null) {
      throw values.error(draft.word(), "--reap needs --seconds");
    }
    if (draft.has("rsource") && draft.has("rdest")) {
      throw values.error(draft.word(), "only one of --rsource and --rdest can be given");
    }
    IpAddress maskBits = mask == null
        ? AddressMask.fullMask(values.family())
        : values.address(mask.value(), mask.value().text());
    return new Match.Recent(
        operation,
        inverted,
        seconds == null ? 0 : values.number(seconds.value(), 1, 0xffff_ffffL, "seconds"),
        draft.has("reap"),
        hits == null ? 0 : (int) values.number(hits.value(), 0, 65_535, "a hit count"),
        draft.has("rttl"),
        name == null ? "DEFAULT" : values.name(name.value(), "the name of a list"),
        maskBits,
        draft.has("rdest"));
  }

  private Match statistic(Draft draft) {
    Word mode = needed(draft, "mode").value();
    return switch (mode.text()) {
      case "random" -> {
        Draft.Option probability = needed(draft, "probability");
        yield new Match.RandomStatistic(
            Match.RandomStatistic.of(fraction(probability.value())).threshold(),
            probability.inverted());
      }
      case "nth" -> {
        Draft.Option every = needed(draft, "every");
        Draft.Option packet = needed(draft, "packet");
        long n = values.number(every.value(), 1, 0xffff_ffffL, "a number of packets");
        yield new Match.NthStatistic(
            n, values.number(packet.value(), 0, n - 1, "a packet"), every.inverted());
      }
      default -> throw values.expected("random or nth", mode);
    };
  }

  private double fraction(Word word) {
    String text = word.text();
    boolean plain = !text.isEmpty()
        && text.length() <= 64
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.')
        && text.indexOf('.') == text.lastIndexOf('.')
        && !text.equals(".");
    double value = plain ? Double.parseDouble(text) : -1;
    if (!(value >= 0 && value <= 1)) {
      throw values.expected("a probability from 0 to 1", word);
    }
    return value;
  }

  private Match length(Draft draft) {
    Draft.Option option = needed(draft, "length");
    PortRange range = values.ports(option.value(), option.value().text(), ':');
    return new Match.Length(range.first(), range.last(), option.inverted());
  }

  private Match ttl(Draft draft, String prefix, int version) {
    if (draft.options().size() != 1) {
      throw values.error(draft.word(), "-m " + draft.name() + " needs one option");
    }
    Draft.Option option = draft.options().get(0);
    int value = (int) values.number(option.value(), 0, 255, "a number");
    Match.Ttl.Comparison comparison = option.name().equals(prefix + "-lt")
        ? Match.Ttl.Comparison.LESS
        : option.name().equals(prefix + "-gt")
            ? Match.Ttl.Comparison.GREATER
            : option.inverted() ? Match.Ttl.Comparison.NOT_EQUAL : Match.Ttl.Comparison.EQUAL;
    return new Match.Ttl(comparison, value, version);
  }

  private Match dscp(Draft draft) {
    Draft.@Nullable Option named = draft.option("dscp-class");
    if (named != null) {
      @Nullable Integer value = DSCP_CLASSES.get(named.value().text().toLowerCase(Locale.ROOT));
      if (value == null) {
        throw values.expected("a class such as AF11", named.value());
      }
      return new Match.Dscp(value, named.inverted());
    }
    Draft.Option option = needed(draft, "dscp");
    return new Match.Dscp(
        (int) values.number(option.value(), 0, 63, "a code point"), option.inverted());
  }

  private Match tos(Draft draft) {
    Draft.Option option = needed(draft, "tos");
    String text = option.value().text();
    @Nullable Integer named = TOS_NAMES.get(text);
    if (named != null) {
      return new Match.Tos(named, 0x3f, option.inverted());
    }
    int slash = text.indexOf('/');
    int value = values.bits(option.value(), slash < 0 ? text : text.substring(0, slash));
    int mask = slash < 0 ? 0xff : values.bits(option.value(), text.substring(slash + 1));
    if ((value & 0xff) != value || (mask & 0xff) != mask) {
      throw values.expected("an octet, or octet/mask", option.value());
    }
    return new Match.Tos(value, mask, option.inverted());
  }

  private Match mac(Draft draft) {
    Draft.Option option = needed(draft, "mac-source");
    String text = option.value().text().toLowerCase(Locale.ROOT);
    if (!text.matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
      throw values.expected("a link address such as 00:11:22:33:44:55", option.value());
    }
    return new Match.Mac(text, option.inverted());
  }

  static boolean belongsTo(String match, IpFamily family) {
    return switch (match) {
      case "icmp", "ttl" -> family == IpFamily.IPV4;
      case "icmp6", "hl" -> family == IpFamily.IPV6;
      default -> true;
    };
  }
}
