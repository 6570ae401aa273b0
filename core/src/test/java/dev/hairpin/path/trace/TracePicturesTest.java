package dev.hairpin.path.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures show what a trace holds, and whatever names it holds stay text. */
class TracePicturesTest {
  private static final FiveTuple BEFORE = packet("10.0.0.1", 40000, "172.20.0.9", 80);
  private static final FiveTuple AFTER = packet("10.0.0.1", 40000, "10.0.1.7", 8080);

  private static FiveTuple packet(String source, int sourcePort, String destination, int port) {
    return new FiveTuple(
        Protocol.TCP,
        new SocketAddress(IpAddress.parse(source), sourcePort),
        new SocketAddress(IpAddress.parse(destination), port));
  }

  private static Trace trace(String words) {
    Step rule = new Step.RuleMatched(
        "nat", "KUBE-SEP-X", 2, 2, 1, "-A KUBE-SEP-X -j DNAT " + words, "DNAT " + words, words);
    Hop first = new Hop(words, "", BEFORE, BEFORE, "SYN", List.of(new Step.Note(words)));
    Hop second = new Hop(
        "node n1",
        "PREROUTING",
        BEFORE,
        AFTER,
        "SYN",
        List.of(
            rule,
            new Step.Translated(Step.Rewrite.DNAT, BEFORE.destination(), AFTER.destination())));
    Hop third = new Hop("ui/" + words, "", AFTER, AFTER, "SYN", List.of());
    Outcome outcome = new Outcome(
        Verdict.DELIVERED,
        Reason.DELIVERED,
        "an answer",
        "",
        null,
        "ui/" + words,
        AFTER.destination(),
        AFTER.source(),
        null,
        null);
    return new Trace(words, List.of(first, second, third), List.of(), outcome, null);
  }

  @Test
  void thePageShowsEachHostTheMatchingRuleAndWhatChanged() {
    String page = trace("web").toHtml();

    assertThat(page)
        .contains("<h2>1. web</h2>", "<h2>2. node n1</h2>", "<h2>3. ui/web</h2>")
        .contains("<code class=\"rule decides\">-A KUBE-SEP-X -j DNAT web</code>")
        .contains("10.0.0.1:40000 &gt; <mark>*10.0.1.7:8080*</mark>")
        .contains("DELIVERED ui/web");
    assertThat(page.replace("xmlns=\"http://www.w3.org/2000/svg\"", ""))
        .as("nothing is fetched")
        .doesNotContain("http://", "https://", "src=", "@import", "url(");
  }

  @Test
  void theSequenceDiagramHasAParticipantForEachHostAndAnArrowForEachWay() {
    assertThat(trace("web").toMermaid()).isEqualTo("""
        sequenceDiagram
          participant H0 as web
          participant H1 as node n1
          participant H2 as ui/web
          H0->>H1: 10.0.0.1:40000 #gt#59; 172.20.0.9:80  SYN
          Note over H1: KUBE-SEP-X[2] DNAT web<br/>DNAT  172.20.0.9:80 -#gt#59; 10.0.1.7:8080
          H1->>H2: 10.0.0.1:40000 #gt#59; 10.0.1.7:8080  SYN
        """.replace("#gt#59;", "#gt;"));
  }

  @Test
  void theDrawingHasALaneForEachHost() {
    String svg = trace("web").toSvg();

    assertThat(svg).contains(">n1</text>", "DNAT *10.0.1.7:8080*", "DELIVERED");
  }

  @Test
  void aPageIsWrittenToAFile(@TempDir Path folder) throws IOException {
    Path file = trace("web").toHtml(folder.resolve("trace.html"));

    assertThat(Files.readString(file)).isEqualTo(trace("web").toHtml());
  }

  @Property(tries = 200)
  void noNameGetsOutOfItsPlace(@ForAll String words) {
    String hostile = "</title><script>alert(1)</script>\"'--><img onerror=x>" + words;
    Trace trace = trace(hostile);

    assertThat(trace.toHtml()).doesNotContain("<script>alert", "<img").containsOnlyOnce("<script>");
    assertThat(trace.toSvg()).doesNotContain("<script", "<img");
  }

  @Property(tries = 200)
  void noNameAddsALineToADiagram(@ForAll String words) {
    long lines = trace("web").toMermaid().lines().count();

    assertThat(
            trace("a\n  H0->>H1: forged;H1->>H0: " + words).toMermaid().lines().count())
        .isEqualTo(lines);
  }

  @Test
  void noNameMovesTheCursorOfATerminal() {
    assertThat(trace("\u001b[2J\u0007x\r").toString())
        .contains("\\x1b[2J\\x07x\\x0d")
        .doesNotContain("\u001b", "\u0007", "\r");
  }
}
