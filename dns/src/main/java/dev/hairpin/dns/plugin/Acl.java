package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The plugin acl: lets questions through, refuses them, empties their answers or drops them, by
 * type and source.
 *
 * <p>Source: CoreDNS 1.11.3. A refused or emptied answer has an OPT record with the reason (RFC
 * 8914) even if the question had none.
 */
final class Acl implements Plugin {
  private static final String NAME = "acl";
  private static final String BLOCKED = "000f";
  private static final String FILTERED = "0011";

  private final List<Rule> rules;

  private enum Action {
    ALLOW,
    BLOCK,
    FILTER,
    DROP
  }

  private record Policy(Action action, List<RecordType> types, List<Cidr> sources) {
    boolean matches(RecordType type, IpAddress source) {
      return (types.isEmpty() || types.contains(type))
          && (sources.isEmpty() || sources.stream().anyMatch(s -> s.contains(source)));
    }
  }

  private record Rule(List<DnsName> zones, List<Policy> policies) {}

  private Acl(List<Rule> rules) {
    this.rules = rules;
  }

  static Acl setUp(Setup setup, Cursor cursor) {
    List<Rule> rules = new ArrayList<>();
    while (cursor.next()) {
      List<DnsName> zones = setup.zones(cursor.remainingArgs(), cursor);
      List<Policy> policies = new ArrayList<>();
      while (cursor.nextBlock()) {
        policies.add(policy(cursor));
      }
      rules.add(new Rule(zones, policies));
    }
    return new Acl(rules);
  }

  private static Policy policy(Cursor cursor) {
    String word = cursor.value().toLowerCase(Locale.ROOT);
    Action action = switch (word) {
      case "allow" -> Action.ALLOW;
      case "block" -> Action.BLOCK;
      case "filter" -> Action.FILTER;
      case "drop" -> Action.DROP;
      default ->
        throw cursor.error(
            "unexpected token \"" + word + "\"; expect 'allow', 'block', " + "'filter' or 'drop'");
    };
    List<RecordType> types = new ArrayList<>();
    List<Cidr> sources = new ArrayList<>();
    String section = "";
    for (String arg : cursor.remainingArgs()) {
      if (arg.equalsIgnoreCase("type") || arg.equalsIgnoreCase("net")) {
        section = arg.toLowerCase(Locale.ROOT);
      } else if (section.isEmpty()) {
        throw cursor.error("unexpected token \"" + arg + "\"; expect 'type | net'");
      } else if (!arg.equals("*") && section.equals("type")) {
        types.add(RecordType.byName(arg)
            .orElseThrow(
                () -> cursor.error("unexpected token \"" + arg + "\"; expect legal QTYPE")));
      } else if (!arg.equals("*")) {
        sources.add(Cidr.tryParseMasked(arg)
            .or(() -> IpAddress.tryParse(arg).map(Cidr::host))
            .orElseThrow(() -> cursor.error("illegal CIDR notation \"" + arg + "\"")));
      }
    }
    return new Policy(action, types, sources);
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query query, Handler next) {
    Action action = action(query);
    if (action == Action.ALLOW) {
      return next.serve(query);
    }
    query.exchange().note(NAME, action.name().toLowerCase(Locale.ROOT));
    return switch (action) {
      case BLOCK -> Reply.written(told(query.message().reply(Rcode.REFUSED), BLOCKED));
      case FILTER -> Reply.written(told(query.message().reply(Rcode.NOERROR), FILTERED));
      default -> Reply.NEVER;
    };
  }

  private static Message told(Message reply, String reason) {
    return reply.withEdns(
        new Edns(4096, 0, 0, true, List.of(new EdnsOption(EdnsOption.EXTENDED_ERROR, reason))));
  }

  private Action action(Query query) {
    for (Rule rule : rules) {
      if (Setup.match(rule.zones, query.name()) != null) {
        for (Policy policy : rule.policies) {
          if (policy.matches(query.type(), query.client().address().address())) {
            if (policy.action == Action.ALLOW) {
              break;
            }
            return policy.action;
          }
        }
      }
    }
    return Action.ALLOW;
  }
}
