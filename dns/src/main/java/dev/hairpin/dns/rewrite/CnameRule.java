package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Changes the target of an alias in the answer, and resolves the new target.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Words are compared in lower case as they stand, without a
 * dot added.
 */
final class CnameRule {
  private CnameRule() {}

  static Rule parse(List<String> args, Setup setup) {
    if (args.size() != 2 && args.size() != 3) {
      throw new CorefileException("too few (" + args.size() + ") arguments for a cname rule");
    }
    String kind = args.size() == 2 ? "exact" : args.get(0).toLowerCase(Locale.ROOT);
    String from = args.get(args.size() - 2).toLowerCase(Locale.ROOT);
    String to = args.get(args.size() - 1).toLowerCase(Locale.ROOT);
    Match match = switch (kind) {
      case "exact" -> new Match.Exact(from);
      case "prefix" -> new Match.Prefix(from);
      case "suffix" -> new Match.Suffix(from);
      case "substring" -> new Match.Substring(from);
      case "regex" -> Match.Regex.compile(from, to);
      default -> throw new CorefileException("unknown cname rewrite type: " + kind);
    };
    return query -> {
      // The question as it is when the answer comes: later rules may have changed it.
      ResponseRule rule = new ResponseRule() {
        @Override
        public Message change(Message message) {
          return changed(message, query, match, to, setup);
        }
      };
      return Optional.of(List.of(rule));
    };
  }

  private static Message changed(
      Message message, Query query, Match match, String to, Setup setup) {
    for (ResourceRecord record : message.answers()) {
      if (!(record.data() instanceof RecordData.Cname cname)) {
        continue;
      }
      Optional<DnsName> target =
          match.replace(cname.target().toString(), to).flatMap(DnsName::tryParse);
      if (target.isPresent()) {
        return changed(message, query, target.get(), setup);
      }
    }
    return message;
  }

  private static Message changed(Message message, Query query, DnsName target, Setup setup) {
    List<ResourceRecord> answers = new ArrayList<>();
    for (ResourceRecord record : message.answers()) {
      if (record.data() instanceof RecordData.Cname) {
        answers.add(record.withData(new RecordData.Cname(target)));
      }
    }
    Message resolved = setup
        .lookup()
        .ask(query.copyWith(query.message().withQuestion(new Question(target, query.type()))));
    if (resolved != null) {
      for (ResourceRecord record : resolved.answers()) {
        if (record.name().isSpelledLike(target)) {
          answers.add(record);
        }
      }
    }
    boolean cut =
        resolved != null && resolved.has(Flag.TC) && setup.version().passesOnThatAliasesAreCut();
    return message
        .with(Flag.TC, cut || message.has(Flag.TC))
        .withRecords(answers, message.authorities(), message.additionals());
  }
}
