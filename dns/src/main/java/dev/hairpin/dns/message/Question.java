package dev.hairpin.dns.message;

/**
 * What is asked.
 *
 * @param name the name
 * @param type the type of the records wanted
 * @param recordClass the class, mostly {@link RecordClass#IN}
 */
public record Question(DnsName name, RecordType type, RecordClass recordClass) {

  /**
   * A question about the Internet.
   *
   * @param name the name
   * @param type the type of the records wanted
   */
  public Question(DnsName name, RecordType type) {
    this(name, type, RecordClass.IN);
  }

  /**
   * A question about the Internet.
   *
   * @param name the name in presentation form
   * @param type the type of the records wanted
   * @return the question
   * @throws IllegalArgumentException if it is no name
   */
  public static Question of(String name, RecordType type) {
    return new Question(DnsName.parse(name), type);
  }

  /** Name, class and type, as dig prints a question. */
  @Override
  public String toString() {
    return name + " " + recordClass + " " + type;
  }
}
