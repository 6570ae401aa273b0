package dev.hairpin.iptables;

import dev.hairpin.iptables.RuleException.Reason;
import dev.hairpin.iptables.Words.Word;
import dev.hairpin.path.TableName;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of iptables-restore, line by line, and makes its changes table by table.
 *
 * <p>A dump is read in the same way, but its tables hold the built-in chains that it declares and
 * no others, so that what an older kernel printed is printed again.
 */
final class Restorer {
  private final String text;
  private final RestoreOptions options;
  private final boolean dump;
  private RuleSet ruleSet;
  private @Nullable TableEditor editor;
  private int line;

  private Restorer(RuleSet ruleSet, String text, RestoreOptions options, boolean dump) {
    this.ruleSet = ruleSet;
    this.text = text;
    this.options = options;
    this.dump = dump;
  }

  static RestoreResult restore(RuleSet ruleSet, String text, RestoreOptions options) {
    return new Restorer(ruleSet, text, options, false).run();
  }

  static RestoreResult readDump(RuleSet empty, String text) {
    return new Restorer(empty, text, new RestoreOptions(true, true), true).run();
  }

  private RestoreResult run() {
    int from = 0;
    try {
      while (from < text.length()) {
        line++;
        int feed = text.indexOf('\n', from);
        int to = feed < 0 ? text.length() : feed;
        readLine(from, to);
        from = to + 1;
      }
      if (editor != null) {
        throw new RuleException(
            Reason.SYNTAX, line + 1, 1, "expected COMMIT of table " + editor.name());
      }
    } catch (RuleException e) {
      return new RestoreResult(ruleSet, Optional.of(e.at(line)));
    }
    return new RestoreResult(ruleSet, Optional.empty());
  }

  private void readLine(int from, int to) {
    if (from == to || text.charAt(from) == '#') {
      return;
    }
    char first = text.charAt(from);
    if (first == '*' && editor == null) {
      beginTable(from, to);
      return;
    }
    if (editor == null) {
      Words words = Words.split(text, from, to, line);
      if (words.hasNext()) {
        throw words.error(words.peek(), "expected a table such as *nat");
      }
      return;
    }
    if (first == ':') {
      declareChain(editor, Words.split(text, from + 1, to, line));
      return;
    }
    Words words = Words.split(text, from, to, line);
    if (!words.hasNext()) {
      return;
    }
    if (words.peek().text().equals("COMMIT")) {
      commit(editor);
      return;
    }
    Counters counters = Counters.ZERO;
    if (words.peek().text().startsWith("[")) {
      Counters given = counters(words, words.next("counters"));
      counters = options.counters() ? given : Counters.ZERO;
    }
    new CommandReader(words, ruleSet.family(), editor, counters).run();
  }

  private void beginTable(int from, int to) {
    Words words = Words.split(text, from + 1, to, line);
    Word word = words.next("a table");
    TableName name = TableName.byText(word.text())
        .orElseThrow(() -> words.error(
            word,
            "expected one of raw, mangle, nat, filter and security, found \""
                + ValueReader.shortened(word.text())
                + "\""));
    Table table = ruleSet
        .table(name)
        .orElseGet(() -> dump ? new Table(name, ChainMap.EMPTY) : Table.fresh(name));
    editor = new TableEditor(table);
    if (options.flush()) {
      editor.flushAll();
    }
  }

  private void declareChain(TableEditor table, Words words) {
    Word word = words.next("a chain");
    String chain = word.text();
    Word policyWord = words.next("a policy, or - for a user's chain");
    Counters counters = words.hasNext() ? counters(words, words.next("counters")) : Counters.ZERO;
    if (!options.counters()) {
      counters = Counters.ZERO;
    }
    if (!table.name().isBuiltIn(chain)) {
      CommandReader.requireChainName(words, word);
      if (!policyWord.text().equals("-")) {
        throw words.error(policyWord, "a user's chain has no policy; expected -");
      }
      if (!options.flush() && table.has(chain)) {
        table.flush(chain);
      } else {
        table.create(chain);
      }
      if (dump) {
        table.setCounters(chain, counters);
      }
      return;
    }
    if (dump) {
      table.addBuiltIn(chain);
    }
    if (!policyWord.text().equals("-")) {
      table.setPolicy(chain, CommandReader.policy(words, policyWord), counters);
    }
  }

  private static Counters counters(Words words, Word word) {
    String text = word.text();
    int colon = text.indexOf(':');
    try {
      if (text.startsWith("[") && text.endsWith("]") && colon > 0) {
        return new Counters(
            Long.parseUnsignedLong(text.substring(1, colon)),
            Long.parseUnsignedLong(text.substring(colon + 1, text.length() - 1)));
      }
    } catch (NumberFormatException tooBig) {
      // Said below, without the digits, which may be many.
    }
    throw words.error(word, "expected counters such as [0:0]");
  }

  private void commit(TableEditor table) {
    ruleSet = ruleSet.with(table.commit(), dump);
    editor = null;
  }

  /** Runs one command on one table. */
  static RuleSet command(RuleSet ruleSet, String command) {
    Words words = Words.split(command, 0, command.length(), 1);
    TableName name = TableName.FILTER;
    if (words.hasNext() && List.of("-t", "--table").contains(words.peek().text())) {
      words.next("-t");
      Word word = words.next("a table");
      name = TableName.byText(word.text())
          .orElseThrow(() -> words.error(word, "expected a table such as nat"));
    }
    TableName table = name;
    TableEditor editor = new TableEditor(ruleSet.table(table).orElseGet(() -> Table.fresh(table)));
    try {
      new CommandReader(words, ruleSet.family(), editor, Counters.ZERO).run();
      return ruleSet.with(editor.commit(), false);
    } catch (RuleException e) {
      throw e.at(1);
    }
  }
}
