package dev.hairpin.dns.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.net.IpAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterNamesTest {
  private static Optional<List<IpAddress>> shop(String host) {
    return host.equals("web.shop")
        ? Optional.of(List.of(IpAddress.parse("10.96.0.20")))
        : Optional.empty();
  }

  @Test
  void anInstalledLookupIsAskedUntilItIsClosed() {
    try (ClusterNames.Installation installation = ClusterNames.install(ClusterNamesTest::shop)) {
      assertThat(ClusterNames.addressesOf("web.shop").orElseThrow()).hasToString("[10.96.0.20]");
      assertThat(ClusterNames.addressesOf("example.com")).isEmpty();
      assertThat(installation).isNotNull();
    }
    assertThat(ClusterNames.addressesOf("web.shop")).isEmpty();
  }

  @Test
  void thereIsOneLookupAtATime() {
    try (ClusterNames.Installation installation = ClusterNames.install(ClusterNamesTest::shop)) {
      assertThat(installation).isNotNull();
      assertThatThrownBy(() -> ClusterNames.install(ClusterNamesTest::shop))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("another lookup is installed; close it first");
    }
  }
}
