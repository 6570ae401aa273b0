// Made from the notebook beside it. It needs only a JDK; README.md says how it is run.
void print(Object o) { System.out.println(o); }
void display(Object picture, String as) { print("(a drawing, " + as + ")\n"); }

// # How much can it bear?
//
// Questions about load, on forks of the retail store: where connections go, what a lost zone costs, how near the tables of the nodes are to their
// limits, what a name costs the DNS servers. Figures say how they were found: exact, by a law, fitted to published measurements, or simulated with
// a seed.

import dev.hairpin.examples.console.Console;
import dev.hairpin.whatif.*;
import dev.hairpin.whatif.law.*;
import java.time.Duration;
var c = Console.store();
var shop = c.what().scale("ui/ui", 3);
print(shop.get("pods -n ui -o wide"));

// ## 1. Shares
//
// **Predict:** three nodes, three ui pods, one on each. Which share has each way from the load balancer to a pod, and which part of all
// connections takes a second node?

print(shop.shares("internet", "service/ui/ui-nlb"));

// Shares are what happens in the long run. A hundred long connections are placed one by one, and some pod has more than its third:

print(shop.shares("internet", "service/ui/ui-nlb").of(100));

// ## 2. A steady load
//
// 300 new connections a second from outside, each open for half a minute with 20 requests.

var shoppers = Traffic.between("internet", "service/ui/ui-nlb")
    .perSecond(300).lasting(Duration.ofSeconds(30)).requests(20).bytes(1_000, 10_000).named("shoppers");
print(shop.capacity(shoppers));

// ## 3. A zone less
//
// **Predict:** how many requests does each remaining pod serve, and how many connections are lost until the cluster has noticed?

var comparison = WhatIf.on(shop.cluster())
    .traffic(shoppers)
    .limits(Limits.DEFAULT.pod("ui/ui", 2_500))
    .compare(
        Scenario.named("a zone less").losingZone("us-west-2a"),
        Scenario.named("three times the traffic").times(3),
        Scenario.named("both").losingZone("us-west-2a").times(3));
print(comparison);

display(comparison.chart(Metric.POD_REQUESTS).toSvg(), "image/svg+xml");

// Is anything taken away from anybody, once all has settled?

print(shop.diff(shop.losing("us-west-2a")).isWorse());

// ## 4. Tables of the nodes
//
// The connection tracking table of a node with two cores, and the rate at which connections of half a minute fill it (each stays for two minutes
// more after it was closed). **Predict:** hundreds a second, or thousands?

print(ConntrackLaw.tableSize(2));

print(ConntrackLaw.sustainableRate(ConntrackLaw.tableSize(2), 30 + ConntrackLaw.TIME_WAIT_SECONDS));

// Masqueraded connections to one endpoint need source ports, each for as long: the rate that they allow, and how likely two of 1,000 draw the same:

print(SourcePortLaw.sustainableRate(SourcePortLaw.MASQUERADE_PORTS, 30 + ConntrackLaw.TIME_WAIT_SECONDS));

print(SourcePortLaw.collision(1_000, SourcePortLaw.MASQUERADE_PORTS));

// ## 5. What a name costs
//
// The ui pod calls the catalog 300 times a second and looks the name up each time. **Predict:** how many questions is that for each of the two
// CoreDNS pods?

var calls = Traffic.between("ui/ui", "http://catalog.catalog").perSecond(300).named("calls");
print(c.capacity(calls).worst(Metric.DNS_QUERIES).orElseThrow());

var whole = Traffic.between("ui/ui", "http://catalog.catalog.svc.cluster.local.").perSecond(300).named("with a dot at the end");
print(c.capacity(whole).worst(Metric.DNS_QUERIES).orElseThrow());

print(c.capacity(calls.resolvingOnce()).worst(Metric.DNS_QUERIES).orElseThrow());

// ## 6. A rolling update
//
// The ui's pods are replaced one by one while 50 connections a second come through the ALB. **Predict:** how many get an error with no `preStop` hook,
// and how long must the hook sleep until nobody does?

import dev.hairpin.examples.Clusters;
var live = Console.of(Clusters.storeInRealTime());
var visitors = Traffic.between("internet", "ingress/ui/ui").perSecond(50).named("visitors");
print(Rollout.of(live.cluster(), "ui/ui").under(visitors).with(0));

print(Rollout.of(live.cluster(), "ui/ui").under(visitors).smallestPreStop(30).orElseThrow());
