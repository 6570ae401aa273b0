package dev.hairpin.manifest;

import org.jspecify.annotations.Nullable;

/** A manifest cannot be read: where, and what was expected. */
public final class ManifestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final @Nullable String origin;
  private final int document;
  private final int line;
  private final String path;
  private final String problem;

  /**
   * A problem at a place of a text.
   *
   * @param origin the file, or what else the text came from; null if it is not known
   * @param document the number of the document in the file, from 1; 0 if it is not known
   * @param line the line, from 1; 0 if it is not known
   * @param path the field path such as {@code spec.ports[0].port}; empty for the whole document
   * @param problem what is wrong and what was expected
   */
  public ManifestException(
      @Nullable String origin, int document, int line, String path, String problem) {
    super(text(origin, document, line, path, problem));
    this.origin = origin;
    this.document = document;
    this.line = line;
    this.path = path;
    this.problem = problem;
  }

  /**
   * A problem in a tree of which no text is known.
   *
   * @param path the field path
   * @param problem what is wrong and what was expected
   */
  ManifestException(String path, String problem) {
    this(null, 0, 0, path, problem);
  }

  private static String text(
      @Nullable String origin, int document, int line, String path, String problem) {
    StringBuilder text = new StringBuilder();
    if (origin != null) {
      text.append(origin).append(": ");
    }
    if (document > 0) {
      text.append("document ").append(document).append(line > 0 ? ", " : ": ");
    }
    if (line > 0) {
      text.append("line ").append(line).append(": ");
    }
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append(problem).toString();
  }

  /**
   * The file.
   *
   * @return the file, or what else the text came from; null if it is not known
   */
  public @Nullable String origin() {
    return origin;
  }

  /**
   * The document.
   *
   * @return its number in the file, from 1; 0 if it is not known
   */
  public int document() {
    return document;
  }

  /**
   * The line.
   *
   * @return its number in the file, from 1; 0 if it is not known
   */
  public int line() {
    return line;
  }

  /**
   * The field.
   *
   * @return the path, such as {@code spec.ports[0].port}; empty for the whole document
   */
  public String path() {
    return path;
  }

  /**
   * What is wrong.
   *
   * @return the sentence without the place
   */
  public String problem() {
    return problem;
  }
}
