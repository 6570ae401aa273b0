package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Service;
import dev.hairpin.path.trace.Trace;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/**
 * The pictures of the retail store are well-formed, and the page works in a real browser; what they
 * show {@link PrintedTest} holds. Where Chromium is not installed the browser is skipped, unless
 * {@code HAIRPIN_BROWSER_TESTS=required}.
 */
class StorePicturesTest {
  private static final Cluster STORE = Clusters.store();
  private static final Trace TRACE = STORE.fork().from("internet").to(url());

  private static String url() {
    Service nlb = STORE.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    return "http://" + nlb.loadBalancer().get(0).hostname();
  }

  @Test
  void drawingsAreWellFormed() throws Exception {
    for (String svg : List.of(TRACE.toSvg(), STORE.topology().toSvg())) {
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)));
    }
  }

  @Test
  void aBrowserStepsThroughThePage(@TempDir Path folder) throws Exception {
    Path chromium = chromium();
    String page = TRACE.toHtml();
    int cards = page.split("<li><h2", -1).length - 1;

    assertThat(dom(chromium, folder, page))
        .contains("<body class=\"stepping\">", "1 of " + cards)
        .contains("<li class=\"now\"><h2>1. 203.0.113.7</h2>");
    String right = "document.dispatchEvent(new KeyboardEvent(\"keydown\", {key: \"ArrowRight\"}));";
    assertThat(dom(chromium, folder, with(page, right.repeat(2))))
        .contains("3 of " + cards)
        .contains("<li class=\"now\"><h2>3. load balancer NLB");
    assertThat(dom(chromium, folder, with(page, right.repeat(100))))
        .contains(cards + " of " + cards)
        .contains("<li class=\"now\"><h2 class=\"delivered\">DELIVERED ui/ui-");
    assertThat(dom(chromium, folder, with(page, "document.getElementById(\"back\").click();")))
        .contains("1 of " + cards);
  }

  private static String with(String page, String script) {
    return page.replace("</body>", "<script>" + script + "</script></body>");
  }

  private static Path chromium() {
    Optional<Path> found = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser")
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
    if ("required".equals(System.getenv("HAIRPIN_BROWSER_TESTS"))) {
      assertThat(found).as("a browser, which is required here").isPresent();
    }
    assumeThat(found).as("chromium is not installed").isPresent();
    return found.orElseThrow();
  }

  /** The page as it is after its scripts ran. */
  private static String dom(Path chromium, Path folder, String page)
      throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("page.html"), page);
    Path out = folder.resolve("dom.html");
    Process process = new ProcessBuilder(
            chromium.toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--user-data-dir=" + folder.resolve("profile"),
            "--dump-dom",
            file.toUri().toString())
        .redirectOutput(out.toFile())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("the browser ended").isTrue();
    return Files.readString(out, StandardCharsets.UTF_8);
  }
}
