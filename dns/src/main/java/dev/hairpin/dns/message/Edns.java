package dev.hairpin.dns.message;

import java.util.List;

/**
 * What an OPT record says (RFC 6891).
 *
 * @param udpSize the largest UDP payload that the sender takes, 0 to 65535; below 512 it counts as
 *     512
 * @param extendedRcode the upper eight bits of the rcode
 * @param version the version; 0 is the only one in use
 * @param dnssecOk the bit DO: DNSSEC's records are wanted
 * @param options the options
 */
public record Edns(
    int udpSize, int extendedRcode, int version, boolean dnssecOk, List<EdnsOption> options) {

  private static final int DO = 0x8000;

  /** Copies the options. */
  public Edns {
    options = List.copyOf(options);
  }

  /**
   * A client's usual offer: a size, and nothing else.
   *
   * @param udpSize the largest UDP payload that it takes
   * @return version 0 without flags and options
   */
  public static Edns ofSize(int udpSize) {
    return new Edns(udpSize, 0, 0, false, List.of());
  }

  /**
   * The offer with the bit DO.
   *
   * @param wanted whether DNSSEC's records are wanted
   * @return the copy
   */
  public Edns withDnssecOk(boolean wanted) {
    return new Edns(udpSize, extendedRcode, version, wanted, options);
  }

  /**
   * The offer with other options.
   *
   * @param newOptions the options
   * @return the copy
   */
  public Edns withOptions(List<EdnsOption> newOptions) {
    return new Edns(udpSize, extendedRcode, version, dnssecOk, newOptions);
  }

  /**
   * Reads an OPT record.
   *
   * @param opt a record of type OPT
   * @return what it says
   * @throws IllegalArgumentException if it is a record of another type
   */
  public static Edns of(ResourceRecord opt) {
    if (!(opt.data() instanceof RecordData.Opt data)) {
      throw new IllegalArgumentException("a record of type " + opt.type() + " is no OPT");
    }
    long bits = opt.ttl();
    return new Edns(
        opt.recordClass().code(),
        (int) (bits >>> 24),
        (int) (bits >>> 16) & 0xff,
        (bits & DO) != 0,
        data.options());
  }

  /**
   * The record that says it.
   *
   * @return a record of type OPT
   */
  public ResourceRecord toRecord() {
    long bits = ((long) extendedRcode << 24) | ((long) version << 16) | (dnssecOk ? DO : 0);
    return new ResourceRecord(
        DnsName.ROOT, RecordType.OPT, new RecordClass(udpSize), bits, new RecordData.Opt(options));
  }
}
