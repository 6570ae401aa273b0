package dev.hairpin.examples.conformance.dns;

import com.google.common.io.BaseEncoding;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.dns.Answer;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares an answer with the recorded one: everything that a client can see, sections as sets
 * where their order is random.
 */
final class AnswerComparison {
  private boolean timePassed;

  /** From now on a recorded TTL may be one lower: the recording took real time. */
  void timePassed() {
    timePassed = true;
  }

  Optional<String> difference(JsonObject recorded, Answer answer) {
    Message message = answer.message().orElseThrow();
    boolean truncated = recorded.has("truncated");
    int size = message.encode(answer.isCompressed()).length;
    return differ("rcode", recorded.get("rcode").getAsString(), message.rcode().toString())
        .or(() -> differ("flags", texts(recorded.get("flags")), flags(message)))
        .or(() -> differ("question", questions(recorded), questions(message)))
        .or(() -> truncated
            ? truncatedDifference(recorded, message)
            : recordsDifference(recorded, message))
        .or(() -> differ("opt", opt(recorded.get("opt")), opt(message)))
        .or(() -> differ("size", recorded.get("size").getAsInt(), size))
        .or(() -> orderDifference(recorded, message));
  }

  private static Optional<String> differ(String what, Object recorded, Object ours) {
    return recorded.equals(ours)
        ? Optional.empty()
        : Optional.of(what + " is " + ours + ", recorded is " + recorded);
  }

  private static Set<String> texts(JsonElement array) {
    Set<String> texts = new HashSet<>();
    array.getAsJsonArray().forEach(e -> texts.add(e.getAsString()));
    return texts;
  }

  private static Set<String> flags(Message message) {
    return message.flagList().stream().map(Flag::toString).collect(Collectors.toSet());
  }

  private static List<String> questions(JsonObject recorded) {
    List<String> questions = new ArrayList<>();
    for (JsonElement element : recorded.getAsJsonArray("question")) {
      JsonObject q = element.getAsJsonObject();
      questions.add(q.get("name").getAsString() + " " + q.get("class").getAsString() + " "
          + q.get("type").getAsString());
    }
    return questions;
  }

  private static List<String> questions(Message message) {
    return message.questions().stream().map(Question::toString).toList();
  }

  /** Which records survive a cut is random; how many, is not. */
  private static Optional<String> truncatedDifference(JsonObject recorded, Message message) {
    JsonObject counts = recorded.getAsJsonObject("truncated");
    return differ(
            "number of answers",
            counts.get("answerCount").getAsInt(),
            message.answers().size())
        .or(() -> differ(
            "number of additional records",
            counts.get("additionalCount").getAsInt(),
            withoutOpt(message.additionals()).size()));
  }

  private Optional<String> recordsDifference(JsonObject recorded, Message message) {
    return sectionDifference("answer", recorded, message.answers())
        .or(() -> sectionDifference("authority", recorded, message.authorities()))
        .or(() -> sectionDifference("additional", recorded, withoutOpt(message.additionals())));
  }

  private static List<ResourceRecord> withoutOpt(List<ResourceRecord> records) {
    return records.stream().filter(r -> !r.type().equals(RecordType.OPT)).toList();
  }

  private Optional<String> sectionDifference(
      String section, JsonObject recorded, List<ResourceRecord> records) {
    List<String> theirs = new ArrayList<>();
    for (JsonElement element : recorded.getAsJsonArray(section)) {
      JsonObject r = element.getAsJsonObject();
      theirs.add(line(
          r.get("name").getAsString(),
          r.get("class").getAsString(),
          r.get("type").getAsString(),
          r.get("ttl").getAsLong(),
          r.get("data").getAsString()));
    }
    theirs.sort(null);
    List<String> ours = lines(records, 0);
    if (theirs.equals(ours) || (timePassed && theirs.equals(lines(records, 1)))) {
      return Optional.empty();
    }
    return Optional.of(section + " is " + ours + ", recorded is " + theirs);
  }

  private static List<String> lines(List<ResourceRecord> records, long younger) {
    List<String> lines = new ArrayList<>();
    for (ResourceRecord r : records) {
      lines.add(line(
          r.name().toString(),
          r.recordClass().toString(),
          r.type().toString(),
          Math.max(0, r.ttl() - younger),
          data(r)));
    }
    lines.sort(null);
    return lines;
  }

  private static String line(String name, String recordClass, String type, long ttl, String data) {
    return name + " " + recordClass + " " + type + " " + ttl + " " + data;
  }

  /** CoreDNS's own serial number is the time of the recording. */
  private static String data(ResourceRecord record) {
    String text = record.data().toString();
    boolean own = record.data() instanceof RecordData.Soa soa
        && soa.primary().firstLabel().equals("ns")
        && soa.mailbox().firstLabel().equals("hostmaster")
        && soa.refresh() == 7200
        && soa.retry() == 1800;
    return own ? text.replaceFirst(" \\d+ 7200 ", " SERIAL 7200 ") : text;
  }

  private static String opt(JsonElement recorded) {
    if (recorded.isJsonNull()) {
      return "none";
    }
    JsonObject opt = recorded.getAsJsonObject();
    return opt.get("udpSize").getAsInt() + " " + opt.get("extRcode").getAsInt() + " "
        + opt.get("version").getAsInt() + " " + opt.get("do").getAsBoolean() + " "
        + opt.get("options").getAsString();
  }

  private static String opt(Message message) {
    Optional<Edns> edns = message.edns();
    if (edns.isEmpty()) {
      return "none";
    }
    StringBuilder options = new StringBuilder();
    for (EdnsOption option : edns.get().options()) {
      options.append(String.format("%04x%04x", option.code(), option.hex().length() / 2));
      options.append(option.hex());
    }
    return edns.get().udpSize() + " " + edns.get().extendedRcode() + " "
        + edns.get().version() + " " + edns.get().dnssecOk() + " " + options;
  }

  private static Optional<String> orderDifference(JsonObject recorded, Message message) {
    Optional<String> difference = Optional.empty();
    if (recorded.has("answerTypeOrder")) {
      List<String> theirs = new ArrayList<>();
      recorded.getAsJsonArray("answerTypeOrder").forEach(e -> theirs.add(e.getAsString()));
      difference = differ("order of types", theirs, typeOrder(message));
    }
    if (difference.isEmpty() && recorded.has("answerCnameChain")) {
      List<String> theirs = new ArrayList<>();
      for (JsonElement link : recorded.getAsJsonArray("answerCnameChain")) {
        JsonArray pair = link.getAsJsonArray();
        theirs.add(pair.get(0).getAsString() + " -> " + pair.get(1).getAsString());
      }
      List<String> ours = new ArrayList<>();
      for (ResourceRecord record : message.answers()) {
        if (record.data() instanceof RecordData.Cname cname) {
          ours.add(record.name() + " -> " + cname.target());
        }
      }
      difference = differ("chain of aliases", theirs, ours);
    }
    return difference;
  }

  private static List<String> typeOrder(Message message) {
    List<String> order = new ArrayList<>();
    for (ResourceRecord record : message.answers()) {
      String type = record.type().toString();
      String kind = type.equals("A") || type.equals("AAAA") ? "ADDR" : type;
      if (order.isEmpty() || !order.get(order.size() - 1).equals(kind)) {
        order.add(kind);
      }
    }
    return order;
  }

  /** Our codec must write the recorded message as CoreDNS did. */
  Optional<String> wireDifference(String hex, Answer answer) {
    byte[] octets = BaseEncoding.base16().lowerCase().decode(hex);
    byte[] written = Message.decode(octets).encode(answer.isCompressed());
    return Arrays.equals(octets, written)
        ? Optional.empty()
        : Optional.of("the recorded reply is written as "
            + BaseEncoding.base16().lowerCase().encode(written)
            + ", recorded is "
            + hex);
  }

  Optional<String> repeatDifference(JsonObject recorded, List<Message> replies) {
    if (!recorded.has("repeats") || replies.isEmpty()) {
      return Optional.empty();
    }
    Set<Set<ResourceRecord>> sets = new HashSet<>();
    Set<List<ResourceRecord>> orders = new HashSet<>();
    for (Message reply : replies) {
      sets.add(new HashSet<>(reply.answers()));
      orders.add(reply.answers());
    }
    boolean same = Objects.requireNonNull(recorded.get("sameSetEveryTime")).getAsBoolean();
    boolean shuffled = recorded.get("distinctOrders").getAsInt() > 1;
    return differ("same set every time", same, sets.size() == 1)
        .or(() -> differ("order changes", shuffled, orders.size() > 1));
  }
}
