package dev.hairpin.iptables;

import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a rule; a packet must meet all conditions of a rule to match it.
 *
 * <p>A match prints itself as iptables-save does; {@link RuleSet} reads that text back. Names,
 * options and their meaning are those of iptables 1.8.9 and its {@code iptables-extensions}.
 */
public sealed interface Match {

  /**
   * Appends the match as iptables-save prints it, without a blank before or after it.
   *
   * @param out where to
   */
  void appendTo(StringBuilder out);

  private static String text(Match match) {
    StringBuilder out = new StringBuilder();
    match.appendTo(out);
    return out.toString();
  }

  private static StringBuilder not(StringBuilder out, boolean inverted) {
    return inverted ? out.append("! ") : out;
  }

  /**
   * {@code -s}: the source address.
   *
   * @param address the address and its mask
   * @param inverted whether other addresses match instead
   */
  record Source(AddressMask address, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out, inverted).append("-s ").append(address);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -d}: the destination address.
   *
   * @param address the address and its mask
   * @param inverted whether other addresses match instead
   */
  record Destination(AddressMask address, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out, inverted).append("-d ").append(address);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -i}: the device that the packet came in through.
   *
   * @param device the device, or the beginning of its name followed by {@code +}
   * @param inverted whether other devices match instead
   */
  record InInterface(String device, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out, inverted).append("-i ").append(device);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -o}: the device that the packet is to leave through.
   *
   * @param device the device, or the beginning of its name followed by {@code +}
   * @param inverted whether other devices match instead
   */
  record OutInterface(String device, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out, inverted).append("-o ").append(device);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -p}: the protocol in the IP header.
   *
   * @param number the protocol number, 1 to 255
   * @param inverted whether other protocols match instead
   */
  record ProtocolIs(int number, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out, inverted).append("-p ").append(ProtocolNames.text(number));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -f}: a second or later fragment; IPv4 only.
   *
   * @param inverted whether the first fragment and whole packets match instead
   */
  record Fragment(boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out, inverted).append("-f");
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m comment}: always matches.
   *
   * @param text what it says, at most 255 bytes
   */
  record Comment(String text) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m comment --comment ");
      Quoting.append(out, text);
    }

    @Override
    public String toString() {
      return Match.text(this);
    }
  }

  /**
   * {@code -m tcp}.
   *
   * @param source the source port
   * @param destination the destination port
   * @param flags the flags
   * @param option a TCP option that must be there; 0 for none
   * @param optionInverted whether the option must be missing
   */
  record Tcp(
      PortMatch source, PortMatch destination, TcpFlags flags, int option, boolean optionInverted)
      implements Match {

    /** Matches every TCP packet: what {@code -m tcp} alone does. */
    public static final Tcp ANY = new Tcp(PortMatch.ANY, PortMatch.ANY, TcpFlags.ANY, 0, false);

    /**
     * The match of a destination port.
     *
     * @param port the port
     * @return the match
     */
    public static Tcp toPort(int port) {
      return new Tcp(PortMatch.ANY, PortMatch.of(port), TcpFlags.ANY, 0, false);
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m tcp");
      source.appendTo(out, "sport");
      destination.appendTo(out, "dport");
      if (option != 0 || optionInverted) {
        out.append(optionInverted ? " ! " : " ").append("--tcp-option ").append(option);
      }
      if (!flags.equals(TcpFlags.ANY)) {
        out.append(flags.inverted() ? " ! " : " ").append("--tcp-flags ").append(flags);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m udp}.
   *
   * @param source the source port
   * @param destination the destination port
   */
  record Udp(PortMatch source, PortMatch destination) implements Match {

    /** Matches every UDP packet. */
    public static final Udp ANY = new Udp(PortMatch.ANY, PortMatch.ANY);

    /**
     * The match of a destination port.
     *
     * @param port the port
     * @return the match
     */
    public static Udp toPort(int port) {
      return new Udp(PortMatch.ANY, PortMatch.of(port));
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m udp");
      source.appendTo(out, "sport");
      destination.appendTo(out, "dport");
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m sctp}, without chunk types.
   *
   * @param source the source port
   * @param destination the destination port
   */
  record Sctp(PortMatch source, PortMatch destination) implements Match {

    /** Matches every SCTP packet. */
    public static final Sctp ANY = new Sctp(PortMatch.ANY, PortMatch.ANY);

    /**
     * The match of a destination port.
     *
     * @param port the port
     * @return the match
     */
    public static Sctp toPort(int port) {
      return new Sctp(PortMatch.ANY, PortMatch.of(port));
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m sctp");
      source.appendTo(out, "sport");
      destination.appendTo(out, "dport");
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m icmp} or {@code -m icmp6}.
   *
   * @param type the type; 255 in IPv4 for any
   * @param firstCode the lowest code
   * @param lastCode the highest code
   * @param inverted whether other messages match instead
   * @param version 4 for ICMP, 6 for ICMPv6
   */
  record Icmp(int type, int firstCode, int lastCode, boolean inverted, int version)
      implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      out.append(version == 4 ? "-m icmp " : "-m icmp6 ");
      not(out, inverted).append(version == 4 ? "--icmp-type " : "--icmpv6-type ");
      if (version == 4 && type == 255) {
        out.append("any");
        return;
      }
      out.append(type);
      if (firstCode != 0 || lastCode != 255) {
        out.append('/').append(firstCode);
        if (firstCode != lastCode) {
          out.append(':').append(lastCode);
        }
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m conntrack}.
   *
   * @param tests the conditions, all of which must hold; kept in the order in which they are
   *     printed
   */
  record Conntrack(List<ConntrackTest> tests) implements Match {
    /** Sorts the conditions. */
    public Conntrack {
      tests = tests.stream().sorted(ConntrackTest.PRINTED_ORDER).toList();
    }

    /**
     * The match of states.
     *
     * @param states the states, one of which the packet must have
     * @return {@code -m conntrack --ctstate}
     */
    public static Conntrack state(ConntrackState... states) {
      return new Conntrack(List.of(new ConntrackTest.State(Set.of(states), false)));
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m conntrack");
      for (ConntrackTest test : tests) {
        out.append(' ').append(test);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m state}, the older spelling of {@code -m conntrack --ctstate}.
   *
   * @param states the states, one of which the packet must have
   * @param inverted whether it must have none
   */
  record State(Set<ConntrackState> states, boolean inverted) implements Match {
    /** Copies the states. */
    public State {
      states = Set.copyOf(states);
    }

    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m state "), inverted)
          .append("--state ")
          .append(EnumText.join(ConntrackState.values(), states));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m multiport}.
   *
   * @param side which port is looked at
   * @param ports up to 15 ports, a range counting as two
   * @param inverted whether other ports match instead
   */
  record Multiport(Side side, List<PortRange> ports, boolean inverted) implements Match {
    /** Which port of a packet a {@link Multiport} looks at. */
    public enum Side {
      /** {@code --sports}. */
      SOURCE("sports"),
      /** {@code --dports}. */
      DESTINATION("dports"),
      /** {@code --ports}: either of the two. */
      EITHER("ports");

      private final String option;

      Side(String option) {
        this.option = option;
      }
    }

    /** Copies the ports. */
    public Multiport {
      ports = List.copyOf(ports);
    }

    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m multiport "), inverted)
          .append("--")
          .append(side.option)
          .append(' ');
      for (int i = 0; i < ports.size(); i++) {
        out.append(i == 0 ? "" : ",").append(ports.get(i));
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m iprange}.
   *
   * @param source the sources; null if any will do
   * @param destination the destinations; null if any will do
   */
  record IpRange(@Nullable AddressRange source, @Nullable AddressRange destination)
      implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m iprange");
      if (source != null) {
        not(out.append(' '), source.inverted()).append("--src-range ").append(source);
      }
      if (destination != null) {
        not(out.append(' '), destination.inverted()).append("--dst-range ").append(destination);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m set}: whether a packet's addresses or ports are in an ipset.
   *
   * @param set the set's name
   * @param directions for each dimension of the set whether the packet's source or destination
   *     counts
   * @param inverted whether packets outside the set match instead
   */
  record InSet(String set, List<Direction> directions, boolean inverted) implements Match {
    /** Which end of a packet is looked up. */
    public enum Direction {
      /** The source. */
      SRC,
      /** The destination. */
      DST
    }

    /** Copies the directions. */
    public InSet {
      directions = List.copyOf(directions);
    }

    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m set "), inverted).append("--match-set ").append(set).append(' ');
      for (int i = 0; i < directions.size(); i++) {
        out.append(i == 0 ? "" : ",").append(directions.get(i).name().toLowerCase(Locale.ROOT));
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m mark}: the packet's mark.
   *
   * @param mark the value and the bits that count
   * @param inverted whether other marks match instead
   */
  record Mark(MarkValue mark, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m mark "), inverted).append("--mark ");
      appendMark(out, mark);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m connmark}: the mark of the packet's connection.
   *
   * @param mark the value and the bits that count
   * @param inverted whether other marks match instead
   */
  record ConnMark(MarkValue mark, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m connmark "), inverted).append("--mark ");
      appendMark(out, mark);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  private static void appendMark(StringBuilder out, MarkValue mark) {
    if (mark.mask() == -1) {
      out.append("0x").append(Integer.toHexString(mark.value()));
    } else {
      out.append(mark);
    }
  }

  /**
   * {@code -m physdev}: the ports of the bridge that the packet passes.
   *
   * @param tests the conditions, all of which must hold; kept in the order in which they are
   *     printed
   */
  record Physdev(List<Test> tests) implements Match {
    /** What a condition looks at. */
    public enum Kind {
      /** {@code --physdev-in DEVICE}. */
      IN,
      /** {@code --physdev-is-in}: the packet came in through a bridge port. */
      IS_IN,
      /** {@code --physdev-out DEVICE}. */
      OUT,
      /** {@code --physdev-is-out}: the packet is to leave through a bridge port. */
      IS_OUT,
      /** {@code --physdev-is-bridged}: the packet is bridged, not routed. */
      IS_BRIDGED
    }

    /**
     * A condition.
     *
     * @param kind what it looks at
     * @param device the device for {@code IN} and {@code OUT}, with {@code +} at its end for any
     *     continuation; else empty
     * @param inverted whether it must not hold
     */
    public record Test(Kind kind, String device, boolean inverted) {
      @Override
      public String toString() {
        String option = "--physdev-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return (inverted ? "! " : "") + option + (device.isEmpty() ? "" : " " + device);
      }
    }

    /** Sorts the conditions. */
    public Physdev {
      List<Test> sorted = new ArrayList<>(tests);
      sorted.sort((a, b) -> a.kind.compareTo(b.kind));
      tests = List.copyOf(sorted);
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m physdev");
      for (Test test : tests) {
        out.append(' ').append(test);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m limit}: matches at a limited rate, by a token bucket.
   *
   * @param rate the rate at which tokens come
   * @param burst the size of the bucket; 5 if it is not given
   */
  record Limit(LimitRate rate, int burst) implements Match {
    /** The burst of a rule that names none. */
    public static final int DEFAULT_BURST = 5;

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m limit --limit ").append(rate);
      if (burst != DEFAULT_BURST) {
        out.append(" --limit-burst ").append(burst);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m owner}: the process that sends the packet.
   *
   * @param socketExists whether there must be a socket, or must be none; null if it does not matter
   * @param user the user; null for any
   * @param group the group; null for any
   */
  record Owner(
      @Nullable Boolean socketExists,
      @Nullable IdRange user,
      @Nullable IdRange group) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m owner");
      if (socketExists != null) {
        not(out.append(' '), !socketExists).append("--socket-exists");
      }
      if (user != null) {
        not(out.append(' '), user.inverted()).append("--uid-owner ").append(user);
      }
      if (group != null) {
        not(out.append(' '), group.inverted()).append("--gid-owner ").append(group);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m addrtype}: what the routing table says of the addresses.
   *
   * @param source the types of the source; null for any
   * @param destination the types of the destination; null for any
   * @param limit the device that the look-up is limited to
   */
  record AddrType(@Nullable AddressTypes source, @Nullable AddressTypes destination, Limited limit)
      implements Match {
    /** Which device the look-up is limited to. */
    public enum Limited {
      /** Any device. */
      NO,
      /** {@code --limit-iface-in}: the device that the packet came in through. */
      IN,
      /** {@code --limit-iface-out}: the device that it is to leave through. */
      OUT
    }

    /**
     * The match of one source type.
     *
     * @param type the type
     * @return {@code -m addrtype --src-type}
     */
    public static AddrType source(AddressType type) {
      return new AddrType(new AddressTypes(Set.of(type), false), null, Limited.NO);
    }

    /**
     * The match of one destination type.
     *
     * @param type the type
     * @return {@code -m addrtype --dst-type}
     */
    public static AddrType destination(AddressType type) {
      return new AddrType(null, new AddressTypes(Set.of(type), false), Limited.NO);
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m addrtype");
      if (source != null) {
        not(out.append(' '), source.inverted()).append("--src-type ").append(source);
      }
      if (destination != null) {
        not(out.append(' '), destination.inverted()).append("--dst-type ").append(destination);
      }
      if (limit != Limited.NO) {
        out.append(limit == Limited.IN ? " --limit-iface-in" : " --limit-iface-out");
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m recent}: whether an address is in a list of addresses seen, and since when.
   *
   * @param operation what is done with the list
   * @param inverted whether the outcome is turned round
   * @param seconds how long ago the address may have been seen; 0 for any time
   * @param reap whether older entries are purged
   * @param hitCount how often it must have been seen; 0 for once
   * @param ttl whether the packet's TTL must be that of the packet that made the entry
   * @param list the list's name
   * @param mask the bits of the address that are kept
   * @param destination whether the packet's destination counts, not its source
   */
  record Recent(
      Operation operation,
      boolean inverted,
      long seconds,
      boolean reap,
      int hitCount,
      boolean ttl,
      String list,
      IpAddress mask,
      boolean destination)
      implements Match {
    /** What is done with a list. */
    public enum Operation {
      /** Adds or renews the address; always matches. */
      SET,
      /** Looks the address up. */
      RCHECK,
      /** Looks the address up and renews it if it is found. */
      UPDATE,
      /** Removes the address; matches if it was there. */
      REMOVE
    }

    /**
     * The recording of the packet's source.
     *
     * @param list the list's name
     * @param mask the full mask of the family
     * @return {@code -m recent --set}
     */
    public static Recent set(String list, IpAddress mask) {
      return new Recent(Operation.SET, false, 0, false, 0, false, list, mask, false);
    }

    /**
     * The look-up of the packet's source that also purges old entries.
     *
     * @param list the list's name
     * @param seconds how long ago the source may have been seen
     * @param mask the full mask of the family
     * @return {@code -m recent --rcheck --seconds --reap}
     */
    public static Recent check(String list, long seconds, IpAddress mask) {
      return new Recent(Operation.RCHECK, false, seconds, true, 0, false, list, mask, false);
    }

    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m recent "), inverted)
          .append("--")
          .append(operation.name().toLowerCase(Locale.ROOT));
      if (seconds != 0) {
        out.append(" --seconds ").append(seconds);
      }
      if (reap) {
        out.append(" --reap");
      }
      if (hitCount != 0) {
        out.append(" --hitcount ").append(hitCount);
      }
      if (ttl) {
        out.append(" --rttl");
      }
      out.append(" --name ").append(list).append(" --mask ").append(AddressText.of(mask));
      out.append(destination ? " --rdest" : " --rsource");
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m statistic --mode random}: matches by chance.
   *
   * @param threshold the packet matches if a random number of 31 bits is below it, 0 to 2^31
   * @param inverted whether it matches otherwise
   */
  record RandomStatistic(long threshold, boolean inverted) implements Match {
    /** How many random numbers there are: 2^31. */
    public static final long RANGE = 1L << 31;

    /**
     * The match of a probability as a rule's text gives it, rounded as iptables does.
     *
     * @param probability 0 to 1
     * @return the match
     */
    public static RandomStatistic of(double probability) {
      return new RandomStatistic(Math.round(probability * RANGE), false);
    }

    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m statistic --mode random "), inverted).append("--probability ");
      appendProbability(out, threshold);
    }

    /** Appends threshold / 2^31 with 11 decimals, rounded as C's {@code printf} rounds. */
    private static void appendProbability(StringBuilder out, long threshold) {
      // 2^31 is a power of two, so scaling by 10^11 and rounding half to even is exact in 128 bits.
      long whole = threshold >>> 31;
      long fraction = threshold & (RANGE - 1);
      long high = Math.multiplyHigh(fraction, 100_000_000_000L);
      long low = fraction * 100_000_000_000L;
      long digits = (high << 33) | (low >>> 31);
      long rest = low & (RANGE - 1);
      long half = RANGE / 2;
      if (rest > half || (rest == half && (digits & 1) == 1)) {
        digits++;
      }
      if (digits == 100_000_000_000L) {
        whole++;
        digits = 0;
      }
      out.append(whole).append('.');
      String text = Long.toString(digits);
      out.append("0".repeat(11 - text.length())).append(text);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m statistic --mode nth}: matches every n-th packet.
   *
   * @param every the n, at least 1
   * @param packet the number that counting begins with, 0 to {@code every - 1}
   * @param inverted whether the other packets match instead
   */
  record NthStatistic(long every, long packet, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m statistic --mode nth "), inverted)
          .append("--every ")
          .append(every)
          .append(" --packet ")
          .append(packet);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m nfacct}: counts the packet in a named counter; always matches.
   *
   * @param counter the counter's name
   */
  record Nfacct(String counter) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      // Two blanks: iptables 1.8.9 prints one with the option and one with the name.
      out.append("-m nfacct --nfacct-name  ").append(counter);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m length}: the length of the packet, headers included.
   *
   * @param first the least, 0 to 65535
   * @param last the most, 0 to 65535
   * @param inverted whether other lengths match instead
   */
  record Length(int first, int last, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m length "), inverted).append("--length ").append(first);
      if (first != last) {
        out.append(':').append(last);
      }
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m ttl}, or {@code -m hl} in IPv6.
   *
   * @param comparison how it is compared
   * @param value the number, 0 to 255
   * @param version 4 for TTL, 6 for hop limit
   */
  record Ttl(Comparison comparison, int value, int version) implements Match {
    /** How a number is compared. */
    public enum Comparison {
      /** It is the number. */
      EQUAL,
      /** It is not the number. */
      NOT_EQUAL,
      /** It is below the number. */
      LESS,
      /** It is above the number. */
      GREATER
    }

    @Override
    public void appendTo(StringBuilder out) {
      out.append(version == 4 ? "-m ttl " : "-m hl ");
      not(out, comparison == Comparison.NOT_EQUAL).append(version == 4 ? "--ttl-" : "--hl-");
      out.append(
          switch (comparison) {
            case EQUAL, NOT_EQUAL -> "eq ";
            case LESS -> "lt ";
            case GREATER -> "gt ";
          });
      out.append(value);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m dscp}: the differentiated services code point.
   *
   * @param value the code point, 0 to 63
   * @param inverted whether others match instead
   */
  record Dscp(int value, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m dscp "), inverted).append("--dscp ").append(hexByte(value));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m tos}: the type of service, or the traffic class.
   *
   * @param value the octet
   * @param mask the bits that count
   * @param inverted whether others match instead
   */
  record Tos(int value, int mask, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m tos "), inverted)
          .append("--tos ")
          .append(hexByte(value))
          .append('/')
          .append(hexByte(mask));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  private static String hexByte(int value) {
    return "0x" + Character.forDigit(value >> 4 & 15, 16) + Character.forDigit(value & 15, 16);
  }

  /**
   * {@code -m pkttype}: how the packet was addressed on its link.
   *
   * @param type the type
   * @param inverted whether others match instead
   */
  record PacketType(LinkType type, boolean inverted) implements Match {
    /** How a packet was addressed on its link. */
    public enum LinkType {
      /** To this host. */
      UNICAST,
      /** To all hosts. */
      BROADCAST,
      /** To a group. */
      MULTICAST
    }

    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m pkttype "), inverted)
          .append("--pkt-type ")
          .append(type.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m mac}: the source address on the link.
   *
   * @param address six octets in lower-case hexadecimal with colons
   * @param inverted whether others match instead
   */
  record Mac(String address, boolean inverted) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      not(out.append("-m mac "), inverted).append("--mac-source ").append(address);
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * {@code -m rpfilter}: whether a reply would leave through the device that the packet came in
   * through.
   *
   * @param loose whether any device will do
   * @param validMark whether the mark counts in the route look-up
   * @param acceptLocal whether packets from this host's own addresses pass
   * @param inverted whether the packets that fail the test match
   */
  record RpFilter(boolean loose, boolean validMark, boolean acceptLocal, boolean inverted)
      implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m rpfilter")
          .append(loose ? " --loose" : "")
          .append(validMark ? " --validmark" : "")
          .append(acceptLocal ? " --accept-local" : "")
          .append(inverted ? " --invert" : "");
    }

    @Override
    public String toString() {
      return text(this);
    }
  }

  /**
   * A match that this model does not know; a walk whose outcome would depend on it must say so.
   *
   * @param name the match's name
   * @param text its options as they were given; may be empty
   */
  record UnknownMatch(String name, String text) implements Match {
    @Override
    public void appendTo(StringBuilder out) {
      out.append("-m ").append(name);
      if (!text.isEmpty()) {
        out.append(' ').append(text);
      }
    }

    @Override
    public String toString() {
      return Match.text(this);
    }
  }
}
