package dev.hairpin.examples.conformance.dnsclient;

import com.google.gson.Gson;
import dev.hairpin.examples.conformance.Suite;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Recorded runs of resolver libraries: files that hold an array of runs each.
 *
 * <p>A run is named by its file and its place in it, {@code sequences.json/007 musl-1.2.3 AF_INET
 * catalog}.
 */
public final class DnsClientSuite implements Suite {
  private static final Gson GSON = new Gson();

  private final Map<Path, List<RecordedRun>> files = new HashMap<>();

  @Override
  public String kind() {
    return "dns-client";
  }

  @Override
  public List<Path> cases(Path dir) throws IOException {
    List<Path> cases = new ArrayList<>();
    try (Stream<Path> found = Files.walk(dir)) {
      for (Path file : found.filter(DnsClientSuite::isRecording).sorted().toList()) {
        List<RecordedRun> runs = runs(file);
        for (int i = 0; i < runs.size(); i++) {
          String title = runs.get(i).client() + " " + runs.get(i).name();
          cases.add(file.resolve("%03d %s".formatted(i, title.replace('/', '_'))));
        }
      }
    }
    return cases;
  }

  /** Files of other kinds of recordings may lie beside: only arrays of runs are ours. */
  private static boolean isRecording(Path path) {
    return Objects.toString(path.getFileName(), "").startsWith("sequences")
        && path.toString().endsWith(".json");
  }

  private List<RecordedRun> runs(Path file) throws IOException {
    List<RecordedRun> known = files.get(file);
    if (known != null) {
      return known;
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      RecordedRun[] read = GSON.fromJson(reader, RecordedRun[].class);
      List<RecordedRun> runs = List.of(read);
      files.put(file, runs);
      return runs;
    }
  }

  @Override
  public Optional<String> firstDifference(Path path) throws IOException {
    Path file = Objects.requireNonNull(path.getParent());
    String title = Objects.toString(path.getFileName());
    int index = Integer.parseInt(title.substring(0, title.indexOf(' ')));
    return Playback.of(runs(file).get(index)).firstDifference();
  }
}
