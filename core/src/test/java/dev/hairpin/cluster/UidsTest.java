package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.time.VirtualClock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class UidsTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 7);

  private static KubeObject object(String name) {
    return new Namespace(ObjectMeta.of("", name));
  }

  private static String uid(ClusterState state, String name) {
    return state.store(object(name)).metadata().uid();
  }

  @Property
  void whatElseIsWrittenDoesNotMatter(
      @ForAll @Size(max = 40) List<@IntRange(max = 5) Integer> writes) {
    ClusterState busy = new ClusterState(new VirtualClock(), 7);
    for (int write : writes) {
      KubeObject other = object("other-" + write);
      if (busy.get(other.key()).isPresent()) {
        busy.remove(other.key());
      } else {
        busy.store(other);
      }
    }

    assertThat(uid(busy, "a")).isEqualTo(uid(new ClusterState(new VirtualClock(), 7), "a"));
  }

  @Test
  void kindNamespaceNameAndSeedMatter() {
    Set<String> uids = new HashSet<>();
    for (String kind : List.of("ConfigMap", "Secret")) {
      for (String namespace : List.of("a", "b")) {
        for (String name : List.of("a", "b")) {
          KubeObject object =
              new GenericObject("v1", kind, ObjectMeta.of(namespace, name), Map.of());
          uids.add(state.store(object).metadata().uid());
          uids.add(
              new ClusterState(new VirtualClock(), 8).store(object).metadata().uid());
        }
      }
    }

    assertThat(uids).hasSize(16);
  }

  @Test
  void eachObjectThatIsMadeAnewHasItsOwn() {
    Set<String> uids = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      uids.add(uid(state, "a"));
      state.remove(object("a").key());
    }

    assertThat(uids).hasSize(100);
  }

  @Test
  void anUpdateKeepsIt() {
    String uid = uid(state, "a");

    assertThat(state
            .store(new Namespace(ObjectMeta.of("", "a").withLabels(Map.of("v", "2"))))
            .metadata()
            .uid())
        .isEqualTo(uid);
  }

  @Test
  void aDeletionThatIsTakenBackDoesNotCount() {
    String uid = uid(state, "a");
    assertThatThrownBy(() -> state.transaction(() -> {
          state.remove(object("a").key());
          state.store(object("a"));
          state.remove(object("a").key());
          throw new IllegalArgumentException("no");
        }))
        .hasMessage("no");
    String first = state.get(object("a").key()).orElseThrow().metadata().uid();
    state.remove(object("a").key());
    String second = uid(state, "a");

    ClusterState calm = new ClusterState(new VirtualClock(), 7);
    calm.store(object("a"));
    calm.remove(object("a").key());

    assertThat(first).isEqualTo(uid);
    assertThat(second).isEqualTo(uid(calm, "a")).isNotEqualTo(uid);
  }

  @Test
  void aForkGoesOnCounting() {
    String first = uid(state, "a");
    state.remove(object("a").key());
    ClusterState fork = state.fork(new VirtualClock());

    assertThat(uid(fork, "a")).isEqualTo(uid(state, "a")).isNotEqualTo(first);
  }

  @Test
  void theyLookRandom() {
    UUID uid = UUID.fromString(uid(state, "a"));

    assertThat(uid.version()).isEqualTo(4);
    assertThat(uid.variant()).isEqualTo(2);
  }
}
