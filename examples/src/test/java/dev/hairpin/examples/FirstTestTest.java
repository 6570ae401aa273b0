package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.hairpin.examples.console.Shell;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The project that the README lets its readers copy: what it says compiles, and passes. */
class FirstTestTest {
  private static final Path PROJECT = Path.of("first-test");

  @Test
  void itsTestsPass(@TempDir Path classes) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-d", classes.toString(), "-cp", Shell.classPath());
      Path source = PROJECT.resolve("src/test/java/shop/ShopTest.java");
      assertThat(compiler
              .getTask(null, files, null, options, null, files.getJavaFileObjects(source))
              .call())
          .isTrue();
    }
    URL[] places = {
      classes.toUri().toURL(),
      new File(PROJECT.toFile(), "src/test/resources").toURI().toURL()
    };
    try (URLClassLoader loader = new URLClassLoader(places, getClass().getClassLoader())) {
      EngineTestKit.engine("junit-jupiter")
          .selectors(selectClass(loader.loadClass("shop.ShopTest")))
          .execute()
          .testEvents()
          .assertStatistics(s -> s.started(3).succeeded(3));
    }
  }

  @Test
  void itAsksForTheVersionsThatAreTestedHere() throws Exception {
    String own = Files.readString(Path.of("../pom.xml"));
    String copied = Files.readString(PROJECT.resolve("pom.xml"));

    assertThat(first("<hairpin.version>(.*)</hairpin.version>", copied))
        .isEqualTo(
            first("<artifactId>hairpin-parent</artifactId>\\s*<version>(.*)</version>", own));
    for (String library : List.of("junit", "assertj")) {
      String version = "<" + library + ".version>(.*)</" + library + ".version>";
      assertThat(first(version, copied)).isEqualTo(first(version, own));
    }
  }

  private static String first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
