package dev.hairpin.dns.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A DNS message: a question, or its answer.
 *
 * @param id the number that ties an answer to its question, 0 to 65535
 * @param flags the second 16 bits of the header: {@link Flag}s, opcode and the lower four bits of
 *     the rcode
 * @param questions the question section, mostly one
 * @param answers the answer section
 * @param authorities the authority section
 * @param additionals the additional section, with the OPT record if there is one
 */
public record Message(
    int id,
    int flags,
    List<Question> questions,
    List<ResourceRecord> answers,
    List<ResourceRecord> authorities,
    List<ResourceRecord> additionals) {

  /** The largest message, in octets. */
  public static final int MAX_OCTETS = 65_535;

  /** The largest message over UDP without EDNS, in octets. */
  public static final int PLAIN_UDP_OCTETS = 512;

  private static final int PLAIN_FLAGS = bits(Flag.RD, Flag.CD, Flag.AD);
  private static final int OPCODE_SHIFT = 11;
  private static final int OPCODE = 0xf << OPCODE_SHIFT;

  /**
   * Copies the sections.
   *
   * @throws IllegalArgumentException if a number does not fit in 16 bits
   */
  public Message {
    if ((id & ~0xffff) != 0 || (flags & ~0xffff) != 0) {
      throw new IllegalArgumentException(
          "id " + id + " or flags " + flags + " is not within 0-65535");
    }
    questions = List.copyOf(questions);
    answers = List.copyOf(answers);
    authorities = List.copyOf(authorities);
    additionals = List.copyOf(additionals);
  }

  /**
   * A question as a stub resolver asks it, with recursion wanted.
   *
   * @param id the number of the message
   * @param question what is asked
   * @return the message
   */
  public static Message query(int id, Question question) {
    return new Message(id, Flag.RD.bit(), List.of(question), List.of(), List.of(), List.of());
  }

  /**
   * The bits of a header.
   *
   * @param set the flags that are set
   * @return the header's second 16 bits
   */
  public static int bits(Flag... set) {
    return Arrays.stream(set).mapToInt(Flag::bit).reduce(0, (a, b) -> a | b);
  }

  /**
   * An answer to this message: the same id, opcode and questions, the bits RD and CD kept for an
   * ordinary query, QR set, and nothing else.
   *
   * @param rcode the rcode; only its lower four bits
   * @return the answer, still without records
   */
  public Message reply(Rcode rcode) {
    int kept = opcode() == 0 ? bits(Flag.RD, Flag.CD) : 0;
    int bits = (flags & (kept | OPCODE)) | Flag.QR.bit() | (rcode.code() & 0xf);
    List<Question> first = questions.size() > 1 ? questions.subList(0, 1) : questions;
    return new Message(id, bits, first, List.of(), List.of(), List.of());
  }

  /**
   * Whether a flag is set.
   *
   * @param flag the flag
   * @return true if it is
   */
  public boolean has(Flag flag) {
    return (flags & flag.bit()) != 0;
  }

  /**
   * The flags that are set.
   *
   * @return the flags, in the order of their bits
   */
  public List<Flag> flagList() {
    return Arrays.stream(Flag.values()).filter(this::has).toList();
  }

  /**
   * What is to be done: 0 for a query, 4 for a notification, 5 for an update.
   *
   * @return the opcode, 0 to 15
   */
  public int opcode() {
    return (flags & OPCODE) >> OPCODE_SHIFT;
  }

  /**
   * The rcode, with the upper bits of an OPT record.
   *
   * @return the rcode
   */
  public Rcode rcode() {
    int low = flags & 0xf;
    @Nullable ResourceRecord opt = opt();
    return Rcode.of(opt == null ? low : ((int) (opt.ttl() >>> 24) << 4) | low);
  }

  /**
   * Whether this is a question as most programs ask it: an ordinary query with one question of the
   * class IN, and without EDNS.
   *
   * @return true if nothing in it is special
   */
  public boolean isPlainQuestion() {
    return (flags & ~PLAIN_FLAGS) == 0
        && questions.size() == 1
        && additionals.isEmpty()
        && questions.get(0).recordClass().code() == RecordClass.IN.code();
  }

  /**
   * The question.
   *
   * @return the first question
   * @throws IllegalStateException if there is none
   */
  public Question question() {
    if (questions.isEmpty()) {
      throw new IllegalStateException("the message has no question");
    }
    return questions.get(0);
  }

  /**
   * What the OPT record says.
   *
   * @return the contents of the last OPT record, or nothing
   */
  public Optional<Edns> edns() {
    return Optional.ofNullable(opt()).map(Edns::of);
  }

  private @Nullable ResourceRecord opt() {
    for (int i = additionals.size() - 1; i >= 0; i--) {
      if (additionals.get(i).type().code() == RecordType.OPT.code()) {
        return additionals.get(i);
      }
    }
    return null;
  }

  /**
   * The message with another OPT record in place of its own, or none.
   *
   * @param edns what the record says; null for none
   * @return the copy; the record is the last of the additional section
   */
  public Message withEdns(@Nullable Edns edns) {
    List<ResourceRecord> rest = new ArrayList<>(additionals);
    rest.removeIf(r -> r.type().equals(RecordType.OPT));
    if (edns != null) {
      rest.add(edns.toRecord());
    }
    return new Message(id, flags, questions, answers, authorities, rest);
  }

  /**
   * The message with another number.
   *
   * @param newId the number
   * @return the copy
   */
  public Message withId(int newId) {
    return new Message(newId, flags, questions, answers, authorities, additionals);
  }

  /**
   * The message with a flag set or cleared.
   *
   * @param flag the flag
   * @param set whether it is to be set
   * @return the copy
   */
  public Message with(Flag flag, boolean set) {
    int bits = set ? flags | flag.bit() : flags & ~flag.bit();
    return bits == flags
        ? this
        : new Message(id, bits, questions, answers, authorities, additionals);
  }

  /**
   * The message with another rcode in the header.
   *
   * @param rcode the rcode; only its lower four bits
   * @return the copy
   */
  public Message withRcode(Rcode rcode) {
    return new Message(
        id, (flags & ~0xf) | (rcode.code() & 0xf), questions, answers, authorities, additionals);
  }

  /**
   * The message with one other question.
   *
   * @param question the question
   * @return the copy
   */
  public Message withQuestion(Question question) {
    return new Message(id, flags, List.of(question), answers, authorities, additionals);
  }

  /**
   * The message with other records.
   *
   * @param newAnswers the answer section
   * @param newAuthorities the authority section
   * @param newAdditionals the additional section, with the OPT record if there is to be one
   * @return the copy
   */
  public Message withRecords(
      List<ResourceRecord> newAnswers,
      List<ResourceRecord> newAuthorities,
      List<ResourceRecord> newAdditionals) {
    return new Message(id, flags, questions, newAnswers, newAuthorities, newAdditionals);
  }

  /**
   * Reads a message.
   *
   * @param octets the whole message
   * @return the message
   * @throws MalformedMessageException if the octets are none, with the place and the reason
   */
  public static Message decode(byte[] octets) {
    return new MessageDecoder(octets).message();
  }

  /**
   * Writes the message without compression.
   *
   * @return the octets
   * @throws IllegalArgumentException if it is longer than 65,535 octets
   */
  public byte[] encode() {
    return encode(false);
  }

  /**
   * Writes the message.
   *
   * @param compressed whether names may point to earlier ones, where miekg/dns makes them point
   * @return the octets
   * @throws IllegalArgumentException if it is longer than 65,535 octets
   */
  public byte[] encode(boolean compressed) {
    // Nothing can point anywhere in a message that has only its question.
    boolean useful = compressed
        && (questions.size() > 1
            || !answers.isEmpty()
            || !authorities.isEmpty()
            || !additionals.isEmpty());
    return new MessageEncoder(useful).write(this);
  }

  /**
   * The number of octets without compression.
   *
   * @return the length; may be more than a message can have
   */
  public int octets() {
    return RecordSizes.octets(this);
  }

  /**
   * Makes the message fit, as miekg/dns truncates: if it is too long uncompressed, it is compressed
   * and filled record by record up to the first that has no room, with room for OPT kept free; TC
   * is set if any record was left out, be it an additional one.
   *
   * @param limit the most octets; below 512 it counts as 512
   * @return the message as it fits, and whether it must be compressed
   */
  public Fitted fit(int limit) {
    int room = Math.max(limit, PLAIN_UDP_OCTETS);
    return octets() <= room ? new Fitted(this, false) : new MessageEncoder(true).fit(this, room);
  }

  /**
   * A message that was made to fit.
   *
   * @param message the message
   * @param compressed whether it is to be written compressed
   */
  public record Fitted(Message message, boolean compressed) {

    /**
     * Writes the message.
     *
     * @return the octets
     */
    public byte[] encode() {
      return message.encode(compressed);
    }
  }

  /** The message as dig prints it, without dig's frame. */
  @Override
  public String toString() {
    String head = ";; " + rcode() + ", id: " + id + ", flags:"
        + flagList().stream().map(f -> " " + f).collect(Collectors.joining());
    return head
        + section("QUESTION", questions.stream().map(q -> ";" + q).toList())
        + section("ANSWER", answers)
        + section("AUTHORITY", authorities)
        + section("ADDITIONAL", additionals);
  }

  private static String section(String title, List<?> lines) {
    return lines.isEmpty()
        ? ""
        : lines.stream()
            .map(Object::toString)
            .collect(Collectors.joining("\n", "\n;; " + title + "\n", ""));
  }
}
