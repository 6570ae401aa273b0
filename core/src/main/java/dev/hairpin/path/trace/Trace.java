package dev.hairpin.path.trace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A question about the network, and the way of its first packet and of the answer.
 *
 * @param question what was asked, such as {@code catalog-1 (10.0.10.77, node a) calls http://ui.ui}
 * @param hops the way of the first packet
 * @param reply the way of what came back: the first answer, a RST or an ICMP error; empty if
 *     nothing was sent back
 * @param outcome the end
 * @param probability how likely this way was among all, or null if it was not computed
 * @param explanation why it ended so, with a look at the cluster of the time, or null if nobody
 *     looked; see {@link #explain}
 */
public record Trace(
    String question,
    List<Hop> hops,
    List<Hop> reply,
    Outcome outcome,
    @Nullable Fraction probability,
    @Nullable Explanation explanation) {

  /** Takes copies of the hops. */
  public Trace {
    hops = List.copyOf(hops);
    reply = List.copyOf(reply);
  }

  /**
   * A trace that nobody has explained.
   *
   * @param question what was asked
   * @param hops the way of the first packet
   * @param reply the way of what came back
   * @param outcome the end
   * @param probability how likely this way was among all, or null if it was not computed
   */
  public Trace(
      String question,
      List<Hop> hops,
      List<Hop> reply,
      Outcome outcome,
      @Nullable Fraction probability) {
    this(question, hops, reply, outcome, probability, null);
  }

  /**
   * Why it ended as it did, and what to do about it.
   *
   * @return the explanation; prints as a card
   */
  public Explanation explain() {
    return explanation == null ? Explanation.of(outcome) : explanation;
  }

  /**
   * The same trace, explained.
   *
   * @param why why it ended so
   * @return a copy
   */
  public Trace explainedBy(Explanation why) {
    return new Trace(question, hops, reply, outcome, probability, why);
  }

  /**
   * The same trace with its probability.
   *
   * @param p how likely this way was among all
   * @return a copy
   */
  public Trace withProbability(Fraction p) {
    return new Trace(question, hops, reply, outcome, p, explanation);
  }

  /**
   * The same trace for another question, with hops before its own, as a load balancer adds them.
   *
   * @param newQuestion the question
   * @param before the hops that came before
   * @return a copy
   */
  public Trace after(String newQuestion, List<Hop> before) {
    List<Hop> all = new java.util.ArrayList<>(before);
    all.addAll(hops);
    return new Trace(newQuestion, all, reply, outcome, probability, explanation);
  }

  /**
   * The first step of a kind on the way of the first packet.
   *
   * @param type the kind
   * @param <T> the kind
   * @return the step, or nothing
   */
  public <T extends Step> Optional<T> first(Class<T> type) {
    return hops.stream()
        .flatMap(h -> h.steps().stream())
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /**
   * A sequence diagram for Mermaid, which GitHub and others draw in issues and documents.
   *
   * @return the diagram, to be put between fences named {@code mermaid}
   */
  public String toMermaid() {
    return TraceMermaid.print(this);
  }

  /**
   * A drawing with a lane for each host.
   *
   * @return an SVG file's text
   */
  public String toSvg() {
    return TraceSvg.draw(this).toString();
  }

  /**
   * A page to step through with buttons or arrow keys: the lanes, and for each host the packet, the
   * rules that matched and what they did, the reply included.
   *
   * @return a page that needs nothing from the network
   */
  public String toHtml() {
    return TracePage.print(this);
  }

  /**
   * Writes {@link #toHtml()} to a file.
   *
   * @param file the file; it is overwritten
   * @return the file
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public Path toHtml(Path file) {
    try {
      return Files.writeString(file, toHtml());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** The picture, as {@link TraceText} draws it: 80 columns, the same bytes every time. */
  @Override
  public String toString() {
    return TraceText.print(this);
  }
}
