package dev.hairpin.examples.conformance.dns;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.examples.conformance.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The recordings of CoreDNS: every folder with questions and a Corefile is a case. */
public final class DnsSuite implements Suite {

  @Override
  public String kind() {
    return "dns";
  }

  @Override
  public List<Path> cases(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(f -> f.endsWith("queries.json"))
          .map(f -> Objects.requireNonNull(f.getParent()))
          .filter(folder -> Files.exists(folder.resolve("Corefile")))
          .sorted()
          .toList();
    }
  }

  @Override
  public Optional<String> firstDifference(Path path) throws IOException {
    for (CoreDnsVersion version : CoreDnsVersion.values()) {
      Optional<String> difference = new DnsCase(path, version).firstDifference();
      if (difference.isPresent()) {
        return Optional.of("CoreDNS " + version + ", " + difference.get());
      }
    }
    return Optional.empty();
  }
}
