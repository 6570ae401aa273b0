package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReasonsTest {

  @Test
  void theTableIsWhatTheProgramPrints() throws IOException {
    assertThat(Path.of("reasons.md"))
        .as("java -jar examples/target/hairpin.jar reasons > examples/reasons.md")
        .content()
        .isEqualTo(ReasonsCommand.table());
    assertThat(Files.readString(Path.of("reasons.md"))).contains("| `SELECTOR_MATCHES_NOTHING` |");
  }
}
