package dev.hairpin.dns;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.Severity;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.resolver.PodResolvConf;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.Expert;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What CoreDNS and the kubelets know about faults: a configuration that forwards to itself or to
 * nobody, files that are missing, and pods that ask other servers or search fewer domains than
 * their authors think.
 */
final class DnsAdvice {
  private static final ObjectKey COREFILE = new ObjectKey("ConfigMap", "kube-system", "coredns");

  /** Below as many dots a name is looked for in the search list first, unless a pod says so. */
  private static final int USUAL_DOTS = 5;

  private final ClusterState state;
  private final ClusterDns dns;

  DnsAdvice(ClusterState state, ClusterDns dns) {
    this.state = state;
    this.dns = dns;
  }

  // ---- faults that can be seen without asking

  void lint(Consumer<Finding> found) {
    corefile(found);
    if (dns.hasNoService()) {
      found.accept(finding(
          Severity.ERROR,
          "DNS_SERVICE_MISSING",
          new ObjectKey("Service", CoreDnsObjects.NAMESPACE, CoreDnsObjects.SERVICE),
          "",
          "there is no Service kube-system/kube-dns, at whose address kubelets have pods ask",
          "create the Service, or install CoreDNS before the pods"));
    }
    Set<String> seen = new HashSet<>();
    for (Pod pod : state.list(Pod.class)) {
      // Pods of one template differ in nothing that matters here.
      if (seen.add(pod.metadata().namespace()
          + " " + pod.spec().dnsPolicy()
          + " " + pod.spec().hostNetwork()
          + " " + pod.spec().dnsConfig())) {
        pod(pod, found);
      }
    }
  }

  private void corefile(Consumer<Finding> found) {
    CoreDnsServer server = dns.server();
    for (String loop : server.loops()) {
      found.accept(finding(
          Severity.ERROR,
          "COREFILE_LOOP",
          COREFILE,
          "data.Corefile",
          loop
              + ", so that a question goes round until it is given up; the plugin loop ends CoreDNS"
              + " when it starts",
          "forward to the resolver of the nodes, not to an address of CoreDNS"));
    }
    for (String nobody : server.unreachableUpstreams()) {
      found.accept(finding(
          Severity.WARNING,
          "COREFILE_UPSTREAM_UNREACHABLE",
          COREFILE,
          "data.Corefile",
          nobody + ", where nobody answers; names that go there end in SERVFAIL",
          "declare the upstream, or forward to a server that exists"));
    }
    for (String warning : server.warnings()) {
      found.accept(finding(
          Severity.WARNING,
          "COREFILE_WARNING",
          COREFILE,
          "data.Corefile",
          warning,
          "give CoreDNS the file, or take the line out"));
    }
  }

  private void pod(Pod pod, Consumer<Finding> found) {
    if (asksTheNode(pod)) {
      found.accept(finding(
          Severity.WARNING,
          "DNS_POLICY_IGNORED",
          pod.key(),
          "spec.dnsPolicy",
          "with hostNetwork the policy ClusterFirst is that of the node: the pod asks the node's"
              + " resolver, which knows no name of the cluster",
          "set dnsPolicy: ClusterFirstWithHostNet"));
    }
    for (PodResolvConf.Event event : dns.lookups().resolvConf(pod).events()) {
      if (!event.onNode() && event.reason().equals("DNSConfigForming")) {
        found.accept(finding(
            Severity.WARNING,
            "DNS_CONFIG_CUT",
            pod.key(),
            "spec.dnsConfig",
            event.message(),
            "name fewer servers or search domains"));
      }
    }
    dots(pod)
        .filter(ndots -> ndots > USUAL_DOTS)
        .ifPresent(ndots -> found.accept(finding(
            Severity.WARNING,
            "DNS_NDOTS_HIGH",
            pod.key(),
            "spec.dnsConfig.options",
            "with ndots:" + ndots
                + " nearly every name is tried in every search domain before it is"
                + " asked as it is",
            "set ndots to 2, or write names with a final dot")));
  }

  private static boolean asksTheNode(Pod pod) {
    return pod.spec().hostNetwork() && pod.spec().dnsPolicy().equals("ClusterFirst");
  }

  private Optional<Integer> dots(Pod pod) {
    return dns.lookups().resolvConf(pod).options().stream()
        .filter(option -> option.matches("ndots:\\d{1,4}"))
        .map(option -> Integer.valueOf(option.substring("ndots:".length())))
        .findFirst();
  }

  private static Finding finding(
      Severity severity, String code, ObjectKey object, String field, String text, String fix) {
    return new Finding(severity, code, object, field, text, fix, List.of(), "");
  }

  // ---- names that did not resolve

  Explanation refine(Expert.Failure attempt) {
    Explanation soFar = attempt.soFar();
    boolean name = soFar.reason() == Reason.NO_SUCH_NAME
        || soFar.reason() == Reason.NAME_HAS_NO_ADDRESS
        || soFar.reason() == Reason.DNS_NO_ANSWER;
    if (!name || !(attempt.source() instanceof Source.InPod in)) {
      return soFar;
    }
    Optional<Pod> pod = state.get(Pod.class, in.namespace(), in.name());
    if (pod.filter(DnsAdvice::asksTheNode).isPresent()) {
      return soFar
          .causedBy(
              soFar.reason(),
              "the pod is in the node's network and has dnsPolicy ClusterFirst, which then means the"
                  + " node's resolver; that knows no name of the cluster")
          .fixedBy("set dnsPolicy: ClusterFirstWithHostNet");
    }
    if (pod.filter(p -> p.spec().dnsPolicy().equals("Default")).isPresent()) {
      return soFar
          .causedBy(
              soFar.reason(),
              "the pod has dnsPolicy Default and asks the node's resolver, which knows no name of the"
                  + " cluster")
          .fixedBy("set dnsPolicy: ClusterFirst");
    }
    List<String> loops = dns.server().loops();
    return loops.isEmpty() || soFar.reason() != Reason.DNS_NO_ANSWER
        ? soFar
        : soFar
            .causedBy(soFar.reason(), loops.get(0))
            .fixedBy("forward to the resolver of the nodes, not to an address of CoreDNS");
  }
}
