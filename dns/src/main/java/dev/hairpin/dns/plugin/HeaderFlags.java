package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The plugin header: sets and clears flags of questions and answers.
 *
 * <p>Source: CoreDNS. Until 1.12 a line could do without saying which of the two it is for, and was
 * then for answers.
 */
final class HeaderFlags implements Plugin {
  private final List<Change> queries = new ArrayList<>();
  private final List<Change> responses = new ArrayList<>();

  private record Change(Flag flag, boolean set) {}

  static HeaderFlags setUp(Setup setup, Cursor cursor) {
    HeaderFlags plugin = new HeaderFlags();
    cursor.next();
    while (cursor.nextBlock()) {
      String selector = cursor.value().toLowerCase(Locale.ROOT);
      boolean bare = selector.equals("set") || selector.equals("clear");
      boolean known = selector.equals("query") || selector.equals("response");
      if (bare ? !setup.version().takesBareHeaderRules() : !known) {
        throw cursor.error("invalid selector=" + selector + " should be query or response");
      }
      List<String> words = new ArrayList<>(cursor.remainingArgs());
      if (bare) {
        words.add(0, selector);
      }
      plugin.line(cursor, selector.equals("query"), words);
    }
    if (plugin.queries.isEmpty() && plugin.responses.isEmpty()) {
      throw cursor.argError();
    }
    return plugin;
  }

  private void line(Cursor cursor, boolean query, List<String> words) {
    if (words.size() < 2) {
      throw cursor.error("invalid length for rule, at least one flag should be provided");
    }
    String action = words.get(0).toLowerCase(Locale.ROOT);
    if (!action.equals("set") && !action.equals("clear")) {
      throw cursor.error("invalid action=" + action + " should be set or clear");
    }
    for (String word : words.subList(1, words.size())) {
      Flag flag = switch (word.toLowerCase(Locale.ROOT)) {
        case "aa" -> Flag.AA;
        case "ra" -> Flag.RA;
        case "rd" -> Flag.RD;
        default -> throw cursor.error("unknown/unsupported header flag: " + word);
      };
      (query ? queries : responses).add(new Change(flag, action.equals("set")));
    }
  }

  @Override
  public Handler before(Handler next) {
    return query -> {
      query.replace(changed(query.message(), queries));
      return next.serve(query).map(m -> changed(m, responses));
    };
  }

  private static Message changed(Message message, List<Change> changes) {
    Message changed = message;
    for (Change change : changes) {
      changed = changed.with(change.flag, change.set);
    }
    return changed;
  }
}
