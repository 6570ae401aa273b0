package dev.hairpin.dns.message;

import com.google.common.io.BaseEncoding;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The data of a resource record. */
public sealed interface RecordData {

  /**
   * The type of the records that have such data.
   *
   * @return the type
   */
  RecordType type();

  /**
   * The data of A and AAAA records.
   *
   * @param address the address
   * @return {@link A} or {@link Aaaa}
   */
  static RecordData of(IpAddress address) {
    return address.isV4() ? new A(address) : new Aaaa(address);
  }

  /**
   * Reads data as a zone file writes it. Names are absolute even without a final dot.
   *
   * @param type the type
   * @param text the data, such as {@code 10 mail.example.com.} for MX
   * @return the data
   * @throws IllegalArgumentException if the text is no data of the type, or the type is not known
   *     and the text has not the form of RFC 3597
   */
  static RecordData parse(RecordType type, String text) {
    return parse(type, text, DnsName.ROOT);
  }

  /**
   * Reads data as a zone file writes it.
   *
   * @param type the type
   * @param text the data, such as {@code 10 mail} for MX
   * @param origin what names without a final dot end in, and what a bare {@code @} stands for
   * @return the data
   * @throws IllegalArgumentException if the text is no data of the type, or the type is not known
   *     and the text has not the form of RFC 3597
   */
  static RecordData parse(RecordType type, String text, DnsName origin) {
    return RecordText.parse(type, text, origin);
  }

  /**
   * An IPv4 address.
   *
   * @param address the address
   */
  record A(IpAddress address) implements RecordData {

    /**
     * Checks the family.
     *
     * @throws IllegalArgumentException if it is an IPv6 address
     */
    public A {
      if (!address.isV4()) {
        throw new IllegalArgumentException("an A record holds no IPv6 address such as " + address);
      }
    }

    @Override
    public RecordType type() {
      return RecordType.A;
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /**
   * An IPv6 address. On the wire it may be an IPv4-mapped one, which {@link IpAddress} reads as
   * IPv4; it is mapped again when it is written.
   *
   * @param address the address
   */
  record Aaaa(IpAddress address) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.AAAA;
    }

    @Override
    public String toString() {
      return address.family() == IpFamily.IPV6 ? address.toString() : "::ffff:" + address;
    }
  }

  /**
   * A name server.
   *
   * @param host the server's name
   */
  record Ns(DnsName host) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.NS;
    }

    @Override
    public String toString() {
      return host.toString();
    }
  }

  /**
   * The name that an alias stands for.
   *
   * @param target the name
   */
  record Cname(DnsName target) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.CNAME;
    }

    @Override
    public String toString() {
      return target.toString();
    }
  }

  /**
   * The tree that a tree of aliases stands for.
   *
   * @param target the name of its top
   */
  record Dname(DnsName target) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.DNAME;
    }

    @Override
    public String toString() {
      return target.toString();
    }
  }

  /**
   * A pointer to a name.
   *
   * @param target the name
   */
  record Ptr(DnsName target) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.PTR;
    }

    @Override
    public String toString() {
      return target.toString();
    }
  }

  /**
   * The start of a zone of authority. The times are seconds from 0 to 4294967295.
   *
   * @param primary the zone's first name server
   * @param mailbox the mailbox of who is responsible, as a name
   * @param serial the zone's version
   * @param refresh when secondaries look for a new version
   * @param retry when they look again after a failure
   * @param expire when they give up
   * @param minimum how long a negative answer may be kept
   */
  record Soa(
      DnsName primary,
      DnsName mailbox,
      long serial,
      long refresh,
      long retry,
      long expire,
      long minimum)
      implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.SOA;
    }

    @Override
    public String toString() {
      return primary + " " + mailbox + " " + serial + " " + refresh + " " + retry + " " + expire
          + " " + minimum;
    }
  }

  /**
   * A mail exchanger.
   *
   * @param preference lower is better; 0 to 65535
   * @param exchange the host
   */
  record Mx(int preference, DnsName exchange) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.MX;
    }

    @Override
    public String toString() {
      return preference + " " + exchange;
    }
  }

  /**
   * Text.
   *
   * @param strings strings of up to 255 octets each, every octet as an ISO 8859-1 character
   */
  record Txt(List<String> strings) implements RecordData {

    /**
     * Checks the strings.
     *
     * @throws IllegalArgumentException if one is too long or has a character that is no octet
     */
    public Txt {
      strings = List.copyOf(strings);
      strings.forEach(Text::check);
    }

    @Override
    public RecordType type() {
      return RecordType.TXT;
    }

    @Override
    public String toString() {
      return strings.stream().map(Text::quote).collect(Collectors.joining(" "));
    }
  }

  /**
   * A host's processor and system.
   *
   * @param cpu the processor, up to 255 octets
   * @param os the operating system, up to 255 octets
   */
  record Hinfo(String cpu, String os) implements RecordData {

    /**
     * Checks the strings.
     *
     * @throws IllegalArgumentException if one is too long or has a character that is no octet
     */
    public Hinfo {
      Text.check(cpu);
      Text.check(os);
    }

    @Override
    public RecordType type() {
      return RecordType.HINFO;
    }

    @Override
    public String toString() {
      return Text.quote(cpu) + " " + Text.quote(os);
    }
  }

  /**
   * A service's host and port (RFC 2782). The numbers are 0 to 65535.
   *
   * @param priority lower is better
   * @param weight the share among those of one priority
   * @param port the port
   * @param target the host
   */
  record Srv(int priority, int weight, int port, DnsName target) implements RecordData {
    @Override
    public RecordType type() {
      return RecordType.SRV;
    }

    @Override
    public String toString() {
      return priority + " " + weight + " " + port + " " + target;
    }
  }

  /**
   * A rule to rewrite names (RFC 3403). The numbers are 0 to 65535.
   *
   * @param order which come first
   * @param preference which come first within one order
   * @param flags one letter, mostly
   * @param service the service
   * @param regexp a substitution
   * @param replacement the next name, instead of a substitution
   */
  record Naptr(
      int order, int preference, String flags, String service, String regexp, DnsName replacement)
      implements RecordData {

    /**
     * Checks the strings.
     *
     * @throws IllegalArgumentException if one is too long or has a character that is no octet
     */
    public Naptr {
      Text.check(flags);
      Text.check(service);
      Text.check(regexp);
    }

    @Override
    public RecordType type() {
      return RecordType.NAPTR;
    }

    @Override
    public String toString() {
      return order + " " + preference + " " + Text.quote(flags) + " " + Text.quote(service) + " "
          + Text.quote(regexp) + " " + replacement;
    }
  }

  /**
   * The options of EDNS.
   *
   * @param options the options, in the order on the wire
   */
  record Opt(List<EdnsOption> options) implements RecordData {

    /** Copies the options. */
    public Opt {
      options = List.copyOf(options);
    }

    @Override
    public RecordType type() {
      return RecordType.OPT;
    }

    @Override
    public String toString() {
      return options.stream().map(o -> o.code() + "=" + o.hex()).collect(Collectors.joining(" "));
    }
  }

  /**
   * Data of a type that is not known here (RFC 3597).
   *
   * @param type the type
   * @param hex the data in hexadecimal, two lower-case digits an octet
   */
  record Unknown(RecordType type, String hex) implements RecordData {

    /**
     * Checks the data.
     *
     * @throws IllegalArgumentException if it is not hexadecimal
     */
    public Unknown {
      hex = hex.toLowerCase(Locale.ROOT);
      if (!BaseEncoding.base16().lowerCase().canDecode(hex)) {
        throw new IllegalArgumentException("\"" + hex + "\" is not whole octets in hexadecimal");
      }
    }

    @Override
    public String toString() {
      return "\\# " + hex.length() / 2 + (hex.isEmpty() ? "" : " " + hex);
    }
  }
}
