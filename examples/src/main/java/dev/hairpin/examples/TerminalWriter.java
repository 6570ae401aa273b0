package dev.hairpin.examples;

import dev.hairpin.render.Escape;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;

/**
 * The way from a command to the terminal: whatever names, texts and errors hold, nothing but words
 * gets through.
 */
final class TerminalWriter extends FilterWriter {
  private static final String LINE_END = System.lineSeparator();

  TerminalWriter(Writer out) {
    super(out);
  }

  /** Prints to a stream in the terminal's charset, and flushes after each line. */
  static PrintWriter of(OutputStream stream) {
    return new PrintWriter(
        new TerminalWriter(new OutputStreamWriter(stream, Charset.defaultCharset())), true);
  }

  @Override
  public void write(int c) throws IOException {
    out.write(Escape.terminal(Character.toString(c)));
  }

  @Override
  public void write(char[] text, int offset, int length) throws IOException {
    write(new String(text, offset, length), 0, length);
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    String part = text.substring(offset, offset + length);
    // what println ends a line with, which is more than a line feed on some systems
    out.write(part.equals(LINE_END) ? part : Escape.terminal(part));
  }
}
