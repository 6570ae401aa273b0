package dev.hairpin.iptables;

import dev.hairpin.iptables.RuleException.Reason;
import dev.hairpin.iptables.Words.Word;
import dev.hairpin.net.IpFamily;
import java.util.List;

/** Reads one command of iptables and makes its change. */
final class CommandReader {
  private final Words words;
  private final IpFamily family;
  private final TableEditor table;
  private final Counters counters;

  CommandReader(Words words, IpFamily family, TableEditor table, Counters counters) {
    this.words = words;
    this.family = family;
    this.table = table;
    this.counters = counters;
  }

  void run() {
    Word command = words.next("a command such as -A");
    switch (command.text()) {
      case "-A", "--append" -> {
        String chain = chain();
        for (Rule rule : rules()) {
          table.append(chain, rule);
        }
      }
      case "-I", "--insert" -> {
        String chain = chain();
        int position = isNumber() ? number() : 1;
        for (Rule rule : rules()) {
          table.insert(chain, position, rule);
        }
      }
      case "-R", "--replace" -> {
        String chain = chain();
        int position = number();
        List<Rule> rules = rules();
        if (rules.size() != 1) {
          throw words.error(command, "a rule can be replaced by one rule only");
        }
        table.replace(chain, position, rules.get(0));
      }
      case "-D", "--delete" -> {
        String chain = chain();
        if (isNumber()) {
          table.delete(chain, number());
        } else {
          for (Rule rule : rules()) {
            table.delete(chain, rule);
          }
        }
      }
      case "-C", "--check" -> {
        String chain = chain();
        for (Rule rule : rules()) {
          if (table.positionOf(chain, rule) == 0) {
            throw words.error(Reason.NOT_FOUND, command, "chain " + chain + " has no rule " + rule);
          }
        }
      }
      case "-N", "--new-chain" -> {
        Word word = words.next("a chain");
        requireChainName(words, word);
        table.create(word.text());
      }
      case "-X", "--delete-chain" -> deleteChains();
      case "-F", "--flush" -> {
        if (words.hasNext()) {
          table.flush(chain());
        } else {
          table.chainNames().forEach(table::flush);
        }
      }
      case "-Z", "--zero" -> {
        if (words.hasNext()) {
          table.zero(chain());
        } else {
          table.chainNames().forEach(table::zero);
        }
      }
      case "-P", "--policy" -> {
        Word chain = words.next("a built-in chain");
        if (!table.name().isBuiltIn(chain.text())) {
          throw words.error(
              Reason.NOT_FOUND, chain, "\"" + chain.text() + "\" is no built-in chain");
        }
        table.setPolicy(chain.text(), policy(words, words.next("a policy")), Counters.ZERO);
      }
      case "-E", "--rename-chain" -> {
        String chain = chain();
        Word newName = words.next("a new name");
        requireChainName(words, newName);
        table.rename(chain, newName.text());
      }
      default ->
        throw words.error(
            command,
            "expected a command such as -A, found \""
                + ValueReader.shortened(command.text())
                + "\"");
    }
    if (words.hasNext()) {
      throw words.error(words.peek(), "expected the end of the line");
    }
  }

  private void deleteChains() {
    if (words.hasNext()) {
      table.deleteChain(chain());
      return;
    }
    for (String chain : table.chainNames()) {
      if (!table.name().isBuiltIn(chain)) {
        table.deleteChain(chain);
      }
    }
  }

  private String chain() {
    Word word = words.next("a chain");
    if (!table.has(word.text())) {
      throw words.error(
          Reason.NOT_FOUND,
          word,
          "there is no chain \""
              + ValueReader.shortened(word.text())
              + "\" in table "
              + table.name());
    }
    return word.text();
  }

  private List<Rule> rules() {
    return new RuleReader(
            words, family, name -> table.has(name) && !table.name().isBuiltIn(name), counters)
        .read();
  }

  private boolean isNumber() {
    return words.hasNext()
        && !words.peek().text().isEmpty()
        && words.peek().text().chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private int number() {
    Word word = words.next("the number of a rule");
    return (int) new ValueReader(words, family).number(word, 1, Integer.MAX_VALUE, "a number");
  }

  static Policy policy(Words words, Word word) {
    return switch (word.text()) {
      case "ACCEPT" -> Policy.ACCEPT;
      case "DROP" -> Policy.DROP;
      default -> throw words.error(word, "expected the policy ACCEPT or DROP");
    };
  }

  static void requireChainName(Words words, Word word) {
    String name = word.text();
    boolean legal = !name.isEmpty()
        && name.length() <= Chain.MAX_NAME_LENGTH
        && name.charAt(0) != '-'
        && name.charAt(0) != '!'
        && name.chars().noneMatch(Character::isWhitespace);
    if (!legal) {
      throw words.error(
          word,
          "expected a chain's name, at most "
              + Chain.MAX_NAME_LENGTH
              + " characters without blanks, not beginning with - or !");
    }
  }
}
