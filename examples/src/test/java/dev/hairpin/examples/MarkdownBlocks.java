package dev.hairpin.examples;

import java.util.ArrayList;
import java.util.List;

/**
 * The fenced blocks of a Markdown text.
 *
 * @param language the word after the opening fence; may be empty
 * @param note the HTML comment on the line before the fence, without its marks; may be empty
 * @param lines the lines between the fences
 * @param line the number of the opening fence, from 1
 */
record MarkdownBlocks(String language, String note, List<String> lines, int line) {

  static List<MarkdownBlocks> of(String markdown) {
    List<MarkdownBlocks> blocks = new ArrayList<>();
    List<String> all = markdown.lines().toList();
    for (int i = 0; i < all.size(); i++) {
      if (!all.get(i).startsWith("```")) {
        continue;
      }
      int begin = i + 1;
      int end = begin;
      while (!all.get(end).equals("```")) {
        end++;
      }
      String before = i == 0 ? "" : all.get(i - 1);
      String note = before.startsWith("<!-- ") && before.endsWith(" -->")
          ? before.substring(5, before.length() - 4)
          : "";
      blocks.add(new MarkdownBlocks(
          all.get(i).substring(3).strip(), note, List.copyOf(all.subList(begin, end)), i + 1));
      i = end;
    }
    return blocks;
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }
}
