package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ClusterStateTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 7);

  private static Namespace namespace(String name, String label) {
    return new Namespace(ObjectMeta.of("", name).withLabels(Map.of("v", label)));
  }

  @Test
  void anEqualObjectChangesNothing() {
    List<Change> changes = new ArrayList<>();
    state.watch(changes::add);
    state.store(namespace("a", "1"));

    state.store(namespace("a", "1"));

    assertThat(changes).hasSize(1);
    assertThat(state.resourceVersion()).isEqualTo(1);
  }

  @Test
  void aForkAndItsOriginalGoTheirOwnWays() {
    state.store(namespace("a", "1"));
    ClusterState fork = state.fork(new VirtualClock());

    fork.store(namespace("b", "1"));
    state.remove(new ObjectKey("Namespace", "", "a"));

    assertThat(state.list(Namespace.class)).isEmpty();
    assertThat(fork.list(Namespace.class)).hasSize(2);
  }

  @Test
  void equalSeedsAndChangesGiveEqualObjects() {
    ClusterState same = new ClusterState(new VirtualClock(), 7);

    assertThat(state.store(namespace("a", "1"))).isEqualTo(same.store(namespace("a", "1")));
  }

  @Test
  void aFailedGroupOfChangesLeavesNoTrace() {
    state.store(namespace("a", "1"));
    List<Change> changes = new ArrayList<>();
    state.watch(changes::add);

    assertThatThrownBy(() -> state.transaction(() -> {
          state.store(namespace("a", "2"));
          state.store(namespace("b", "1"));
          state.remove(new ObjectKey("Namespace", "", "a"));
          state.report(new ObjectKey("Namespace", "", "b"), true, "Bad", "no", "test");
          throw new IllegalArgumentException("no");
        }))
        .hasMessage("no");

    assertThat(state.list(Namespace.class))
        .containsExactly(state.get(Namespace.class, "", "a").orElseThrow());
    assertThat(state.get(Namespace.class, "", "a").orElseThrow().metadata().labels())
        .containsEntry("v", "1");
    assertThat(state.resourceVersion()).isEqualTo(1);
    assertThat(changes).isEmpty();
    assertThat(state.events()).isEmpty();
  }

  @Test
  void whoWritesAfterTheWritersEndTakesItsPlace() throws Exception {
    ClusterState[] made = new ClusterState[1];
    Thread first = new Thread(() -> made[0] = new ClusterState(new VirtualClock(), 1));
    first.start();
    first.join();

    made[0].store(new Namespace(ObjectMeta.of("", "shop")));

    assertThat(made[0].list(Namespace.class)).hasSize(1);
  }

  @Test
  void anotherThreadMayNotWriteButMayAdopt() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor(r -> new Thread(r, "other"));
    try {
      Future<?> refused = executor.submit(() -> state.store(namespace("a", "1")));
      assertThatThrownBy(refused::get)
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("thread \"other\" may read a snapshot() or a fork()");

      executor
          .submit(() -> {
            state.adopt();
            state.store(namespace("a", "1"));
          })
          .get();
      assertThatThrownBy(() -> state.store(namespace("b", "1")))
          .isInstanceOf(IllegalStateException.class);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void ofTwoThreadsThatFindTheWriterEndedOneBecomesTheNext() throws Exception {
    for (int round = 0; round < 500; round++) {
      ClusterState[] made = new ClusterState[1];
      Thread first = new Thread(() -> made[0] = new ClusterState(new VirtualClock(), 1));
      first.start();
      first.join();
      AtomicInteger accepted = new AtomicInteger();
      AtomicInteger arrived = new AtomicInteger();
      AtomicInteger tried = new AtomicInteger();
      Runnable write = () -> {
        meet(arrived); // by spinning: who is woken comes too late for a race
        try {
          made[0].transaction(accepted::incrementAndGet);
        } catch (IllegalStateException e) {
          assertThat(e).hasMessageContaining("this cluster is written by thread");
        }
        meet(tried); // nobody ends, and so leaves the place, before both have tried
      };
      Thread second = new Thread(write);
      Thread third = new Thread(write);
      second.start();
      third.start();
      second.join();
      third.join();
      assertThat(accepted).hasValue(1);
    }
  }

  private static void meet(AtomicInteger arrived) {
    arrived.incrementAndGet();
    while (arrived.get() < 2) {
      Thread.onSpinWait();
    }
  }

  @Test
  void anotherThreadMayNotLetTimePass() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor(r -> new Thread(r, "other"));
    try {
      Future<?> refused = executor.submit(() -> state.clock().advance(Duration.ofSeconds(1)));
      assertThatThrownBy(refused::get)
          .hasRootCauseMessage("this cluster is written by thread \""
              + Thread.currentThread().getName()
              + "\" alone; thread \"other\" may read a snapshot() or a fork()");
    } finally {
      executor.shutdown();
    }
    assertThat(state.clock().now()).isEqualTo(VirtualClock.EPOCH);
  }

  /** What a snapshot held when it was taken. */
  private record Moment(ClusterSnapshot snapshot, List<KubeObject> objects) {}

  @Test
  void aSnapshotStaysAsItWasWhateverTheWriterDoes() throws Exception {
    int names = 400;
    AtomicReference<Moment> latest = new AtomicReference<>(new Moment(state.snapshot(), List.of()));
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(executor.submit(() -> {
          int read = 0;
          do {
            Moment moment = latest.get();
            ClusterSnapshot snapshot = moment.snapshot;
            assertThat(List.copyOf(snapshot.list("Namespace"))).isEqualTo(moment.objects);
            for (KubeObject object : moment.objects) {
              assertThat(snapshot.get(object.key())).containsSame(object);
            }
            read++;
          } while (!done.get());
          return read;
        }));
      }
      SplittableRandom random = new SplittableRandom(1);
      TreeMap<String, KubeObject> expected = new TreeMap<>();
      for (int i = 0; i < 20_000; i++) {
        String name = "n" + random.nextInt(names);
        if (random.nextInt(3) == 0) {
          state.remove(new ObjectKey("Namespace", "", name));
          expected.remove(name);
        } else {
          expected.put(name, state.store(namespace(name, "v" + i)));
        }
        if (i % 20 == 0) {
          latest.set(new Moment(state.snapshot(), List.copyOf(expected.values())));
        }
      }
      done.set(true);
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void aFailedGroupWithinAGroupLeavesNoTraceThoughTheOuterOneGoesOn() {
    List<String> told = new ArrayList<>();
    state.watch(c -> told.add(c.key().name()));
    List<String> undone = new ArrayList<>();

    state.transaction(() -> {
      state.store(namespace("a", "1"));
      assertThatThrownBy(() -> state.transaction(
              () -> {
                state.store(namespace("a", "2"));
                state.store(namespace("b", "1"));
                state.report(new ObjectKey("Namespace", "", "b"), true, "Bad", "no", "test");
                throw new IllegalArgumentException("no");
              },
              () -> undone.add("inner")))
          .hasMessage("no");
      state.store(namespace("c", "1"));
      return 0;
    });

    assertThat(told).containsExactly("a", "c");
    assertThat(undone).containsExactly("inner");
    assertThat(state.list(Namespace.class))
        .extracting(n -> n.metadata().name() + "=" + n.metadata().labels().get("v"))
        .containsExactly("a=1", "c=1");
    assertThat(state.resourceVersion()).isEqualTo(2);
    assertThat(state.events()).isEmpty();
  }

  @Test
  void aGroupThatIsNotCompleteIsNeitherForkedNorShown() {
    state.transaction(() -> {
      state.store(namespace("a", "1"));
      assertThatThrownBy(state::snapshot)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("a group of changes is not complete");
      assertThatThrownBy(() -> state.fork(new VirtualClock()))
          .hasMessage("a group of changes is not complete");
      return 0;
    });
    assertThat(state.snapshot().list(Namespace.class)).hasSize(1);
  }

  @Test
  void aWatcherThatThrowsKeepsNobodyElseFromBeingTold() {
    List<String> told = new ArrayList<>();
    state.watch(c -> {
      throw new IllegalArgumentException("first " + c.key().name());
    });
    state.watch(c -> {
      throw new IllegalArgumentException("second " + c.key().name());
    });
    state.watch(c -> told.add(c.key().name()));

    assertThatThrownBy(() -> state.transaction(
            () -> List.of(state.store(namespace("a", "1")), state.store(namespace("b", "1"))),
            () -> told.add("undone")))
        .hasMessage("first a")
        .satisfies(e -> assertThat(e.getSuppressed())
            .extracting(Throwable::getMessage)
            .containsExactly("second a", "first b", "second b"));

    assertThat(told).containsExactly("a", "b");
    assertThat(state.list(Namespace.class)).hasSize(2);
  }

  @Test
  void aClosedWatchIsToldNothingMoreAndClosingItAgainDoesNothing() {
    List<String> told = new ArrayList<>();
    Watch watch = state.watch(c -> told.add(c.key().name()));
    state.store(namespace("a", "1"));
    assertThat(watch.isClosed()).isFalse();

    watch.close();
    watch.close();
    state.store(namespace("b", "1"));

    assertThat(told).containsExactly("a");
    assertThat(watch.isClosed()).isTrue();
  }

  @Test
  void closingOneOfTwoWatchesOfTheSameWatcherLeavesTheOther() {
    List<String> told = new ArrayList<>();
    Consumer<Change> watcher = c -> told.add(c.key().name());
    Watch first = state.watch(watcher);
    state.watch(watcher);

    first.close();
    state.store(namespace("a", "1"));

    assertThat(told).containsExactly("a");
  }

  @Test
  void aWatcherMayCloseItsOwnWatchAndALaterOneWhileAChangeIsTold() {
    List<String> told = new ArrayList<>();
    List<Watch> watches = new ArrayList<>();
    watches.add(state.watch(c -> {
      told.add("first " + c.key().name());
      watches.forEach(Watch::close);
    }));
    watches.add(state.watch(c -> told.add("second " + c.key().name())));
    state.watch(c -> told.add("third " + c.key().name()));

    state.store(namespace("a", "1"));
    state.store(namespace("b", "1"));

    assertThat(told).containsExactly("first a", "third a", "third b");
  }

  @Test
  void aWatchThatAWatcherBeginsIsToldTheChangesAfterThisOne() {
    List<String> told = new ArrayList<>();
    List<Watch> begun = new ArrayList<>();
    state.watch(c -> {
      if (begun.isEmpty()) {
        begun.add(state.watch(later -> told.add(later.key().name())));
      }
    });

    state.store(namespace("a", "1"));
    state.store(namespace("b", "1"));

    assertThat(told).containsExactly("b");
  }

  @Test
  void anotherThreadMayNotCloseAWatch() throws InterruptedException {
    Watch watch = state.watch(c -> {});
    List<Throwable> thrown = new ArrayList<>();
    Thread other = new Thread(watch::close);
    other.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
    other.start();
    other.join();

    assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
    assertThat(watch.isClosed()).isFalse();
  }

  @Test
  void aClosedLogKeepsWhatItHas() {
    ChangeLog log = ChangeLog.of(state);
    state.store(namespace("a", "1"));
    log.close();
    state.store(namespace("b", "1"));

    assertThat(log.changes()).extracting(c -> c.key().name()).containsExactly("a");
  }

  @Test
  void aWatchersOwnChangesAreToldAfterTheOneThatCausedThem() {
    List<String> told = new ArrayList<>();
    state.watch(c -> {
      if (c.key().name().equals("a")) {
        state.store(namespace("b", "1"));
      }
    });
    state.watch(c -> told.add(c.key().name()));

    state.store(namespace("a", "1"));

    assertThat(told).containsExactly("a", "b");
  }
}
