package dev.hairpin.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever interrupts a sweep, it goes on where it was. */
class SweepInterruptionTest {
  private static final Sweep SWEEP = SweepTest.sweep(3, 2);
  private static final SweepResult WHOLE = SweepRunner.onAllCores().threads(1).run(SWEEP);
  private static final String LINES = lines();

  enum Kind {
    /** Somebody asks it to stop. */
    STOPPED,
    /** The thread that runs it is interrupted. */
    INTERRUPTED,
    /** The program is killed while it writes a line. */
    KILLED
  }

  /**
   * An interruption.
   *
   * @param kind what happens
   * @param after so many cells of this run
   * @param threads how many threads work
   * @param octets how much of the next line is written, if it is killed
   */
  record Interruption(Kind kind, int after, int threads, int octets) {}

  /** The rows of a file that nobody interrupted. */
  private static String lines() {
    StringBuilder all = new StringBuilder();
    WHOLE.rows().values().forEach(row -> all.append(SweepFile.print(row)));
    return all.toString();
  }

  @Property(tries = 40)
  void aSweepThatIsInterruptedAnywhereLosesNoFinishedCellAndEndsWithTheSameFile(
      @ForAll("interruptions") List<Interruption> interruptions) throws IOException {
    Path file = Files.createTempFile("hairpin", ".sweep");
    Set<Integer> finished = new TreeSet<>();
    boolean inOrder = true;
    try {
      for (Interruption what : interruptions) {
        SweepResult part = run(what, file);
        assertThat(part.rows().keySet()).containsAll(finished);
        finished.addAll(part.rows().keySet());
        assertThat(SweepFile.read(file, SWEEP, SweepTest.base())).isEqualTo(part);
        if (what.kind == Kind.KILLED && finished.size() < SWEEP.cells()) {
          String next = SweepFile.print(row(missing(finished)));
          Files.writeString(
              file,
              next.substring(0, Math.min(what.octets, next.length() - 1)),
              StandardOpenOption.APPEND);
        }
        inOrder &= what.threads == 1;
      }
      List<Integer> told = Collections.synchronizedList(new ArrayList<>());
      SweepResult resumed = SweepRunner.onAllCores()
          .threads(1)
          .keepingIn(file)
          .telling((done, of) -> told.add(done))
          .run(SWEEP);

      assertThat(resumed).isEqualTo(WHOLE);
      assertThat(told).hasSize(SWEEP.cells() - finished.size() + (finished.isEmpty() ? 0 : 1));
      String text = Files.readString(file, StandardCharsets.UTF_8);
      String rows = text.substring(text.indexOf('\n') + 1);
      assertThat(rows.lines().sorted().toList())
          .isEqualTo(LINES.lines().sorted().toList());
      assertThat(!inOrder || rows.equals(LINES)).isTrue();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Works off some cells until it is interrupted; the rows are those that were found finished. */
  private static SweepResult run(Interruption what, Path file) {
    Thread caller = Thread.currentThread();
    AtomicInteger done = new AtomicInteger();
    SweepRunner runner = SweepRunner.onAllCores()
        .threads(what.threads)
        .keepingIn(file)
        .telling((n, of) -> {
          if (what.kind == Kind.INTERRUPTED && done.incrementAndGet() >= what.after) {
            caller.interrupt();
          }
        });
    if (what.kind != Kind.INTERRUPTED) {
      runner = runner.stoppingWhen(() -> done.incrementAndGet() > what.after);
    } else if (what.after == 0) {
      caller.interrupt();
    }
    SweepResult part = runner.run(SWEEP);
    boolean interrupted = what.kind == Kind.INTERRUPTED && done.get() >= what.after;
    assertThat(Thread.interrupted()).isEqualTo(interrupted);
    return part;
  }

  private static int missing(Set<Integer> finished) {
    int cell = 0;
    while (finished.contains(cell)) {
      cell++;
    }
    return cell;
  }

  private static SweepRow row(int cell) {
    return WHOLE.rows().values().stream()
        .filter(row -> row.cell() == cell)
        .findFirst()
        .orElseThrow();
  }

  @Provide
  Arbitrary<List<Interruption>> interruptions() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(0, 400))
        .as(Interruption::new)
        .list()
        .ofMaxSize(3);
  }
}
