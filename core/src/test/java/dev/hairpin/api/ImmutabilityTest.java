package dev.hairpin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.manifest.KubeObjects;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Objects are shared by snapshots, forks and threads; nobody may reach into them. */
class ImmutabilityTest {

  private static Map<String, Object> mutable(Object inner) {
    return new LinkedHashMap<>(Map.of("inner", inner));
  }

  @Test
  void whatAnObjectIsMadeOfMayChangeAfterwards() {
    List<Object> list = new ArrayList<>(Arrays.asList("a", null, mutable("deep")));
    Map<String, Object> spec = mutable(list);
    GenericObject widget =
        new GenericObject("example.org/v1", "Widget", ObjectMeta.of("shop", "w"), mutable(spec));
    GenericObject same = widget.withMetadata(widget.metadata());

    list.add("b");
    spec.put("more", 1L);

    assertThat(widget.content())
        .hasToString("{inner={inner=[a, null, {inner=deep}]}}")
        .isEqualTo(same.content())
        .hasSameHashCodeAs(same.content());
  }

  @Test
  void noPartOfAnObjectCanBeChangedAtAnyDepth() {
    PodSpec spec = PodSpec.builder()
        .tolerations(List.of(mutable(mutable("deep"))))
        .others(mutable(new ArrayList<>(List.of(mutable("deep")))))
        .nodeSelector(new LinkedHashMap<>(Map.of("disk", "ssd")))
        .build();

    assertUnmodifiable(spec.tolerations().get(0).get("inner"));
    assertUnmodifiable(spec.nodeSelector());
    List<?> list = (List<?>) Objects.requireNonNull(spec.others().get("inner"));
    assertThatThrownBy(() -> list.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    assertUnmodifiable(list.get(0));
  }

  private static void assertUnmodifiable(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new AssertionError("expected a map, not " + value);
    }
    assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.keySet().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.values().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.entrySet().iterator().next().setValue(null))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> map.replaceAll((key, old) -> null))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aTreeOfAnObjectDoesNotLeadIntoIt() {
    GenericObject widget = new GenericObject(
        "example.org/v1", "Widget", ObjectMeta.of("shop", "w"), Map.of("spec", Map.of("size", 3L)));

    Map<String, Object> tree = KubeObjects.toTree(widget);
    tree.put("spec", "gone");

    assertThat(widget.content()).hasToString("{spec={size=3}}");
    assertUnmodifiable(KubeObjects.toTree(widget).get("spec"));
  }

  @Test
  void theOrderOfLabelsIsKept() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 9; i >= 0; i--) {
      labels.put("l" + i, "v");
    }
    ObjectMeta meta = ObjectMeta.of("shop", "web").withLabels(labels).withFinalizers(List.of("f"));

    assertThat(meta.labels().keySet()).containsExactlyElementsOf(labels.keySet());
  }
}
