package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Plugins of a few lines: any, bufsize, chaos, minimal, nsid and whoami.
 *
 * <p>Source: CoreDNS 1.11.3.
 */
final class SmallPlugins {

  /** What the host is called where the original would ask its operating system. */
  private static final String HOST = "coredns";

  private static final long ANY_TTL = 8482;

  private SmallPlugins() {}

  /** Answers questions for any type with as little as possible (RFC 8482). */
  static Plugin any(Cursor cursor) {
    cursor.next();
    cursor.noArgs();
    return next -> query -> {
      if (!query.type().equals(RecordType.ANY)) {
        return next.serve(query);
      }
      query.exchange().note("any", "answers ANY without looking");
      return Reply.written(query
          .message()
          .reply(Rcode.NOERROR)
          .withRecords(
              List.of(new ResourceRecord(
                  query.name(), ANY_TTL, new RecordData.Hinfo("ANY", "See RFC 8482"))),
              List.of(),
              List.of()));
    };
  }

  /** Lowers the size that the client says it takes. */
  static Plugin bufsize(Cursor cursor) {
    cursor.next();
    List<String> args = cursor.remainingArgs();
    String text = args.isEmpty() ? "1232" : args.get(0);
    if (args.size() > 1 || !text.matches("\\d{3,4}")) {
      throw cursor.argError();
    }
    int size = Integer.parseInt(text);
    if (size < 512 || size > 4096) {
      throw cursor.error("bufsize must be within 512 - 4096: " + size);
    }
    return next -> query -> {
      Edns edns = query.edns();
      if (edns != null && edns.udpSize() > size) {
        query.replace(query
            .message()
            .withEdns(new Edns(
                size, edns.extendedRcode(), edns.version(), edns.dnssecOk(), edns.options())));
      }
      return next.serve(query);
    };
  }

  /** Tells version and authors to those who ask in class CH. */
  static Plugin chaos(Setup setup, Cursor cursor) {
    cursor.next();
    List<String> args = cursor.remainingArgs();
    String version = args.isEmpty() ? "CoreDNS-" + setup.version() : args.get(0);
    List<String> authors = args.size() < 2 ? List.of("CoreDNS") : args.subList(1, args.size());
    return next -> query -> {
      boolean chaos = query.question().recordClass().equals(RecordClass.CH)
          && query.type().equals(RecordType.TXT);
      List<String> texts = switch (chaos ? query.lowerName() : "") {
        case "authors.bind." -> authors;
        case "version.bind.", "version.server." -> List.of(version);
        case "hostname.bind.", "id.server." -> List.of(HOST);
        default -> List.of();
      };
      if (texts.isEmpty()) {
        return next.serve(query);
      }
      List<ResourceRecord> answers = new ArrayList<>();
      for (String text : texts) {
        answers.add(new ResourceRecord(
            query.name(),
            RecordType.TXT,
            RecordClass.CH,
            0,
            new RecordData.Txt(List.of(text.length() > 255 ? text.substring(0, 255) : text))));
      }
      query.exchange().note("chaos", "answers in class CH");
      return Reply.written(
          query.message().reply(Rcode.NOERROR).withRecords(answers, List.of(), List.of()));
    };
  }

  /** Leaves out what an answer does not need. */
  static Plugin minimal(Cursor cursor) {
    cursor.next();
    cursor.noArgs();
    return next -> query -> next.serve(query).map(m -> switch (Responses.kind(m)) {
      case SUCCESS -> m.withRecords(m.answers(), List.of(), List.of());
      case DELEGATION -> m.withRecords(List.of(), m.authorities(), m.additionals());
      default -> m;
    });
  }

  /** Tells its identifier to those who ask for it. */
  static Plugin nsid(Cursor cursor) {
    cursor.next();
    List<String> args = cursor.remainingArgs();
    String identifier = args.isEmpty() ? HOST : String.join(" ", args);
    EdnsOption option = EdnsOption.of(EdnsOption.NSID, identifier.getBytes(StandardCharsets.UTF_8));
    return next -> query -> {
      Edns edns = query.edns();
      if (edns == null || edns.options().stream().noneMatch(o -> o.code() == EdnsOption.NSID)) {
        return next.serve(query);
      }
      return next.serve(query).map(m -> identified(m, edns, option));
    };
  }

  private static Message identified(Message message, Edns asked, EdnsOption option) {
    Edns edns = message.edns().orElse(Edns.ofSize(asked.udpSize()).withDnssecOk(true));
    List<EdnsOption> options = new ArrayList<>(edns.options());
    options.removeIf(o -> o.code() == EdnsOption.NSID);
    options.add(option);
    return message.withEdns(edns.withOptions(options));
  }

  /** Tells the client its own address. */
  static Plugin whoami(Cursor cursor) {
    cursor.next();
    cursor.noArgs();
    return next -> query -> {
      SocketAddress client = query.client().address();
      String transport = query.client().transport() == Transport.UDP ? "_udp." : "_tcp.";
      String name = query.name().isRoot() ? "" : query.name().toString();
      List<ResourceRecord> additionals = List.of(
          new ResourceRecord(query.name(), 0, RecordData.of(client.address())),
          new ResourceRecord(
              DnsName.tryParse(transport + name).orElse(query.name()),
              0,
              new RecordData.Srv(0, 0, client.port(), DnsName.ROOT)));
      query.exchange().note("whoami", "tells the client its address");
      return Reply.written(query
          .message()
          .reply(Rcode.NOERROR)
          .with(Flag.AA, true)
          .withRecords(List.of(), List.of(), additionals));
    };
  }
}
