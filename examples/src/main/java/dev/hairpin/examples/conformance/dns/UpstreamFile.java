package dev.hairpin.examples.conformance.dns;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.upstream.StubZones;
import java.time.Duration;
import java.util.List;

/** Reads {@code upstream-PORT.json}: what a stub upstream answers. */
final class UpstreamFile {
  private UpstreamFile() {}

  static StubZones read(JsonObject file) {
    StubZones upstream = new StubZones();
    for (JsonElement zone : list(file, "soa")) {
      upstream.zone(record(zone.getAsJsonObject(), RecordType.SOA));
    }
    for (JsonElement element : list(file, "records")) {
      JsonObject record = element.getAsJsonObject();
      upstream.add(
          record(record, RecordType.byName(record.get("type").getAsString()).orElseThrow()));
    }
    list(file, "servfail").forEach(n -> upstream.fail(name(n), Rcode.SERVFAIL));
    list(file, "refused").forEach(n -> upstream.fail(name(n), Rcode.REFUSED));
    list(file, "drop").forEach(n -> upstream.lose(name(n)));
    if (file.has("delayMs")) {
      file.getAsJsonObject("delayMs")
          .entrySet()
          .forEach(e -> upstream.delay(
              DnsName.parse(e.getKey()), Duration.ofMillis(e.getValue().getAsLong())));
    }
    return upstream;
  }

  private static Iterable<JsonElement> list(JsonObject file, String field) {
    return file.has(field) ? file.getAsJsonArray(field) : List.of();
  }

  private static DnsName name(JsonElement text) {
    return DnsName.parse(text.getAsString());
  }

  private static ResourceRecord record(JsonObject record, RecordType type) {
    String data = record.get("data").getAsString();
    // The text of a TXT record stands without its quotes.
    RecordData parsed =
        RecordData.parse(type, type.equals(RecordType.TXT) ? "\"" + data + "\"" : data);
    return new ResourceRecord(name(record.get("name")), record.get("ttl").getAsLong(), parsed);
  }
}
