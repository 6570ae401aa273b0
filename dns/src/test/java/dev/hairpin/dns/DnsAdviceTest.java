package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.Expert;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DnsAdviceTest {
  private final ClusterState state = Clusters.shop();

  private void pod(String name, PodSpec spec) {
    state.store(new Pod(
        ObjectMeta.of("shop", name),
        spec,
        "Running",
        List.of("10.244.1.10"),
        "10.0.0.1",
        List.of()));
  }

  private List<String> findings(String corefile) {
    List<Finding> found = new ArrayList<>();
    CoreDns.of(Corefile.parse(corefile)).start(state).lint(found::add);
    return found.stream()
        .map(f -> f.severity() + " " + f.code() + ": " + f.text())
        .toList();
  }

  @Test
  void aSoundConfigurationAndUsualPodsGiveNoReasonToComplain() {
    pod("web-1", PodSpec.builder().build());

    List<Finding> found = new ArrayList<>();
    CoreDns.kubeadm().start(state).lint(found::add);
    CoreDns.eks().withNodeLocalCache().start(state).lint(found::add);
    assertThat(found).isEmpty();
  }

  @Test
  void aServerThatForwardsToItselfIsFound() {
    assertThat(findings(".:53 {\n  forward . 127.0.0.1\n}\n"))
        .containsExactly(
            "ERROR COREFILE_LOOP: CoreDNS forwards names in . to 127.0.0.1:53, which is"
                + " itself, so that a question goes round until it is given up; the plugin loop ends"
                + " CoreDNS when it starts");
    assertThat(findings(".:53 {\n  forward . 127.0.0.1:5353\n}\n.:5353 {\n  whoami\n}\n"))
        .isEmpty();
    assertThat(findings(
            ".:53 {\n  forward corp.internal 127.0.0.1\n}\ncorp.internal:53 {\n  whoami\n}\n"))
        .isEmpty();
  }

  @Test
  void upstreamsThatNobodyIsAndFilesThatAreMissingAreFound() {
    assertThat(findings(".:53 {\n  forward . 10.9.9.9\n  file db.example.org example.org\n}\n"))
        .containsExactly(
            "WARNING COREFILE_UPSTREAM_UNREACHABLE: CoreDNS forwards names in . to 10.9.9.9:53, where"
                + " nobody answers; names that go there end in SERVFAIL",
            "WARNING COREFILE_WARNING: file: open db.example.org: no such file or directory");
  }

  @Test
  void aClusterWithoutServiceForItsDnsIsFound() {
    ClusterDns dns = CoreDns.kubeadm().start(state);
    state.remove(new ObjectKey("Service", "kube-system", "kube-dns"));
    List<Finding> found = new ArrayList<>();
    dns.lint(found::add);

    assertThat(found).extracting(Finding::code).containsExactly("DNS_SERVICE_MISSING");
  }

  @Test
  void podsThatAskTheNodeOrSearchTooMuchAreFound() {
    pod("agent", PodSpec.builder().hostNetwork(true).build());
    pod(
        "eager",
        PodSpec.builder()
            .dnsConfig(Map.of(
                "options", List.of(Map.of("name", "ndots", "value", "9")),
                "nameservers", List.of("10.0.0.1", "10.0.0.2", "10.0.0.3")))
            .build());

    assertThat(findings(".:53 {\n  whoami\n}\n"))
        .hasSize(3)
        .anyMatch(f -> f.startsWith("WARNING DNS_POLICY_IGNORED: with hostNetwork"))
        .anyMatch(f -> f.startsWith("WARNING DNS_CONFIG_CUT: Nameserver limits were exceeded"))
        .anyMatch(f -> f.startsWith("WARNING DNS_NDOTS_HIGH: with ndots:9"));
  }

  @Test
  void aPodThatAsksTheNodeIsToldWhyItFindsNoNameOfTheCluster() {
    pod("agent", PodSpec.builder().hostNetwork(true).build());
    pod("plain", PodSpec.builder().dnsPolicy("Default").build());
    pod("usual", PodSpec.builder().build());
    ClusterDns dns = CoreDns.kubeadm().start(state);
    Explanation failed = Explanation.of("NOT RESOLVED", Reason.NO_SUCH_NAME);

    assertThat(refined(dns, "agent", failed).because()).contains("dnsPolicy ClusterFirst");
    assertThat(refined(dns, "agent", failed).fixes())
        .first()
        .isEqualTo("set dnsPolicy: ClusterFirstWithHostNet");
    assertThat(refined(dns, "plain", failed).fixes())
        .first()
        .isEqualTo("set dnsPolicy: ClusterFirst");
    assertThat(refined(dns, "usual", failed)).isEqualTo(failed);
    Explanation other = Explanation.of("NOT DELIVERED", Reason.DELIVERED);
    assertThat(refined(dns, "agent", other)).isEqualTo(other);
  }

  private static Explanation refined(ClusterDns dns, String pod, Explanation soFar) {
    Outcome ended = new Outcome(
        Verdict.UNREACHABLE,
        soFar.reason(),
        "no such host",
        "",
        null,
        null,
        null,
        null,
        null,
        null);
    Trace nowhere = new Trace("web.shop from " + pod, List.of(), List.of(), ended, null);
    return dns.refine(
        new Expert.Failure(new Source.InPod("shop", pod), "web.shop", nowhere, soFar));
  }
}
