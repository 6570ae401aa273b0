package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
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
  void readersOfSnapshotsSeeOneMomentWhileTheWriterGoesOn() throws Exception {
    AtomicReference<ClusterSnapshot> latest = new AtomicReference<>(state.snapshot());
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(executor.submit(() -> {
          int seen = 0;
          while (latest.get().resourceVersion() < 2_000) {
            ClusterSnapshot snapshot = latest.get();
            // each change adds one object, so that the version tells how many there are
            if (snapshot.list(Namespace.class).stream().count() != snapshot.resourceVersion()) {
              return -1;
            }
            seen++;
          }
          return seen;
        }));
      }
      for (int i = 0; i < 2_000; i++) {
        state.store(namespace("n" + i, "1"));
        latest.set(state.snapshot());
      }
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isNotNegative();
      }
    } finally {
      executor.shutdown();
    }
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
