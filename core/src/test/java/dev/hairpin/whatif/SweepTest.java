package dev.hairpin.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
  private static final String WEB = """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default}
      spec:
        replicas: 4
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: web, ports: [{containerPort: 80}]}]
      """;

  private static final Cluster BASE = base();

  @TempDir
  Path dir;

  static Cluster base() {
    Cluster cluster = Cluster.builder().kubeadm(4).seed(7).build();
    cluster.apply(WEB);
    return cluster;
  }

  static Sweep sweep(int scenarios, int seeds) {
    String target = base().pod("default/web").podIps().get(0) + ":80";
    List<Scenario> all = new ArrayList<>();
    for (int i = 0; i < scenarios; i++) {
      all.add(Scenario.named("lose " + i % 4 + ", traffic x" + i)
          .with(new Delta.LoseNodes(i % 4))
          .times(i));
    }
    return new Sweep(
        SweepTest::base,
        List.of(Traffic.between("node/node-1", target).perSecond(100).named("calls")),
        Limits.DEFAULT,
        all,
        seeds,
        1);
  }

  @Test
  void threadsAndShardsDoNotChangeADigit() {
    Sweep sweep = sweep(6, 3);
    SweepResult one = SweepRunner.onAllCores().threads(1).run(sweep);
    SweepResult three = SweepRunner.onAllCores().threads(3).run(sweep);
    SweepResult second = SweepRunner.onAllCores().shard(2, 2).run(sweep);
    SweepResult first = SweepRunner.onAllCores().shard(1, 2).run(sweep);

    assertThat(one.rows()).hasSize(18);
    assertThat(three).isEqualTo(one);
    assertThat(second.merge(first)).isEqualTo(one);
    assertThat(second.merge(first).toCsv()).isEqualTo(one.toCsv());
    assertThat(one.table(Metric.CONNTRACK).rows()).hasSize(6);
  }

  @Test
  void aStoppedSweepLosesNoFinishedCellAndGoesOnWithTheOthers() throws IOException {
    Sweep sweep = sweep(5, 2);
    Path file = dir.resolve("sweep.txt");
    SweepResult whole = SweepRunner.onAllCores().run(sweep);
    AtomicInteger asked = new AtomicInteger();
    SweepResult part = SweepRunner.onAllCores()
        .threads(1)
        .keepingIn(file)
        .stoppingWhen(() -> asked.incrementAndGet() > 4)
        .run(sweep);
    List<Integer> progress = Collections.synchronizedList(new ArrayList<>());
    SweepResult resumed = SweepRunner.onAllCores()
        .keepingIn(file)
        .telling((done, of) -> progress.add(done))
        .run(sweep);

    assertThat(part.rows()).hasSize(4);
    assertThat(resumed).isEqualTo(whole);
    assertThat(progress).containsExactly(4, 5, 6, 7, 8, 9, 10);
    assertThat(SweepFile.read(file, sweep, BASE)).isEqualTo(whole);
    assertThat(Files.readAllLines(file)).hasSize(11);
  }

  @Test
  void aFailingCellIsToldAndTheFinishedOnesStay() {
    Sweep good = sweep(3, 1);
    List<Scenario> scenarios = new ArrayList<>(good.scenarios());
    scenarios.add(Scenario.named("bad").losingNode("nod-1"));
    Sweep sweep =
        new Sweep(good.base(), good.traffic(), good.limits(), scenarios, 1, good.firstSeed());
    Path file = dir.resolve("failing.txt");

    assertThatThrownBy(() -> SweepRunner.onAllCores().threads(1).keepingIn(file).run(sweep))
        .hasMessage("no node \"nod-1\"; did you mean \"node-1\"?");
    assertThat(SweepFile.read(file, sweep, BASE).rows()).containsOnlyKeys(0, 1, 2);
  }

  @Test
  void aFileThatWasCutAnywhereIsResumedExactlyOrRefused() throws IOException {
    Sweep sweep = sweep(3, 1);
    Path file = dir.resolve("whole.txt");
    SweepResult whole = SweepRunner.onAllCores().threads(1).keepingIn(file).run(sweep);
    byte[] bytes = Files.readAllBytes(file);
    int head = new String(bytes, StandardCharsets.UTF_8).indexOf('\n') + 1;
    Path cut = dir.resolve("cut.txt");
    for (int length = 1; length <= bytes.length; length++) {
      Files.write(cut, java.util.Arrays.copyOf(bytes, length));
      if (length < head) {
        assertThatThrownBy(() -> SweepFile.open(cut, sweep, BASE).close())
            .isInstanceOf(IllegalArgumentException.class)
            .message()
            .containsAnyOf("ends within its head, line 1", "is no file of a sweep: line 1");
        continue;
      }
      try (SweepFile open = SweepFile.open(cut, sweep, BASE)) {
        for (int cell = open.found().rows().size(); cell < 3; cell++) {
          open.append(Objects.requireNonNull(whole.rows().get(cell)));
        }
      }
      assertThat(Files.readAllBytes(cut)).isEqualTo(bytes);
    }
  }

  @Test
  void aDamagedFileAndOneOfAnotherSweepAreRefusedAndLeftAsTheyAre() throws IOException {
    Sweep sweep = sweep(3, 1);
    Path file = dir.resolve("damaged.txt");
    SweepRunner.onAllCores().threads(1).keepingIn(file).run(sweep);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(2, lines.get(2).replaceFirst("CONNTRACK=", "CONNTRACK=1"));
    Files.write(file, lines);
    byte[] before = Files.readAllBytes(file);

    assertThatThrownBy(() -> SweepFile.open(file, sweep, BASE))
        .hasMessage(file + ", line 3: the checksum does not fit the line, so the file was damaged;"
            + " delete the line to have its cell done again");
    assertThatThrownBy(() -> SweepFile.open(file, sweep(4, 1), BASE))
        .message()
        .startsWith(file + " is of another sweep: it has \"hairpin-sweep 2 ");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    Path text = Files.writeString(dir.resolve("text.txt"), "traffic:\n");
    assertThatThrownBy(() -> SweepFile.open(text, sweep, BASE))
        .hasMessage(
            text + " is no file of a sweep: line 1 does not begin with \"hairpin-sweep 2\"");
  }

  /** Between the start and the resumption of a sweep somebody changes the cluster. */
  @Test
  void aSweepIsNotResumedOnAClusterThatHasChanged() throws IOException {
    Sweep sweep = sweep(2, 1);
    Path file = dir.resolve("changed.txt");
    SweepRunner.onAllCores().threads(1).stoppingWhen(() -> true).keepingIn(file).run(sweep);
    byte[] before = Files.readAllBytes(file);
    Sweep changed = new Sweep(
        () -> {
          Cluster cluster = base();
          cluster.controllers().workloads().scale("Deployment", "default", "web", 5);
          return cluster.advance(Duration.ofMinutes(1));
        },
        sweep.traffic(),
        sweep.limits(),
        sweep.scenarios(),
        sweep.seeds(),
        sweep.firstSeed());

    assertThatThrownBy(() -> SweepRunner.onAllCores().keepingIn(file).run(changed))
        .message()
        .startsWith(file + " is of another base cluster, or it has changed: it has \"hairpin-sweep"
            + " 2 ");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThatThrownBy(() ->
            SweepRunner.onAllCores().run(sweep).merge(SweepRunner.onAllCores().run(changed)))
        .message()
        .startsWith("results of two sweeps cannot be merged: ");
  }

  @Test
  void twoCannotWriteOneFile() {
    Sweep sweep = sweep(1, 1);
    Path file = dir.resolve("locked.txt");
    try (SweepFile open = SweepFile.open(file, sweep, BASE)) {
      assertThat(open.found().rows()).isEmpty();
      assertThatThrownBy(() -> SweepFile.open(file, sweep, BASE))
          .hasMessage(file + " is being written by this program already");
    }
    assertThatCode(() -> SweepFile.open(file, sweep, BASE).close()).doesNotThrowAnyException();
  }

  @Test
  void nonsenseIsRefused() {
    Sweep good = sweep(2, 1);
    assertThatThrownBy(
            () -> new Sweep(good.base(), good.traffic(), good.limits(), good.scenarios(), 0, 1))
        .hasMessage("a sweep with 0 seeds does nothing");
    assertThatThrownBy(() -> new Sweep(good.base(), good.traffic(), good.limits(), List.of(), 1, 1))
        .hasMessage("a sweep has at least one scenario");
    assertThatThrownBy(() -> new Sweep(
            good.base(),
            good.traffic(),
            good.limits(),
            List.of(Scenario.named("x"), Scenario.named("x")),
            1,
            1))
        .hasMessage("scenario \"x\" is there twice");
    assertThatThrownBy(() -> new Sweep(
            good.base(), good.traffic(), good.limits(), good.scenarios(), Integer.MAX_VALUE, 1))
        .hasMessage("2 scenarios x 2147483647 seeds are more cells than can be numbered");
    assertThatThrownBy(() -> good.shard(3, 2))
        .hasMessage("shard 3/2 does not exist; shards count from 1/2");
    assertThatThrownBy(() -> SweepRunner.onAllCores().threads(0))
        .hasMessage("0 threads get nothing done");
  }

  @Test
  void aSweepAndItsResultsCanBeSentElsewhere() throws Exception {
    Sweep sweep = sweep(2, 1);
    Sweep sent = copied(sweep);
    SweepResult here = SweepRunner.onAllCores().run(sweep);

    assertThat(sent.fingerprint(base())).isEqualTo(sweep.fingerprint(BASE));
    assertThat(SweepRunner.onAllCores().run(sent)).isEqualTo(here);
    assertThat(copied(here)).isEqualTo(here);
  }

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // what was written a line before
  private static <T> T copied(T object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  // ---- laws

  @Property(tries = 200)
  void everyCellBelongsToExactlyOneShard(
      @ForAll @IntRange(min = 1, max = 40) int seeds, @ForAll @IntRange(min = 1, max = 12) int of) {
    Sweep sweep = sweepOfNothing(seeds);
    TreeSet<Integer> all = new TreeSet<>();
    int count = 0;
    for (int i = 1; i <= of; i++) {
      List<Integer> shard = sweep.shard(i, of);
      all.addAll(shard);
      count += shard.size();
      assertThat(shard.size()).isBetween(seeds / of, seeds / of + 1);
    }
    assertThat(count).isEqualTo(seeds);
    assertThat(all).hasSize(seeds);
  }

  private static Sweep sweepOfNothing(int seeds) {
    return new Sweep(
        SweepTest::base, List.of(), Limits.DEFAULT, List.of(Scenario.named("x")), seeds, 1);
  }

  @Property(tries = 200)
  void mergingIsAssociativeCommutativeAndIdempotent(
      @ForAll("rows") List<SweepRow> rows, @ForAll long seed) {
    Random random = new Random(seed);
    List<SweepResult> parts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List<SweepRow> part = rows.stream().filter(r -> random.nextBoolean()).toList();
      parts.add(SweepResult.of("f", part));
    }
    SweepResult a = parts.get(0);
    SweepResult b = parts.get(1);
    SweepResult c = parts.get(2);

    assertThat(a.merge(b)).isEqualTo(b.merge(a));
    assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
    assertThat(a.merge(a)).isEqualTo(a);
    assertThat(a.merge(b).merge(c).toCsv()).isEqualTo(c.merge(b).merge(a).toCsv());
    assertThat(a.merge(b).merge(c).table(Metric.LOST).toCsv())
        .isEqualTo(c.merge(a).merge(b).table(Metric.LOST).toCsv());
  }

  @Property(tries = 200)
  void aLineOfAFileHoldsEveryBitOfARow(@ForAll("rows") List<SweepRow> rows) throws IOException {
    Sweep sweep = sweepOfNothing(1_000);
    Path file = Files.createTempFile("hairpin", ".sweep");
    try {
      Files.delete(file);
      try (SweepFile open = SweepFile.open(file, sweep, BASE)) {
        rows.forEach(open::append);
      }
      assertThat(SweepFile.read(file, sweep, BASE))
          .isEqualTo(SweepResult.of(sweep.fingerprint(BASE), rows));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** Whatever happens to the octets of a file, it is resumed with its own rows or left alone. */
  @Property(tries = 300)
  void aFileWithWrongOctetsIsRefusedAndLeftAsItIs(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Sweep sweep = sweepOfNothing(5);
    Path file = Files.createTempFile("hairpin", ".sweep");
    try {
      Files.delete(file);
      try (SweepFile open = SweepFile.open(file, sweep, BASE)) {
        for (int cell = 0; cell < 4; cell++) {
          TreeMap<Metric, SweepRow.Worst> worst = new TreeMap<>();
          worst.put(Metric.LOST, new SweepRow.Worst(cell / 3.0, 0, cell, "tödlich"));
          open.append(new SweepRow(cell, "x", cell + 1, worst));
        }
      }
      SweepResult whole = SweepFile.read(file, sweep, BASE);
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      int at = random.nextInt(bad.length);
      bad[at] = (byte) (bad[at] ^ (1 + random.nextInt(255)));
      int length = random.nextBoolean() ? bad.length : 1 + random.nextInt(bad.length);
      bad = java.util.Arrays.copyOf(bad, length);
      Files.write(file, bad);
      boolean told = false;
      try (SweepFile open = SweepFile.open(file, sweep, BASE)) {
        // Behind the last line feed a line was being written, so nobody looks at it.
        assertThat(whole.rows()).containsAllEntriesOf(open.found().rows());
      } catch (IllegalArgumentException e) {
        told = true;
        assertThat(e).message().startsWith(file.toString());
        assertThat(Files.readAllBytes(file)).isEqualTo(bad);
      }
      boolean inAWholeLine =
          at < length && new String(bad, StandardCharsets.ISO_8859_1).lastIndexOf('\n') > at;
      assertThat(told || !inAWholeLine).isTrue();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** A checksum alone makes no row. */
  @Test
  void aLineWithARightChecksumAndNoRowIsRefused() throws IOException {
    Sweep sweep = sweepOfNothing(2);
    Path file = dir.resolve("line.txt");
    SweepFile.open(file, sweep, BASE).close();
    String head = Files.readString(file);
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update("7\t1".getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        file, head + String.format(java.util.Locale.ROOT, "%08x\t7\t1\n", crc.getValue()));

    assertThatThrownBy(() -> SweepFile.read(file, sweep, BASE))
        .hasMessage(file + ", line 2: no row of this sweep: cell 7 is not within 0-1");
  }

  @Test
  void contradictionsAndOtherSweepsDoNotMerge() {
    SweepRow row = new SweepRow(1, "s", 1, new TreeMap<>());
    SweepResult result = SweepResult.of("f", List.of(row));
    assertThatThrownBy(() ->
            result.merge(SweepResult.of("f", List.of(new SweepRow(1, "s", 2, new TreeMap<>())))))
        .hasMessage("two results of cell 1 (\"s\", seed 2) differ");
    assertThatThrownBy(() -> result.merge(SweepResult.of("g", List.of())))
        .hasMessage("results of two sweeps cannot be merged: f and g");
  }

  @Provide
  Arbitrary<List<SweepRow>> rows() {
    Arbitrary<SweepRow.Worst> worst = Combinators.combine(
            Arbitraries.doubles(),
            Arbitraries.of(0.0, 1.0, Double.POSITIVE_INFINITY),
            Arbitraries.doubles(),
            Arbitraries.strings().ofMaxLength(8).excludeChars('\ud800', '\udfff'))
        .as((value, limit, total, subject) ->
            new SweepRow.Worst(value, limit, total, printable(subject)));
    Arbitrary<SweepRow> row = Combinators.combine(
            Arbitraries.integers().between(0, 999),
            Arbitraries.strings().ofMaxLength(8),
            Arbitraries.longs(),
            Arbitraries.maps(Arbitraries.of(Metric.class), worst).ofMaxSize(4))
        .as((cell, name, seed, map) ->
            new SweepRow(cell, printable(name), seed, new TreeMap<>(map)));
    return row.list().uniqueElements(SweepRow::cell).ofMaxSize(12);
  }

  /** Names are Unicode text; half a surrogate pair is none. */
  private static String printable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
