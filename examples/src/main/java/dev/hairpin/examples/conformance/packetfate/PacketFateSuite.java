package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hairpin.examples.conformance.Suite;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The recordings of what the Linux kernel does with packets under kube-proxy's rules. */
public final class PacketFateSuite implements Suite {

  /** The suite. */
  public PacketFateSuite() {}

  @Override
  public String kind() {
    return "packet-fate";
  }

  @Override
  public List<Path> cases(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files.filter(p -> p.toString().endsWith(".json")).sorted().toList();
    }
  }

  @Override
  public Optional<String> firstDifference(Path path) throws IOException {
    try (Reader reader = Files.newBufferedReader(path)) {
      JsonObject recording = JsonParser.parseReader(reader).getAsJsonObject();
      return new Replay(recording).firstDifference();
    }
  }
}
