package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Occupancy;
import dev.hairpin.analysis.Shares;
import dev.hairpin.dns.ClusterDns;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.resolver.Lookup;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Names. */
final class DnsIncidents {
  private DnsIncidents() {}

  private static final IpAddress GITHUB = IpAddress.parse("140.82.112.6");

  static List<Incident> all() {
    return List.of(
        new Incident(
            "dns-01-ndots",
            "ndots:5 turns one external name into 10 queries",
            "how many queries does api.github.com cost a pod on EKS? and with ndots 2, or a final"
                + " dot?",
            DnsIncidents::ndots),
        new Incident(
            "dns-02-five-seconds",
            "Intermittent 5 s DNS delay",
            "of the two queries that glibc sends at once, one is lost: how long does the lookup"
                + " take?",
            DnsIncidents::fiveSeconds),
        new Incident(
            "dns-04-coredns-unbalanced",
            "One CoreDNS replica gets most queries",
            "ten caches keep one connection each to three replicas: how many has the fullest?",
            DnsIncidents::unbalanced),
        new Incident(
            "dns-05-headless-first-answer",
            "Client always takes the first A record of a headless Service",
            "three pods, the client takes the first address: what share does each pod get?",
            DnsIncidents::headlessFirst),
        new Incident(
            "dns-06-negative-cache",
            "New StatefulSet peers unresolvable for 30 s",
            "a peer is asked for one second too early: when is its name answered?",
            DnsIncidents::negativeCache),
        new Incident(
            "dns-07-publishnotready",
            "Peers wait for DNS, DNS waits for readiness",
            "three pods get ready once they find each other by name: do they ever?",
            DnsIncidents::publishNotReady),
        new Incident(
            "dns-08-stale-record",
            "Old pod address still answered",
            "a pod behind a headless Service is replaced: for how long is its old address"
                + " answered?",
            DnsIncidents::staleRecord),
        new Incident(
            "dns-09-externalname",
            "ExternalName: wrong Host header and certificate",
            "a client calls http://my-svc, an alias of example.com: who answers, which name does he"
                + " hear?",
            DnsIncidents::externalName),
        new Incident(
            "dns-10-search-domain-wildcard",
            "A search suffix with a wildcard record swallows names",
            "google.com is looked up through the suffix corp.example, where every name exists: what"
                + " address comes?",
            DnsIncidents::wildcard),
        new Incident(
            "dns-12-hostaliases",
            "hostAliases shadow DNS",
            "one workload reaches a dead address by a name that is right everywhere else: why?",
            DnsIncidents::hostAliases));
  }

  private static StubZones world() {
    return StubZones.withoutNames()
        .add("api.github.com.", 60, GITHUB)
        .add("example.com.", 60, IpAddress.parse("198.51.100.99"))
        .add("google.com.", 60, IpAddress.parse("198.51.100.8"));
  }

  private static Cluster eks(CoreDns dns) {
    return Cluster.eks().install(KubeProxy.newest()).install(dns.upstream(world()));
  }

  private static String pod(String name, String fields) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: payments, name: %s}
        spec: {%scontainers: [{name: c, image: example, ports: [{containerPort: 9090}]}]}
        """.formatted(name, fields.isEmpty() ? "" : fields + ", ");
  }

  private static int queries(Cluster cluster, String pod, String name) {
    return cluster.lookup("payments/" + pod, name).questions().size();
  }

  private static String ndotsOf(int ndots) {
    return "dnsConfig: {options: [{name: ndots, value: \"" + ndots + "\"}]}";
  }

  private static void ndots(Play play) {
    Cluster cluster = eks(CoreDns.eks());
    cluster.apply(Yaml.namespace("payments")
        + pod("five", "")
        + pod("two", ndotsOf(2))
        + pod("one", ndotsOf(1)));
    NameService.Lookup lookup = cluster.lookup("payments/five", "api.github.com");
    lookup.questions().forEach(q -> play.show(q.name() + "  " + q.type() + "  " + q.answer()));
    play.expect("queries with ndots:5", 10, lookup.questions().size());
    play.expect(
        "of them NXDOMAIN",
        8L,
        lookup.questions().stream().filter(q -> q.answer().contains("NXDOMAIN")).count());
    play.expect("queries with a final dot", 2, queries(cluster, "five", "api.github.com."));
    play.expect("queries with ndots:2", 2, queries(cluster, "two", "api.github.com"));
    play.expect("queries with ndots:1", 2, queries(cluster, "one", "api.github.com"));
    Cluster auto = eks(CoreDns.of(Corefile.parse("""
        .:53 {
            kubernetes cluster.local in-addr.arpa ip6.arpa {
              pods verified
              fallthrough in-addr.arpa ip6.arpa
            }
            autopath @kubernetes
            forward . /etc/resolv.conf
            cache 30
        }
        """)));
    auto.apply(Yaml.namespace("payments") + pod("five", ""));
    play.expect("queries with autopath", 2, queries(auto, "five", "api.github.com"));
  }

  private static void fiveSeconds(Play play) {
    Cluster cluster = eks(CoreDns.eks());
    cluster.apply(Yaml.namespace("payments") + pod("app", ""));
    ClusterDns dns = cluster.component(ClusterDns.class).orElseThrow();
    Source source = new Source.InPod("payments", "app");
    int[] sent = {0};
    NameServers racing = dns.servers(source, Chooser.seeded(1))
        .behind(query -> ++sent[0] == 2
            ? new NameServers.Network.Lost()
            : new NameServers.Network.Carried(Duration.ofMillis(1), ""));
    Lookup lookup = dns.lookups().lookup(source, "api.github.com.", Chooser.seeded(1), racing);
    play.show(lookup);
    play.say("The second of two packets of one flow loses the race for the connection tracking"
        + " entry; the resolver asks again after its time-out.");
    play.expectNear("seconds", 5, lookup.took().toMillis() / 1000.0, 0.1);
    Lookup quiet = dns.lookups()
        .lookup(
            source, "api.github.com.", Chooser.seeded(1), dns.servers(source, Chooser.seeded(1)));
    play.expectNear("seconds when none is lost", 0, quiet.took().toMillis() / 1000.0, 0.1);
    cluster.apply(pod("single", "dnsConfig: {options: [{name: single-request-reopen}]}"));
    Source single = new Source.InPod("payments", "single");
    TreeSet<Integer> ports = new TreeSet<>();
    int[] asked = {0};
    NameServers watched = dns.servers(single, Chooser.seeded(1)).behind(query -> {
      asked[0]++;
      ports.add(query.sourcePort());
      return new NameServers.Network.Carried(Duration.ofMillis(1), "");
    });
    dns.lookups().lookup(single, "api.github.com.", Chooser.seeded(1), watched);
    play.expect("queries with single-request-reopen", 2, asked[0]);
    play.expect("sockets that they leave from, so that there is no race", 2, ports.size());
  }

  private static void unbalanced(Play play) {
    double[] thirds = new double[3];
    Arrays.fill(thirds, 1.0 / 3);
    Occupancy occupancy = Occupancy.of(thirds, 10);
    play.show(occupancy);
    play.expectNear(
        "connections of the fullest of three replicas", 4.93, occupancy.expectedMax(), 0.01);
  }

  private static void headlessFirst(Play play) {
    Cluster cluster = eks(CoreDns.eks());
    cluster.apply(Yaml.namespace("payments")
        + pod("app", "")
        + Yaml.service(
            "payments", "peers", "clusterIP: None, selector: {app: peers}, ports: [{port: 8080}]")
        + Yaml.deployment("payments", "peers", 3, Yaml.ports(8080)));
    Shares shares = cluster.from("payments/app").sharesTo("http://peers:8080");
    play.show(shares);
    play.expect("pods that get some", 3, shares.ends().size());
    shares
        .ends()
        .values()
        .forEach(share -> play.expectNear("share of a pod", 1.0 / 3, share.toDouble(), 1e-9));
    play.say(
        "CoreDNS's plugin loadbalance shuffles the records. A client that sorts them by RFC 6724"
            + " undoes that; an answer of many records is truncated at 512 octets without EDNS:");
    cluster.controllers().workloads().scale("Deployment", "payments", "peers", 40);
    cluster.advance(Duration.ofSeconds(40));
    NameService.Lookup many = cluster.lookup("payments/app", "peers.payments.svc.cluster.local.");
    play.expect("addresses of 40 pods", 40, many.addresses().size());
  }

  /** Seconds from the first, too early question until the name of the peer is answered. */
  private static int secondsUntilAnswered(Corefile corefile) {
    Cluster cluster = eks(CoreDns.of(corefile).replicas(1));
    cluster.apply(Yaml.namespace("payments")
        + pod("app", "")
        + Yaml.service(
            "payments",
            "db",
            "clusterIP: None, publishNotReadyAddresses: true, selector: {app: db}, ports: [{port:"
                + " 5432}]"));
    String name = "db-0.db.payments.svc.cluster.local.";
    cluster.lookup("payments/app", name);
    cluster.advance(Duration.ofSeconds(1));
    cluster.apply("""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {namespace: payments, name: db}
        spec:
          serviceName: db
          replicas: 1
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec: {containers: [{name: db, image: example, ports: [{containerPort: 5432}]}]}
        """);
    for (int second = 1; second < 120; second++) {
      if (!cluster.lookup("payments/app", name).addresses().isEmpty()) {
        return second;
      }
      cluster.advance(Duration.ofSeconds(1));
    }
    return 120;
  }

  private static void negativeCache(Play play) {
    int thirty = secondsUntilAnswered(Corefile.parse("""
        .:53 {
            kubernetes cluster.local in-addr.arpa ip6.arpa {
              pods insecure
              fallthrough in-addr.arpa ip6.arpa
              ttl 30
            }
            forward . /etc/resolv.conf
            cache 30
        }
        """));
    int eks = secondsUntilAnswered(Corefile.eks());
    play.say(
        "Asked at 0 s, the pod is there at 1 s. A denial lives as long as the zone's SOA record"
            + " says, at most the 30 s of the cache: with ttl 30 until " + thirty + " s, with EKS's"
            + " Corefile (ttl 5) until " + eks + " s.");
    play.expectNear("seconds with ttl 30 and cache 30", 30, thirty, 1);
    play.expectNear("seconds with EKS's Corefile", 5, eks, 1);
    play.expect(
        "seconds with disable denial cluster.local (kubeadm's Corefile)",
        1,
        secondsUntilAnswered(Corefile.kubeadm()));
  }

  private static boolean formed(boolean publish) {
    Cluster cluster = eks(CoreDns.kubeadm());
    cluster.apply(Yaml.namespace("payments")
        + Yaml.service(
            "payments",
            "db",
            "clusterIP: None, publishNotReadyAddresses: " + publish
                + ", selector: {app: db}, ports: [{port: 5432}]"));
    cluster.apply("""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {namespace: payments, name: db}
        spec:
          serviceName: db
          replicas: 3
          podManagementPolicy: Parallel
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec: {containers: [{name: db, image: example, ports: [{containerPort: 5432}]}]}
        """);
    for (int i = 0; i < 3; i++) {
      cluster.controllers().kubelets().setReady("payments", "db-" + i, false);
    }
    cluster.advance(Duration.ZERO);
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 3; i++) {
        boolean quorum = true;
        for (int peer = 0; peer < 3; peer++) {
          quorum &= !cluster
              .lookup("payments/db-" + i, "db-" + peer + ".db.payments.svc.cluster.local.")
              .addresses()
              .isEmpty();
        }
        cluster.controllers().kubelets().setReady("payments", "db-" + i, quorum);
      }
      cluster.advance(Duration.ofSeconds(10));
    }
    return cluster.state().list(dev.hairpin.api.Pod.class).stream()
        .filter(p -> p.metadata().name().startsWith("db-"))
        .allMatch(dev.hairpin.api.Pod::isReady);
  }

  private static void publishNotReady(Play play) {
    play.say("Each of three pods is ready once it resolves the names of all three; they look every"
        + " ten seconds.");
    play.expect("they form without publishNotReadyAddresses", false, formed(false));
    play.expect("they form with it", true, formed(true));
    Cluster cluster = eks(CoreDns.kubeadm());
    cluster.apply(Yaml.namespace("payments")
        + pod("app", "")
        + Yaml.service(
            "payments", "db", "clusterIP: None, selector: {app: db}, ports: [{port: 5432}]")
        + Yaml.deployment("payments", "db", 1, Yaml.ports(5432)));
    cluster
        .controllers()
        .kubelets()
        .setReady("payments", cluster.pod("payments/db").metadata().name(), false);
    cluster.advance(Duration.ZERO);
    play.explain(
        cluster.explainName("payments/app", "db"),
        Reason.NO_SUCH_NAME,
        Reason.HEADLESS_WITHOUT_READY_PODS);
  }

  /** Seconds for which the old address is answered after the pod was replaced. */
  private static int secondsStale(Corefile corefile) {
    Cluster cluster = eks(CoreDns.of(corefile).replicas(1));
    cluster.apply(Yaml.namespace("payments")
        + pod("app", "")
        + Yaml.service(
            "payments", "peers", "clusterIP: None, selector: {app: peers}, ports: [{port: 8080}]")
        + Yaml.deployment("payments", "peers", 1, Yaml.ports(8080)));
    String name = "peers.payments.svc.cluster.local.";
    IpAddress old = cluster.lookup("payments/app", name).addresses().get(0);
    cluster.delete("Pod", cluster.pod("payments/peers").key().namespacedName());
    for (int second = 0; second < 120; second++) {
      if (!cluster.lookup("payments/app", name).addresses().contains(old)) {
        return second;
      }
      cluster.advance(Duration.ofSeconds(1));
    }
    return 120;
  }

  private static void staleRecord(Play play) {
    int eks = secondsStale(Corefile.eks());
    int kubeadm = secondsStale(Corefile.kubeadm());
    play.say("EKS's Corefile answers from its cache for the 5 s that a record lives: " + eks
        + " s. kubeadm's does not cache the cluster's names: " + kubeadm + " s.");
    play.expectNear("seconds with EKS's Corefile", 5, eks, 1);
    play.expect("seconds with kubeadm's", 0, kubeadm);
    play.say(
        "What a client keeps for itself (networkaddress.cache.ttl of the JVM, connection pools)"
            + " comes on top; a client that keeps names for ever never finds the new pod.");
  }

  private static void externalName(Play play) {
    Cluster cluster = eks(CoreDns.eks());
    play.apply(
        cluster,
        Yaml.namespace("payments")
            + pod("app", "")
            + Yaml.service(
                "payments",
                "my-svc",
                "type: ExternalName, externalName: example.com, ports: [{port: 80}]"));
    NameService.Lookup lookup = cluster.lookup("payments/app", "my-svc");
    lookup.questions().forEach(q -> play.show(q.name() + "  " + q.type() + "  " + q.answer()));
    play.expect("address", List.of(IpAddress.parse("198.51.100.99")), lookup.addresses());
    Trace trace = cluster.from("payments/app").to("http://my-svc/");
    play.expect(
        "a rule of a node translates it",
        false,
        trace.first(Step.Translated.class).isPresent());
    play.show(cluster.lint());
    play.expect("lint", List.of("EXTERNAL_NAME_PORTS"), cluster.lint().codes());
    play.say("The alias changes the address only: the client still says Host: my-svc, and expects a"
        + " certificate for it.");
  }

  private static void wildcard(Play play) {
    StubZones upstream = world().add("google.com.corp.example.", 60, IpAddress.parse("10.9.9.9"));
    Cluster cluster =
        Cluster.eks().install(KubeProxy.newest()).install(CoreDns.eks().upstream(upstream));
    cluster.apply(Yaml.namespace("payments") + pod("app", "dnsConfig: {searches: [corp.example]}"));
    NameService.Lookup lookup = cluster.lookup("payments/app", "google.com");
    lookup.questions().forEach(q -> play.show(q.name() + "  " + q.type() + "  " + q.answer()));
    play.expect("google.com is", List.of(IpAddress.parse("10.9.9.9")), lookup.addresses());
    play.expect(
        "the suffix that answered",
        "google.com.corp.example.",
        lookup.questions().get(lookup.questions().size() - 1).name());
    play.expect(
        "with a final dot",
        List.of(IpAddress.parse("198.51.100.8")),
        cluster.lookup("payments/app", "google.com.").addresses());
  }

  private static void hostAliases(Play play) {
    Cluster cluster = eks(CoreDns.eks());
    play.apply(
        cluster,
        Yaml.namespace("payments")
            + Yaml.service(
                "payments",
                "product-catalog",
                "selector: {app: product-catalog}, ports: [{port: 80, targetPort: 8080}]")
            + Yaml.deployment("payments", "product-catalog", 1, Yaml.ports(8080))
            + pod("app", "")
            + pod("odd", "hostAliases: [{ip: 10.0.9.9, hostnames: [product-catalog]}]"));
    play.expect(
        "the odd pod resolves",
        List.of(IpAddress.parse("10.0.9.9")),
        cluster.lookup("payments/odd", "product-catalog").addresses());
    play.expect("queries that it sends", 0, queries(cluster, "odd", "product-catalog"));
    play.expect(
        "another pod arrives",
        true,
        cluster.from("payments/app").to("http://product-catalog").outcome().delivered());
    play.show(cluster.lint());
    play.expect("lint", List.of("HOST_ALIAS_SHADOWS_SERVICE"), cluster.lint().codes());
  }
}
