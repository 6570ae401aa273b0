package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodIdentityTest {
  private static Pod pod(String name, PodSpec.Builder spec) {
    return new Pod(
        ObjectMeta.of("data", name),
        spec.build(),
        "Running",
        List.of("10.244.1.30", "fd00::30"),
        "",
        List.of());
  }

  @Test
  void thePodsNameIsItsHostNameUnlessItHasAnother() {
    assertThat(PodIdentity.of(pod("zk-0", PodSpec.builder()), "cluster.local").fullName())
        .isEqualTo("zk-0");
    PodSpec.Builder spec = PodSpec.builder().hostname("leader").subdomain("zk");
    assertThat(PodIdentity.of(pod("zk-0", spec), "cluster.local").fullName())
        .isEqualTo("leader.zk.data.svc.cluster.local");
  }

  @Test
  void aLongNameIsCutAndDoesNotEndInADash() {
    String name = "a".repeat(60) + "-.-bcd";

    assertThat(PodIdentity.of(pod(name, PodSpec.builder()), "cluster.local").hostName())
        .isEqualTo("a".repeat(60));
  }

  @Test
  void theKernelKnowsTheFullNameOnlyIfItIsShortEnough() {
    PodIdentity identity =
        PodIdentity.of(pod("zk-0", PodSpec.builder().subdomain("zk")), "cluster.local");
    assertThat(identity.kernelName(false)).isEqualTo("zk-0");
    assertThat(identity.kernelName(true)).isEqualTo("zk-0.zk.data.svc.cluster.local");

    PodIdentity tooLong =
        PodIdentity.of(pod("b".repeat(50), PodSpec.builder().subdomain("zk")), "cluster.local");
    assertThatThrownBy(() -> tooLong.kernelName(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("failed to construct FQDN from Pod hostname and cluster domain, FQDN "
            + "b".repeat(50)
            + ".zk.data.svc.cluster.local is too long (64 characters is the max, 76 characters"
            + " requested)");
  }

  @Test
  void theHostsFileHasALineForEachAddressAndOneForEachAlias() {
    PodSpec.Builder spec = PodSpec.builder()
        .subdomain("zk")
        .hostAliases(List.of(Map.of("ip", "10.1.2.3", "hostnames", List.of("foo", "bar"))));
    Pod pod = pod("zk-0", spec);

    assertThat(PodIdentity.of(pod, "cluster.local").hostsFile(pod)).isEqualTo("""
            # Kubernetes-managed hosts file.
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::0\tip6-localnet
            fe00::0\tip6-mcastprefix
            fe00::1\tip6-allnodes
            fe00::2\tip6-allrouters
            10.244.1.30\tzk-0.zk.data.svc.cluster.local\tzk-0
            fd00::30\tzk-0.zk.data.svc.cluster.local\tzk-0

            # Entries added by HostAliases.
            10.1.2.3\tfoo\tbar
            """);
  }

  @Test
  void aPodInTheNodesNetworkHasTheNodesFile() {
    Pod pod = pod("zk-0", PodSpec.builder().hostNetwork(true));

    assertThat(PodIdentity.hostNetworkHostsFile("127.0.0.1 localhost\n", pod))
        .isEqualTo("# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n");
  }
}
