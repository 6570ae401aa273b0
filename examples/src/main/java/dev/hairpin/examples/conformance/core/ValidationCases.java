package dev.hairpin.examples.conformance.core;

import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kinds {@code validate} and {@code default}: what objects lack, and what is filled in. */
final class ValidationCases implements CoreCaseRunner {

  @Override
  public Set<String> kinds() {
    return Set.of("validate", "default");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    ApiServer server =
        new ApiServer(new ClusterState(new VirtualClock(), 1), ApiServerConfig.DEFAULT);
    List<Map<String, Object>> objects = recorded.objects("objects");
    List<Object> old = recorded.list("old");
    List<Map<String, Object>> results = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      Map<String, Object> object = objects.get(i);
      if (recorded.kind().equals("validate")) {
        @Nullable Object before = i < old.size() ? old.get(i) : object.get("old");
        Map<String, Object> judged = withoutOld(object);
        results.add(Map.of("errors", server.validate(judged, tree(before))));
      } else {
        results.add(server.defaulted(object));
      }
    }
    // the recordings of defaults name their list in one way or another
    String name = recorded.expected() instanceof Map<?, ?> expected && expected.size() == 1
        ? String.valueOf(expected.keySet().iterator().next())
        : "results";
    return Trees.firstDifference(
        Trees.withoutEmpty(recorded.expected()), Trees.withoutEmpty(Map.of(name, results)));
  }

  private static Map<String, Object> withoutOld(Map<String, Object> object) {
    Map<String, Object> copy = new LinkedHashMap<>(object);
    copy.remove("old");
    return copy;
  }

  @SuppressWarnings("unchecked") // an object of a recording is a map
  private static @Nullable Map<String, Object> tree(@Nullable Object object) {
    return object instanceof Map ? (Map<String, Object>) object : null;
  }
}
