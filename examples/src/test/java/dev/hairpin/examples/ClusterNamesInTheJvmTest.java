package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hairpin.Cluster;
import dev.hairpin.dns.server.ClusterNames;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.NameService;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Plain Java code resolves a cluster's names. This needs JDK 18 or newer and the jar of a build by
 * one, so it is skipped on JDK 17 and where the module is not packaged.
 */
class ClusterNamesInTheJvmTest {
  private static final String ZONE = ".svc.cluster.local";

  @BeforeEach
  void needsTheProviderOfThePackagedModule() {
    assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(18);
    String home =
        ClusterNames.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    assumeThat(home).as("the packaged module").endsWith(".jar");
  }

  private static ClusterNames.NameLookup namesOf(Cluster cluster) {
    return host -> {
      if (!host.endsWith(ZONE)) {
        return Optional.empty();
      }
      NameService.Lookup lookup = cluster.lookup("catalog/catalog", host + ".");
      return Optional.of(List.copyOf(lookup.addresses()));
    };
  }

  @Test
  void theJvmResolvesAServiceAsAPodDoes() throws UnknownHostException {
    Cluster store = Clusters.store();
    String host = "ui.ui" + ZONE;
    IpAddress expected = store.lookup("catalog/catalog", host + ".").addresses().get(0);

    try (ClusterNames.Installation installed = ClusterNames.install(namesOf(store))) {
      assertThat(installed).isNotNull();
      assertThat(InetAddress.getAllByName(host))
          .extracting(InetAddress::getHostAddress)
          .containsExactly(expected.toString());
      assertThat(InetAddress.getAllByName("localhost")).allMatch(InetAddress::isLoopbackAddress);
      assertThatThrownBy(() -> InetAddress.getAllByName("no-such.ui" + ZONE))
          .isInstanceOf(UnknownHostException.class)
          .hasMessageContaining("the cluster has no such name");
    }
  }
}
