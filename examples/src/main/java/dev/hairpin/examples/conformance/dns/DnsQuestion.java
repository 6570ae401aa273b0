package dev.hairpin.examples.conformance.dns;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.IpAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A question of {@code queries.json}. */
final class DnsQuestion {
  private final JsonObject query;
  private final JsonObject script;
  private final int id;

  DnsQuestion(JsonObject query, JsonObject script, int id) {
    this.query = query;
    this.script = script;
    this.id = id;
  }

  private Optional<JsonElement> field(String name) {
    return query.has(name) && !query.get(name).isJsonNull()
        ? Optional.of(query.get(name))
        : Optional.empty();
  }

  private String text(String name, String otherwise) {
    return field(name).map(JsonElement::getAsString).orElse(otherwise);
  }

  private boolean flag(String name, boolean otherwise) {
    return field(name).map(JsonElement::getAsBoolean).orElse(otherwise);
  }

  Message message() {
    Question question = new Question(
        DnsName.parse(text("name", ".")),
        RecordType.byName(text("type", "A")).orElseThrow(),
        RecordClass.byName(text("class", "IN")).orElseThrow());
    Message message = Message.query(id, question)
        .with(Flag.RD, flag("rd", true))
        .with(Flag.AD, flag("ad", false))
        .with(Flag.CD, flag("cd", false));
    return message.withEdns(field("edns")
        .map(size -> Edns.ofSize(size.getAsInt()).withDnssecOk(flag("do", false)))
        .orElse(null));
  }

  Transport transport() {
    return Transport.valueOf(text("transport", "udp").toUpperCase(Locale.ROOT));
  }

  IpAddress source() {
    return IpAddress.parse(text("src", script.get("src").getAsString()));
  }

  IpAddress server() {
    return IpAddress.parse(text("server", script.get("server").getAsString()));
  }

  /** The port that is asked, mostly 53. */
  int port() {
    return field("port").map(JsonElement::getAsInt).orElse(53);
  }

  Duration pause() {
    return DnsCase.millis(query, "afterMs");
  }

  Optional<String> phase() {
    return field("phase").map(JsonElement::getAsString);
  }

  int repeats() {
    return field("repeat").map(JsonElement::getAsInt).orElse(1);
  }

  Optional<Double> timeoutSeconds() {
    return field("timeout").map(JsonElement::getAsDouble);
  }

  @Override
  public String toString() {
    return text("name", ".") + " " + text("type", "A");
  }
}
