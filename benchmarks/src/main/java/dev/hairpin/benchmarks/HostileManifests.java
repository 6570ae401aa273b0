package dev.hairpin.benchmarks;

import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How soon a hostile file is refused, beside a file of the same size that is no more than read.
 *
 * <p>Single shots of a fresh JVM count as well as the mean: {@code -bm ss -wi 0 -i 1 -f 5} shows
 * what a program pays that reads one such file.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class HostileManifests {
  private static final int SIZE = 50 << 20;

  /** What is in the file. */
  public enum Content {
    /** Lists of aliases of a list, in one document. */
    ALIASES,
    /** Documents of which each unfolds a little. */
    MANY_DOCUMENTS,
    /** One object without end. */
    ONE_OBJECT,
    /** A text of one value. */
    ONE_VALUE,
    /** Lines of comment. */
    COMMENTS,
    /** Brackets within brackets. */
    NESTED,
    /** Random octets. */
    JUNK
  }

  /** What is in the file. */
  @Param
  public Content content = Content.ALIASES;

  private Path file = Path.of("");

  /** Writes the file of 50 MiB. */
  @Setup(Level.Trial)
  public void write() throws IOException {
    file = Files.createTempFile("hostile", ".yaml");
    Files.write(file, octets(content));
  }

  private static byte[] octets(Content content) {
    byte[] text = switch (content) {
      case ALIASES -> text("- &a [" + "x,".repeat(26) + "x]\n", "- [" + "*a,".repeat(19) + "*a]\n");
      case MANY_DOCUMENTS ->
        text(
            "",
            "---\nkind: X\na: &a [" + "x,".repeat(60) + "x]\nb: &b [" + "*a,".repeat(60)
                + "*a]\nc: [*b,*b,*b,*b,*b]\n");
      case ONE_OBJECT ->
        text("apiVersion: v1\nkind: X\nspec:\n", "- {a: b, c: [1, 2, 3], d: \"efg\"}\n");
      case ONE_VALUE -> text("a: |\n", "  one line of text\n");
      case COMMENTS -> text("", "# one line of a comment\n");
      case NESTED -> text("a: ", "[");
      case JUNK -> new byte[SIZE];
    };
    if (content == Content.JUNK) {
      new SplittableRandom(1).nextBytes(text);
    }
    return text;
  }

  private static byte[] text(String begin, String line) {
    return (begin + line.repeat(SIZE / line.length())).getBytes(StandardCharsets.UTF_8);
  }

  /** Deletes the file. */
  @TearDown(Level.Trial)
  public void delete() throws IOException {
    Files.delete(file);
  }

  /**
   * Reads the file up to its refusal.
   *
   * @return the refusal
   */
  @Benchmark
  public ManifestException refused() {
    try {
      throw new IllegalStateException(
          "read: " + Manifests.load(file).manifests().size());
    } catch (ManifestException e) {
      return e;
    }
  }

  /**
   * The baseline: reads all octets of the file and looks at none.
   *
   * @return how many there were
   */
  @Benchmark
  public long octetsRead() {
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        total += count;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return total;
  }
}
