package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** CoreDNS in a fork of a cluster: it knows what one that was started there would know. */
class ForkedDnsTest {
  private static final Corefile COREFILE = Corefile.parse("""
      .:53 {
          kubernetes cluster.local in-addr.arpa ip6.arpa {
              pods verified
          }
          transfer {
              to *
          }
          loadbalance
      }
      """);

  private static final List<String> NAMESPACES = List.of("shop", "ui");
  private static final List<String> SERVICES = List.of("web", "db");
  private static final List<String> CLUSTER_IPS = List.of("10.96.20.1", "10.96.20.2", "None");

  private static final Client CLIENT = new Client(
      SocketAddress.parse("10.244.1.2:40000"), SocketAddress.parse("10.96.0.10:53"), Transport.TCP);

  /** An object that is put, or one whose place is cleared. */
  record Step(KubeObject object, boolean isRemoved) {
    void make(ClusterState state) {
      ObjectKey key = object.key();
      if (isRemoved) {
        state.remove(key);
      } else {
        state.store(object);
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> namespace = Arbitraries.of(NAMESPACES);
    Arbitrary<String> service = Arbitraries.of(SERVICES);
    Arbitrary<KubeObject> namespaces =
        namespace.map(name -> new Namespace(ObjectMeta.of("", name)));
    Arbitrary<KubeObject> services =
        Combinators.combine(namespace, service, Arbitraries.of(CLUSTER_IPS)).as(Clusters::service);
    Arbitrary<KubeObject> slices = Combinators.combine(
            namespace,
            Arbitraries.of("one", "two"),
            service,
            Arbitraries.integers()
                .between(30, 33)
                .map(i -> "10.244.1." + i)
                .list()
                .uniqueElements()
                .ofMaxSize(3))
        .as((n, name, s, ips) -> Clusters.slice(n, name, s, ips.toArray(String[]::new)));
    Arbitrary<KubeObject> pods = Combinators.combine(
            namespace, Arbitraries.of("a", "b"), Arbitraries.integers().between(30, 32))
        .as((n, name, ip) -> new Pod(
            ObjectMeta.of(n, name),
            PodSpec.builder().build(),
            "Running",
            List.of("10.244.1." + ip),
            "",
            List.of()));
    return Combinators.combine(
            Arbitraries.oneOf(namespaces, services, slices, slices, pods),
            Arbitraries.of(false, false, true))
        .as(Step::new)
        .list()
        .ofMaxSize(12);
  }

  @Property(tries = 300)
  void afterDifferentChangesForkAndOriginalAnswerAsIfStartedThen(
      @ForAll("steps") List<Step> common,
      @ForAll("steps") List<Step> ofFork,
      @ForAll("steps") List<Step> ofOriginal) {
    ClusterState state = Clusters.shop();
    CoreDnsServer original = install(state);
    common.forEach(step -> step.make(state));
    answers(original); // what is worked out when first asked is shared as well
    ClusterState forked = state.fork(new VirtualClock(state.clock().now()));
    CoreDnsServer fork = original.in(forked);

    ofFork.forEach(step -> step.make(forked));
    ofOriginal.forEach(step -> step.make(state));

    assertThat(answers(fork)).isEqualTo(answers(install(forked)));
    assertThat(answers(original)).isEqualTo(answers(install(state)));
  }

  @Test
  void aForkOfAForkKnowsTheChangesOfBoth() {
    ClusterState state = Clusters.shop();
    CoreDnsServer original = install(state);
    ClusterState second = state.fork(new VirtualClock(state.clock().now()));
    CoreDnsServer inSecond = original.in(second);
    second.store(Clusters.service("shop", "new", "10.96.20.7"));
    ClusterState third = second.fork(new VirtualClock(second.clock().now()));
    CoreDnsServer inThird = inSecond.in(third);
    third.remove(new ObjectKey(Service.KIND, "shop", "web"));

    assertThat(address(inThird, "new.shop.svc.cluster.local.")).isEqualTo("[10.96.20.7]");
    assertThat(address(inThird, "web.shop.svc.cluster.local.")).isEqualTo("[]");
    assertThat(address(inSecond, "web.shop.svc.cluster.local.")).isEqualTo("[10.96.20.1]");
    assertThat(address(original, "new.shop.svc.cluster.local.")).isEqualTo("[]");
  }

  @Test
  void aServiceThatWasDeletedIsNotMadeAgainByAFork() {
    ClusterState state = Clusters.empty();
    CoreDns addOn = CoreDns.kubeadm();
    ClusterDns running = addOn.start(state);
    ObjectKey service = new ObjectKey(Service.KIND, "kube-system", "kube-dns");
    state.remove(service);
    ClusterState forked = state.fork(new VirtualClock(state.clock().now()));

    assertThat(addOn.fork(running, forked)).isPresent();
    assertThat(forked.get(service)).isEmpty();
  }

  @Test
  void whatIsWrongWithAPodIsWrongInAForkUntilItIsMendedThere() {
    ClusterState state = Clusters.shop();
    state.store(new Pod(
        ObjectMeta.of("kube-system", "coredns-1").withLabels(Map.of("k8s-app", "kube-dns")),
        PodSpec.builder().build(),
        "Running",
        List.of("10.244.1.9"),
        "",
        List.of()));
    CoreDns addOn = CoreDns.kubeadm();
    ClusterDns running = addOn.start(state);
    running.fault("kube-system/coredns-1", new ReplicaFault.Silent());
    ClusterState forked = state.fork(new VirtualClock(state.clock().now()));
    ClusterDns fork = running.in(forked);

    assertThat(isSilent(fork, forked)).isTrue();
    fork.fault("kube-system/coredns-1", null);
    assertThat(isSilent(fork, forked)).isFalse();
    assertThat(isSilent(running, state)).isTrue();
  }

  private static boolean isSilent(ClusterDns dns, ClusterState state) {
    Replica replica = Objects.requireNonNull(dns.replica("kube-system/coredns-1"));
    return replica
        .ask(
            Message.query(1, Question.of("web.shop.svc.cluster.local.", RecordType.A)),
            CLIENT,
            Chooser.seeded(1),
            state.clock().now(),
            Duration.ZERO,
            false)
        .isEmpty();
  }

  private static CoreDnsServer install(ClusterState state) {
    return CoreDnsServer.install(state, COREFILE, CoreDnsVersion.DEFAULT);
  }

  private static String address(CoreDnsServer server, String name) {
    return server
        .answer(question(name, RecordType.A), CLIENT)
        .message()
        .orElseThrow()
        .answers()
        .stream()
        .map(record -> record.data().toString())
        .toList()
        .toString();
  }

  /** Every answer that the small world has. */
  private static List<String> answers(CoreDnsServer server) {
    List<String> answers = new ArrayList<>();
    for (String namespace : NAMESPACES) {
      for (String service : SERVICES) {
        String name = service + "." + namespace + ".svc.cluster.local.";
        ask(server, name, RecordType.A, answers);
        ask(server, name, RecordType.AAAA, answers);
        ask(server, "_http._tcp." + name, RecordType.SRV, answers);
      }
      for (int i = 30; i <= 33; i++) {
        String pod = "10-244-1-" + i + "." + namespace + ".pod.cluster.local.";
        ask(server, pod, RecordType.A, answers);
      }
      ask(server, namespace + ".svc.cluster.local.", RecordType.A, answers);
    }
    for (int i = 30; i <= 33; i++) {
      ask(server, i + ".1.244.10.in-addr.arpa.", RecordType.PTR, answers);
    }
    ask(server, "1.20.96.10.in-addr.arpa.", RecordType.PTR, answers);
    ask(server, "2.20.96.10.in-addr.arpa.", RecordType.PTR, answers);
    return answers;
  }

  private static void ask(
      CoreDnsServer server, String name, RecordType type, List<String> answers) {
    answers.add(
        server.answer(question(name, type), CLIENT, Chooser.seeded(1)).message().toString());
  }

  private static Message question(String name, RecordType type) {
    return Message.query(1, Question.of(name, type));
  }
}
