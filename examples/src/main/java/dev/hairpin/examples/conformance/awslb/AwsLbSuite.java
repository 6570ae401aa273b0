package dev.hairpin.examples.conformance.awslb;

import dev.hairpin.examples.conformance.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The recordings of the AWS Load Balancer Controller: one folder a case. */
public final class AwsLbSuite implements Suite {

  @Override
  public String kind() {
    return "aws-lb";
  }

  @Override
  public List<Path> cases(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(f -> f.getFileName().toString().equals("aws.yaml"))
          .map(Path::getParent)
          .filter(d -> Files.exists(d.resolve("cluster.yaml")))
          .sorted()
          .toList();
    }
  }

  @Override
  public Optional<String> firstDifference(Path path) throws IOException {
    AwsLbRun run = AwsLbRun.start(path);
    for (int phase = 1;
        phase == 1 || Files.exists(AwsLbRun.file(path, "cluster", phase, "yaml"));
        phase++) {
      Optional<String> difference = run.phase(phase);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }
}
