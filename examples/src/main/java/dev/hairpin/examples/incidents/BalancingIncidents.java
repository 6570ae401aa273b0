package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.OpenConnection;
import dev.hairpin.analysis.Shares;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.path.Exchange;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which pod a connection reaches, and how long it stays with it. */
final class BalancingIncidents {
  private BalancingIncidents() {}

  static List<Incident> all() {
    return List.of(
        new Incident(
            "svc-08-long-lived",
            "gRPC, HTTP/2, keep-alive: scaled-up pods stay idle",
            "four clients keep one connection each, 3 pods become 10: what do the new ones get?",
            BalancingIncidents::longLived),
        new Incident(
            "svc-09-udp-same-source-port",
            "UDP from one source port always meets the same backend",
            "1,000 datagrams from one port to a Service with two pods: how are they split?",
            BalancingIncidents::udpSameSourcePort),
        new Incident(
            "svc-10-udp-stale-entry",
            "UDP flow keeps going to a deleted pod",
            "one datagram a second; the pod is deleted: when does the flow find another one?",
            BalancingIncidents::udpStaleEntry),
        new Incident(
            "svc-11-udp-first-packet-before-rules",
            "UDP sent before the Service exists: the entry without DNAT survives",
            "a client sent its first datagram too early: does it ever get through?",
            BalancingIncidents::udpBeforeRules),
        new Incident(
            "svc-12-kubeproxy-restart-udp",
            "kube-proxy restart clears all UDP entries of Services",
            "kube-proxy restarts; does an open datagram flow keep its pod?",
            BalancingIncidents::restart),
        new Incident(
            "svc-14-hairpin",
            "A pod calls its own Service and lands on itself",
            "two pods, one of them calls the Service: how often does it wait, how often in vain?",
            BalancingIncidents::hairpin),
        new Incident(
            "svc-16-affinity-not-ready",
            "Affinity keeps a client on a NotReady pod",
            "a client sticks to a pod that gets unready: where does its next connection go?",
            BalancingIncidents::affinityNotReady),
        new Incident(
            "svc-17-affinity-100-clients",
            "Only the last 100 client addresses per endpoint are remembered",
            "150 clients called; which of them are remembered?",
            BalancingIncidents::affinity100),
        new Incident(
            "svc-29-terminating-keepalive",
            "Terminating pod still served after it left the endpoints",
            "a connection was open before the pod was deleted: does the next request on it arrive?",
            BalancingIncidents::terminatingKeepAlive));
  }

  private static String shop(String serviceFields, int replicas, String ports) {
    return Yaml.namespace("shop")
        + Yaml.service("shop", "web", serviceFields)
        + Yaml.deployment("shop", "web", replicas, ports);
  }

  private static final String WEB = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";
  private static final String UDP =
      "selector: {app: web}, clusterIP: 10.96.7.7, ports: [{port:" + " 8125, protocol: UDP}]";
  private static final String UDP_PORTS = "ports: [{containerPort: 8125, protocol: UDP}]";

  private static String client(int number) {
    return Yaml.pod("shop", "client-" + number, "app: client", "node-1", Yaml.ports(9090));
  }

  private static String server(Exchange exchange) {
    return exchange.served() == null ? "" : exchange.served().process();
  }

  private static void longLived(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(cluster, shop(WEB, 3, Yaml.ports(8080)));
    cluster.apply(client(0) + client(1) + client(2) + client(3));
    List<OpenConnection> open = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      open.add(cluster.from("shop/client-" + i).open("http://web"));
    }
    Set<String> before = requests(open);
    play.say("Four clients keep a connection each; their requests reach " + before + ".");
    cluster.controllers().workloads().scale("Deployment", "shop", "web", 10);
    cluster.advance(Duration.ZERO);
    Set<String> after = requests(open);
    play.say("With ten pods they reach " + after + ".");
    play.expect("pods that serve after the scale-up", before, after);
    play.show(
        cluster.from("shop/client-0").sharesTo(Labs.clusterIp(cluster, "shop", "web") + ":80"));
    Shares fresh =
        cluster.from("shop/client-0").sharesTo(Labs.clusterIp(cluster, "shop", "web") + ":80");
    play.expectNear(
        "share of a new pod among new connections",
        0.1,
        fresh.ends().values().iterator().next().toDouble(),
        1e-8);
    open.forEach(OpenConnection::close);
    Map<String, Integer> served = new TreeMap<>();
    for (int i = 0; i < 400; i++) {
      served.merge(
          String.valueOf(
              cluster.from("shop/client-" + i % 4).to("http://web").outcome().server()),
          1,
          Integer::sum);
    }
    play.say("After 400 new connections: " + served);
    play.expect("pods that serve once connections are made anew", 10, served.size());
  }

  private static Set<String> requests(List<OpenConnection> open) {
    Set<String> servers = new java.util.TreeSet<>();
    for (int round = 0; round < 5; round++) {
      open.forEach(c -> servers.add(server(c.ask())));
    }
    return servers;
  }

  private static void udpSameSourcePort(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(cluster, shop(UDP, 2, UDP_PORTS));
    cluster.apply(client(0));
    OpenConnection socket =
        cluster.from("shop/client-0").fromPort(40_000).open("udp://10.96.7.7:8125");
    Map<String, Integer> one = new TreeMap<>();
    for (int i = 0; i < 1_000; i++) {
      one.merge(server(socket.ask()), 1, Integer::sum);
    }
    play.say("From port 40000: " + one);
    play.expect("pods that got some of 1,000 datagrams from one port", 1, one.size());
    Map<String, Integer> many = new TreeMap<>();
    for (int i = 0; i < 1_000; i++) {
      many.merge(
          String.valueOf(
              cluster.from("shop/client-0").to("udp://10.96.7.7:8125").outcome().server()),
          1,
          Integer::sum);
    }
    play.say("Each from a port of its own: " + many);
    play.expectNear(
        "datagrams of the first pod when every one has a port of its own",
        500,
        many.values().iterator().next(),
        80);
  }

  private static String udpServer(Cluster cluster) {
    return String.valueOf(cluster
        .from("shop/client-0")
        .fromPort(40_000)
        .to("udp://10.96.7.7:8125")
        .outcome()
        .server());
  }

  /** Deletes the pod that serves the flow and asks once a second until someone answers again. */
  private static int secondsWithoutAnswer(KubeProxyVersion version, int replicas) {
    Cluster cluster = Labs.proxied(Cluster.builder().kubeadm(3), version);
    cluster.apply(shop(UDP, replicas, UDP_PORTS));
    cluster.apply(client(0));
    OpenConnection socket =
        cluster.from("shop/client-0").fromPort(40_000).open("udp://10.96.7.7:8125");
    if (replicas == 1) {
      cluster.controllers().workloads().scale("Deployment", "shop", "web", 0);
      cluster.advance(Duration.ZERO);
      for (int second = 0; second < 20; second++) {
        socket.ask(Duration.ofSeconds(1));
      }
      cluster.controllers().workloads().scale("Deployment", "shop", "web", 1);
      cluster.advance(Duration.ZERO);
    } else {
      String server = server(socket.ask());
      cluster.delete("Pod", server);
    }
    for (int second = 0; second < 60; second++) {
      if (socket.ask(Duration.ofSeconds(1)).served() != null) {
        return second;
      }
    }
    return 60;
  }

  private static void udpStaleEntry(Play play) {
    for (KubeProxyVersion version : List.of(KubeProxyVersion.V1_30, KubeProxyVersion.V1_36)) {
      int seconds = secondsWithoutAnswer(version, 2);
      play.say("kube-proxy " + version + ", one of two pods deleted: " + seconds
          + " s without an answer.");
      play.expect(version + ": seconds until the flow finds the other pod", 0, seconds);
    }
    Cluster cluster = Labs.proxied(Cluster.builder().kubeadm(3), KubeProxyVersion.V1_36);
    cluster.apply(shop(UDP, 1, UDP_PORTS) + client(0));
    OpenConnection socket =
        cluster.from("shop/client-0").fromPort(40_000).open("udp://10.96.7.7:8125");
    socket.ask();
    cluster.controllers().workloads().scale("Deployment", "shop", "web", 0);
    cluster.advance(Duration.ZERO);
    for (int second = 0; second < 60; second++) {
      socket.ask(Duration.ofSeconds(1));
    }
    play.say("Scaled to nothing, kube-proxy " + KubeProxyVersion.V1_36
        + " looks at Services with endpoints only, and a datagram a second keeps the entry alive:");
    List<ConntrackEntry> entries = udpEntries(cluster);
    entries.forEach(play::show);
    play.expect("entries after a minute of datagrams", 1, entries.size());
    cluster.advance(Duration.ofSeconds(200));
    play.expect("entries after 200 s of silence", 0, udpEntries(cluster).size());
  }

  private static List<ConntrackEntry> udpEntries(Cluster cluster) {
    return cluster.conntrack("node-1").stream()
        .filter(e -> e.original().source().port() == 40_000)
        .toList();
  }

  private static void udpBeforeRules(Play play) {
    Cluster cluster = Labs.kubeadm();
    cluster.apply(Yaml.namespace("shop") + client(0));
    play.say("The client sends to 10.96.7.7, and there is no such Service yet.");
    OpenConnection socket =
        cluster.from("shop/client-0").fromPort(40_000).open("udp://10.96.7.7:8125");
    play.show(socket.trace());
    List<ConntrackEntry> before = udpEntries(cluster);
    before.forEach(play::show);
    play.expect(
        "entries without translation",
        1L,
        before.stream().filter(e -> !e.destinationTranslated()).count());
    play.apply(cluster, shop(UDP, 2, UDP_PORTS));
    play.expect("entries after the sync", 0, udpEntries(cluster).size());
    play.expect(
        "the next datagram gets an answer",
        true,
        socket.ask(Duration.ofSeconds(1)).served() != null);
  }

  private static void restart(Play play) {
    for (KubeProxyVersion version : List.of(KubeProxyVersion.V1_30, KubeProxyVersion.V1_36)) {
      Cluster cluster = Labs.proxied(Cluster.builder().kubeadm(3), version);
      cluster.apply(shop(UDP, 2, UDP_PORTS) + client(0));
      udpServer(cluster);
      int before = udpEntries(cluster).size();
      cluster.component(KubeProxies.class).orElseThrow().restart("node-1");
      int after = udpEntries(cluster).size();
      play.say("kube-proxy " + version + ": " + before + " entry before, " + after
          + " after the restart.");
      play.expect(
          version + ": entries that the restart leaves",
          version == KubeProxyVersion.V1_30 ? 0 : 1,
          after);
    }
    Cluster cluster = Labs.proxied(Cluster.builder().kubeadm(3), KubeProxyVersion.V1_30);
    cluster.apply(shop(UDP, 2, UDP_PORTS) + client(0));
    Shares fresh = cluster.from("shop/client-0").sharesTo("udp://10.96.7.7:8125");
    play.show(fresh);
    play.say("With 1.30 the next datagram is a new flow and is chosen for afresh; the reconciler of"
        + " newer versions deletes only entries whose endpoint no longer serves.");
    play.expectNear(
        "share that moves to the other pod",
        0.5,
        fresh.ends().values().iterator().next().toDouble(),
        1e-8);
  }

  private static void hairpin(Play play) {
    String manifests = shop(WEB, 2, Yaml.ports(8080));
    Cluster alone = Labs.proxied(Cluster.builder().kubeadm(2).bridge(false));
    play.apply(alone, shop(WEB, 1, Yaml.ports(8080)));
    Trace lost = alone.from("shop/web").to(Labs.clusterIp(alone, "shop", "web") + ":80");
    play.say("Hairpin mode off, and the caller is the only pod:").show(lost);
    play.explain(lost.explain(), Reason.HAIRPIN_LOST, Reason.HAIRPIN_LOST);
    play.expect("the client sees a", Verdict.TIMEOUT, lost.outcome().verdict());
    Cluster off = Labs.proxied(Cluster.builder().kubeadm(2).bridge(false));
    off.apply(manifests);
    String target = Labs.clusterIp(off, "shop", "web") + ":80";
    int late = 0;
    for (int i = 0; i < 400; i++) {
      Instant before = off.state().clock().now();
      off.from("shop/web").to(target);
      late += before.plusMillis(900).isBefore(off.state().clock().now()) ? 1 : 0;
    }
    play.expectNear("of 400 connections lose their first packet", 200, late, 60);
    Shares shares = off.from("shop/web").sharesTo(target);
    play.show(shares);
    play.expectNear("share that never arrives", 1 / 128.0, 1 - shares.arriving().toDouble(), 1e-8);
    play.say("A packet that the bridge does not send leaves no entry in the connection tracking"
        + " table, so each of the six repetitions of the SYN is chosen for afresh: with two pods half"
        + " of the connections are late, by a second or more, and 1 in 2^7 is lost.");
    Cluster on = Labs.proxied(Cluster.builder().kubeadm(2).bridge(true));
    on.apply(manifests);
    play.expect(
        "hairpin mode on: share that arrives",
        Fraction.ONE,
        on.from("shop/web").sharesTo(Labs.clusterIp(on, "shop", "web") + ":80").arriving());
    String self = on.pod("shop/web").key().namespacedName();
    Trace own = on.from("shop/web").to(Labs.clusterIp(on, "shop", "web") + ":80");
    for (int i = 0; i < 50 && !self.equals(own.outcome().server()); i++) {
      own = on.from("shop/web").to(Labs.clusterIp(on, "shop", "web") + ":80");
    }
    play.show(own);
    String node = on.pod("shop/web").spec().nodeName();
    play.expect(
        "the pod sees itself as an address of",
        true,
        own.outcome().sourceSeen() != null
            && !on.pod("shop/web")
                .podIps()
                .contains(own.outcome().sourceSeen().address().toString()));
    play.say("The source is replaced by the node's (" + node + ").");
    Cluster aws = Labs.proxied(Cluster.builder().eks(3));
    aws.apply(manifests);
    play.expect(
        "the AWS VPC CNI has no bridge: share that arrives",
        Fraction.ONE,
        aws.from("shop/web")
            .sharesTo(Labs.clusterIp(aws, "shop", "web") + ":80")
            .arriving());
  }

  private static void affinityNotReady(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(cluster, shop("sessionAffinity: ClientIP, " + WEB, 2, Yaml.ports(8080)));
    cluster.apply(client(0));
    Set<String> first = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      first.add(String.valueOf(
          cluster.from("shop/client-0").to("http://web").outcome().server()));
    }
    play.expect("pods that one client meets", 1, first.size());
    String sticky = first.iterator().next();
    cluster.controllers().kubelets().setReady("shop", sticky.substring("shop/".length()), false);
    cluster.advance(Duration.ZERO);
    Set<String> second = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      second.add(String.valueOf(
          cluster.from("shop/client-0").to("http://web").outcome().server()));
    }
    play.say(sticky + " gets unready; from then on the client meets " + second + ".");
    play.expect("the client has moved", true, second.size() == 1 && !second.contains(sticky));
    play.say("After the sync the affinity rule of the unready pod is gone with its endpoint. The"
        + " behaviour reported for 1.22 is not what the recorded versions do.");
  }

  private static void affinity100(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        shop(
            "type: NodePort, externalTrafficPolicy: Local, sessionAffinity: ClientIP, " + WEB,
            0,
            Yaml.ports(8080)));
    cluster.apply(Yaml.pod("shop", "web-a", "app: web", "node-1", Yaml.ports(8080))
        + Yaml.pod("shop", "web-b", "app: web", "node-1", Yaml.ports(8080)));
    String target = "node/node-1:" + Labs.nodePort(cluster, "shop", "web");
    List<String> servers = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      servers.add(String.valueOf(cluster
          .from("internet/198.51." + (100 + i / 200) + "." + (1 + i % 200))
          .to(target)
          .outcome()
          .server()));
    }
    int kept = 0;
    int remembered = 0;
    Map<String, Integer> seen = new TreeMap<>();
    for (int i = 399; i >= 0; i--) {
      boolean last100 = seen.merge(servers.get(i), 1, Integer::sum) <= 100;
      boolean sure = cluster
              .from("internet/198.51." + (100 + i / 200) + "." + (1 + i % 200))
              .sharesTo(target)
              .ends()
              .size()
          == 1;
      kept += sure ? 1 : 0;
      remembered += last100 ? 1 : 0;
      if (sure != last100) {
        play.say("client " + i + " is " + (sure ? "kept" : "forgotten") + " against the rule");
      }
    }
    play.say("400 clients call, about 200 on each of two pods; then each is asked where its next"
        + " connection would go.");
    play.expect("clients that are sure of their pod", 200, kept);
    play.expect("clients among the last 100 of their pod", 200, remembered);
  }

  private static void terminatingKeepAlive(Play play) {
    Cluster cluster = Labs.proxied(
        Cluster.builder().kubeadm(3).timing(dev.hairpin.cluster.control.Timing.REALISTIC));
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", WEB)
            + Yaml.deployment(
                "shop",
                "web",
                "app: web",
                2,
                "terminationGracePeriodSeconds: 150",
                "lifecycle: {preStop: {sleep: {seconds: 120}}}, " + Yaml.ports(8080)));
    cluster.apply(client(0));
    cluster.advance(Duration.ofSeconds(60));
    OpenConnection open = cluster.from("shop/client-0").open("http://web");
    String server = server(open.ask());
    play.say("A connection is open to " + server + ", which is deleted now; its preStop hook takes"
        + " 120 s.");
    cluster.delete("Pod", server);
    cluster.advance(Duration.ofSeconds(30));
    play.expect("30 s later a request on the open connection reaches", server, server(open.ask()));
    Set<String> fresh = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      fresh.add(String.valueOf(
          cluster.from("shop/client-0").to("http://web").outcome().server()));
    }
    play.expect("new connections reach it", false, fresh.contains(server));
    cluster.advance(Duration.ofSeconds(150));
    Exchange late = open.ask();
    play.expect("once the pod is gone a request gets an answer", false, late.served() != null);
  }
}
