package dev.hairpin.examples.conformance.core;

import dev.hairpin.examples.conformance.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The recordings of Kubernetes itself: one file a case, one runner a kind of case. */
public final class CoreSuite implements Suite {
  private static final List<CoreCaseRunner> RUNNERS = List.of(
      new ServiceCases(),
      new AllocatorCases(),
      new ValidationCases(),
      new ClusterCases(),
      new EnvironmentCases(),
      new PrintCases(),
      new PodCidrCases());

  @Override
  public String kind() {
    return "core";
  }

  @Override
  public List<Path> cases(Path dir) throws IOException {
    List<Path> cases = new ArrayList<>();
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file :
          files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        if (Files.isRegularFile(file) && isCase(file)) {
          cases.add(file);
        }
      }
    }
    return cases;
  }

  /** Recordings of other kinds have YAML files too, but none with an id and expected values. */
  private static boolean isCase(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.stream().anyMatch(l -> l.startsWith("id:"))
        && lines.stream().anyMatch(l -> l.startsWith("expected:"));
  }

  @Override
  public Optional<String> firstDifference(Path path) throws IOException {
    CoreCase recorded = read(path);
    for (CoreCaseRunner runner : RUNNERS) {
      if (runner.kinds().contains(recorded.kind())) {
        return runner.firstDifference(recorded);
      }
    }
    return Optional.of("no runner for cases of kind \"" + recorded.kind() + "\"");
  }

  @SuppressWarnings("unchecked") // a case's file is a map whose input is a map
  private static CoreCase read(Path path) throws IOException {
    Load yaml = new Load(LoadSettings.builder().build());
    @Nullable Object root = yaml.loadFromString(Files.readString(path));
    Map<String, Object> file = (Map<String, Object>) Objects.requireNonNull(root);
    return new CoreCase(
        String.valueOf(file.get("id")),
        String.valueOf(file.get("kind")),
        (Map<String, Object>) Objects.requireNonNull(file.get("input")),
        Objects.requireNonNull(file.get("expected")));
  }
}
