package dev.hairpin.iptables;

import dev.hairpin.iptables.Words.Word;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A match or a target while its options are being read. */
final class Draft {

  /** An option as it was given, under its first name. */
  record Option(String name, boolean inverted, List<Word> values, Word word) {
    Word value() {
      return values.get(0);
    }
  }

  private final String name;
  private final Word word;
  private final List<Option> options = new ArrayList<>();
  private final @Nullable ExtensionSyntax syntax;
  private boolean unknown;

  /** Begins a match or target; without syntax it is one that the model does not know. */
  Draft(String name, Word word, @Nullable ExtensionSyntax syntax) {
    this.name = name;
    this.word = word;
    this.syntax = syntax;
    this.unknown = syntax == null;
  }

  String name() {
    return name;
  }

  Word word() {
    return word;
  }

  boolean isUnknown() {
    return unknown;
  }

  List<Option> options() {
    return options;
  }

  @Nullable
  Option option(String optionName) {
    for (Option option : options) {
      if (option.name.equals(optionName)) {
        return option;
      }
    }
    return null;
  }

  boolean has(String optionName) {
    return option(optionName) != null;
  }

  /** Takes an option and its values, if it is one of this match or target. */
  boolean take(Word option, boolean inverted, Words words) {
    String text = option.text().substring(2);
    ExtensionSyntax.@Nullable Option known = syntax == null ? null : syntax.option(text);
    if (known == null) {
      if (!unknown) {
        return false;
      }
      options.add(new Option(text, inverted, wordsToNextOption(words), option));
      return true;
    }
    if (known.arity() < 0) {
      unknown = true;
      options.add(new Option(text, inverted, wordsToNextOption(words), option));
      return true;
    }
    if (has(known.name())) {
      throw words.error(option, option.text() + " is given twice");
    }
    if (inverted && !known.invertible()) {
      throw words.error(option, option.text() + " cannot be inverted");
    }
    List<Word> values = new ArrayList<>(known.arity());
    for (int i = 0; i < known.arity(); i++) {
      values.add(words.next("a value of " + option.text()));
    }
    options.add(new Option(known.name(), inverted, values, option));
    return true;
  }

  private static List<Word> wordsToNextOption(Words words) {
    List<Word> values = new ArrayList<>();
    while (words.hasNext() && !words.peek().isOption() && !words.peek().isNot()) {
      values.add(words.next("a word"));
    }
    return values;
  }

  /** The options as text, for a match or target that the model does not know. */
  String optionText() {
    StringBuilder out = new StringBuilder();
    for (Option option : options) {
      if (!out.isEmpty()) {
        out.append(' ');
      }
      out.append(option.inverted ? "! --" : "--").append(option.name);
      for (Word value : option.values) {
        out.append(' ');
        if (value.quoted()) {
          out.append('"')
              .append(value.text().replace("\\", "\\\\").replace("\"", "\\\""))
              .append('"');
        } else {
          out.append(value.text());
        }
      }
    }
    return out.toString();
  }
}
