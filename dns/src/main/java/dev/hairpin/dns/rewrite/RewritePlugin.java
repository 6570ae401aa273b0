package dev.hairpin.dns.rewrite;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Reply;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.dns.plugin.UnwritableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The plugin rewrite: changes questions, and answers back.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1.
 */
public final class RewritePlugin implements Plugin {
  private static final String NAME = "rewrite";

  private final List<Line> lines;
  private final boolean revertsInReverse;

  /** A line of the Corefile: its rule, and whether those after it are looked at once it applied. */
  private record Line(Rule rule, boolean stops, String text) {}

  private RewritePlugin(List<Line> lines, boolean revertsInReverse) {
    this.lines = List.copyOf(lines);
    this.revertsInReverse = revertsInReverse;
  }

  /**
   * Sets the plugin up.
   *
   * @param setup what the server block has
   * @param cursor the plugin's words
   * @return the plugin
   */
  public static RewritePlugin setUp(Setup setup, Cursor cursor) {
    List<Line> lines = new ArrayList<>();
    while (cursor.next()) {
      List<String> args = new ArrayList<>(cursor.remainingArgs());
      while (cursor.nextBlock()) {
        args.add(cursor.value());
        args.addAll(cursor.remainingArgs());
      }
      lines.add(line(args, setup));
    }
    return new RewritePlugin(lines, setup.version().revertsRewritesInReverse());
  }

  private static Line line(List<String> args, Setup setup) {
    if (args.isEmpty()) {
      throw new CorefileException("no rule type specified for rewrite");
    }
    String first = args.get(0).toLowerCase(Locale.ROOT);
    boolean mode = first.equals("stop") || first.equals("continue");
    List<String> rest = mode ? args.subList(1, args.size()) : args;
    if (rest.size() < 2) {
      throw new CorefileException("rewrite rule is too short: " + String.join(" ", args));
    }
    String type = rest.get(0).toLowerCase(Locale.ROOT);
    List<String> words = rest.subList(1, rest.size());
    Rule rule = switch (type) {
      case "answer" ->
        throw new CorefileException(
            "response rewrites must begin with a name rule, if not, use `answer` in a name rule");
      case "name" -> NameRule.parse(words);
      case "class" -> FieldRules.recordClass(words);
      case "type" -> FieldRules.type(words);
      case "edns0" -> EdnsRule.parse(words, setup);
      case "ttl" -> FieldRules.ttl(words);
      case "cname" -> CnameRule.parse(words, setup);
      case "rcode" -> FieldRules.rcode(words);
      default -> throw new CorefileException("invalid rule type \"" + type + "\"");
    };
    return new Line(rule, !first.equals("continue"), String.join(" ", args));
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query query, Handler next) {
    Question asked = query.question();
    List<ResponseRule> responses = new ArrayList<>();
    boolean stopped = false;
    for (Line line : lines) {
      Optional<List<ResponseRule>> applied;
      try {
        applied = line.rule.apply(query);
      } catch (UnwritableException e) {
        query.exchange().note(NAME, "the name would be none: " + line.text);
        query.replace(query.message().withQuestion(asked));
        return Reply.error();
      }
      if (applied.isPresent()) {
        responses.addAll(applied.get());
        query.exchange().note(NAME, line.text);
        stopped = line.stops;
        if (stopped) {
          break;
        }
      }
    }
    if (!stopped && responses.isEmpty()) {
      return next.serve(query);
    }
    Reply reply = next.serve(query);
    if (reply.isLeftToServer()) {
      // The server would answer with the question as it is now, so that the answer is written here.
      reply = Reply.written(query.message().reply(reply.rcode()));
    }
    if (revertsInReverse) {
      Collections.reverse(responses);
    }
    return reply.map(message -> reverted(message.withQuestion(asked), responses));
  }

  private static Message reverted(Message message, List<ResponseRule> rules) {
    if (rules.isEmpty()) {
      return message;
    }
    boolean any = !message.answers().isEmpty()
        || !message.authorities().isEmpty()
        || !message.additionals().isEmpty();
    Message changed = message.withRecords(
        reverted(message.answers(), rules),
        reverted(message.authorities(), rules),
        reverted(message.additionals(), rules));
    if (any) {
      for (ResponseRule rule : rules) {
        changed = rule.change(changed);
      }
    }
    return changed;
  }

  private static List<ResourceRecord> reverted(
      List<ResourceRecord> records, List<ResponseRule> rules) {
    List<ResourceRecord> changed = new ArrayList<>(records);
    for (ResponseRule rule : rules) {
      changed.replaceAll(rule::change);
    }
    return changed;
  }
}
