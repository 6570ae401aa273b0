package dev.hairpin.examples.tour;

import dev.hairpin.Cluster;
import dev.hairpin.examples.Clusters;

/** Tells the story, chapter by chapter, each in the state that the one before has left. */
public final class Tour {
  private final StringBuilder text = new StringBuilder();
  private int chapters;

  private Tour() {}

  /**
   * Tells the whole story.
   *
   * @return the text, the same bytes every time
   */
  public static String tell() {
    Tour tour = new Tour();
    Cluster cluster = Clusters.eks();
    new ClusterChapter(tour, cluster).tell();
    new EnvironmentChapter(tour, cluster).tell();
    new NamesChapter(tour, cluster).tell();
    new PathChapter(tour, cluster).tell();
    new NlbChapter(tour, cluster).tell();
    new AlbChapter(tour, cluster).tell();
    new PendingChapter(tour).tell();
    return tour.text.toString();
  }

  /** Begins a chapter. */
  Tour chapter(String title) {
    chapters++;
    if (chapters > 1) {
      text.append('\n');
    }
    String head = chapters + ". " + title;
    text.append(head).append('\n').append("=".repeat(head.length())).append("\n\n");
    return this;
  }

  /** Says something in a paragraph of its own. */
  Tour say(String sentence) {
    text.append(sentence).append("\n\n");
    return this;
  }

  /** Shows what a person would type. */
  Tour command(String command) {
    text.append("$ ").append(command).append('\n');
    return this;
  }

  /** Shows what comes back, and a blank line. */
  Tour show(Object output) {
    String shown = output.toString();
    text.append(shown);
    if (!shown.endsWith("\n")) {
      text.append('\n');
    }
    text.append('\n');
    return this;
  }
}
