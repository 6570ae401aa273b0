package dev.hairpin.dns.message;

/**
 * A resource record.
 *
 * @param name the owner
 * @param type the type
 * @param recordClass the class; for OPT the size of the UDP payload
 * @param ttl how long it may be kept, in seconds, 0 to 4294967295; for OPT the upper bits of the
 *     rcode, the version and the flags
 * @param data the data
 */
public record ResourceRecord(
    DnsName name, RecordType type, RecordClass recordClass, long ttl, RecordData data) {

  /**
   * Checks the time.
   *
   * @throws IllegalArgumentException if it does not fit in 32 bits
   */
  public ResourceRecord {
    if (ttl < 0 || ttl > 0xffff_ffffL) {
      throw new IllegalArgumentException("TTL " + ttl + " is not within 0-4294967295");
    }
  }

  /**
   * A record of the Internet, of the type that its data has.
   *
   * @param name the owner
   * @param ttl how long it may be kept, in seconds
   * @param data the data
   */
  public ResourceRecord(DnsName name, long ttl, RecordData data) {
    this(name, data.type(), RecordClass.IN, ttl, data);
  }

  /**
   * The same record with another time.
   *
   * @param newTtl how long it may be kept, in seconds
   * @return the copy
   */
  public ResourceRecord withTtl(long newTtl) {
    return newTtl == ttl ? this : new ResourceRecord(name, type, recordClass, newTtl, data);
  }

  /**
   * The same record with another owner.
   *
   * @param newName the owner
   * @return the copy
   */
  public ResourceRecord withName(DnsName newName) {
    return new ResourceRecord(newName, type, recordClass, ttl, data);
  }

  /**
   * The same record with other data of the same type.
   *
   * @param newData the data
   * @return the copy
   */
  public ResourceRecord withData(RecordData newData) {
    return new ResourceRecord(name, type, recordClass, ttl, newData);
  }

  /** The record as a zone file writes it, with blanks between the fields. */
  @Override
  public String toString() {
    return name + " " + ttl + " " + recordClass + " " + type + " " + data;
  }
}
