package dev.hairpin.examples.conformance.packetfate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every recording of Linux 6.18 that is kept with the sources. */
class PacketFateSuiteTest {
  private static final Path CASES = Path.of("src/test/resources/conformance/packet-fate");

  private final PacketFateSuite suite = new PacketFateSuite();

  @TestFactory
  Stream<DynamicTest> packetsFareAsTheyDidInTheKernel() throws IOException {
    return suite.cases(CASES).stream()
        .map(path -> DynamicTest.dynamicTest(
            path.getFileName().toString(),
            () -> assertThat(suite.firstDifference(path)).isEmpty()));
  }

  @Test
  void theRecordingsAreThere() throws IOException {
    List<Path> cases = suite.cases(CASES);

    assertThat(cases).hasSize(85);
  }

  @Test
  void anotherPodThanTheRecordedOneIsADifference() throws IOException {
    String text = Files.readString(CASES.resolve("112-masquerade-address-ptp.json"));

    JsonObject changed =
        JsonParser.parseString(text.replace("\"web-2\": {", "\"web-9\": {")).getAsJsonObject();

    assertThat(new Replay(changed).firstDifference()).isPresent();
  }

  @Test
  void anotherSourceThanTheRecordedOneIsADifference() throws IOException {
    String text = Files.readString(CASES.resolve("112-masquerade-address-ptp.json"));

    JsonObject changed = JsonParser.parseString(
            text.replace("10.244.2.1 (node:n2 pod gateway)", "10.244.2.9 (x)"))
        .getAsJsonObject();

    assertThat(new Replay(changed).firstDifference()).isPresent();
  }

  @Test
  void rulesWithoutMasqueradeAreADifference() throws IOException {
    String text = Files.readString(CASES.resolve("112-masquerade-address-ptp.json"));

    JsonObject changed = JsonParser.parseString(
            text.replace("-j MASQUERADE --random-fully", "-j ACCEPT"))
        .getAsJsonObject();

    assertThat(new Replay(changed).firstDifference()).isPresent();
  }

  @Test
  void surpriseIsOneForWhatIsExpectedAndSmallForWhatIsNot() {
    assertThat(Multinomial.surprise(new int[] {8, 8}, new double[] {0.5, 0.5}))
        .isCloseTo(1, within(1e-9));
    assertThat(Multinomial.surprise(new int[] {16, 0}, new double[] {0.5, 0.5}))
        .isBetween(2.9e-5, 3.2e-5);
    assertThat(Multinomial.surprise(new int[] {1100, 900}, new double[] {0.5, 0.5}))
        .isBetween(7e-6, 1e-5);
  }
}
