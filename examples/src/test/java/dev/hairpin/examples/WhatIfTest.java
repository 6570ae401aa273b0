package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hairpin.Cluster;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Comparison;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.Limits;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Scenario;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The laws of capacity, as they come out of walked packets. */
class WhatIfTest {
  private static final double EXACT = 1e-6;
  private static final Cluster STORE = storeWithThreeFrontEnds();

  private static Cluster storeWithThreeFrontEnds() {
    Cluster store = Clusters.store();
    store.controllers().workloads().scale("Deployment", "ui", "ui", 3);
    return store.advance(Clusters.AWS_TAKES);
  }

  private static final Traffic SHOPPERS = Traffic.between("internet", "service/ui/ui-nlb")
      .perSecond(300)
      .lasting(Duration.ofSeconds(30))
      .requests(20)
      .bytes(1_000, 10_000)
      .named("shoppers");

  @Test
  void policyClusterBehindABalancerGivesEachPodTheSameAndTheMeansAddUp() {
    CapacityReport report = WhatIf.on(STORE).traffic(SHOPPERS).asIs();

    assertThat(report.of(Metric.POD_REQUESTS)).hasSize(3).allSatisfy(f -> {
      assertThat(f.value()).isCloseTo(2_000, within(0.001));
      assertThat(f.how()).isEqualTo(Figure.How.EXACT);
    });
    assertThat(report.total(Metric.ZONE_REQUESTS).orElseThrow()).isCloseTo(6_000, within(EXACT));
    assertThat(report.total(Metric.NODE_REQUESTS).orElseThrow()).isCloseTo(6_000, within(EXACT));
    assertThat(report.total(Metric.POD_CONNECTIONS).orElseThrow()).isCloseTo(9_000, within(EXACT));
    assertThat(report.of(Metric.LOST)).isEmpty();
  }

  /** Three pods on three nodes: 1 - 1/3 of connections have a second entry, on the pod's node. */
  @Test
  void aConnectionOverAnotherNodeHasTwoEntries() {
    CapacityReport report = WhatIf.on(STORE).traffic(SHOPPERS).asIs();
    double entries = 300 * (30 + 120) * (1 + 2 / 3.0);

    assertThat(report.total(Metric.CONNTRACK).orElseThrow()).isCloseTo(entries, within(0.01));
    assertThat(report.of(Metric.SNAT_PORTS))
        .as("each node masquerades its third of the connections, a third of them to each pod")
        .allSatisfy(f -> assertThat(f.value()).isCloseTo(300 / 9.0 * 150, within(0.01)));
  }

  /**
   * Instance mode without cross-zone: only the way from node to pod crosses, two times of three.
   */
  @Test
  void twoThirdsCrossOverThreeEvenZones() {
    CapacityReport report = WhatIf.on(STORE).traffic(SHOPPERS).asIs();
    double bytes = 6_000 * 11_000.0 * 2 / 3;

    assertThat(report.total(Metric.CROSS_ZONE_BYTES).orElseThrow()).isCloseTo(bytes, within(1.0));
    assertThat(report.total(Metric.CROSS_ZONE_COST).orElseThrow())
        .isCloseTo(bytes * 730 * 3600 / 1e9 * 0.02, within(0.01));
  }

  @Test
  void anApplicationLoadBalancerDoesNotPayForCrossing() {
    CapacityReport report = WhatIf.on(STORE)
        .traffic(Traffic.between("internet", "ingress/ui/ui").perSecond(90).named("shoppers"))
        .asIs();

    assertThat(report.total(Metric.CROSS_ZONE_BYTES).orElseThrow())
        .isCloseTo(90 * 11_000.0 * 2 / 3, within(1.0));
    assertThat(report.total(Metric.CROSS_ZONE_COST)).hasValue(0);
  }

  /** The worked example of AWS' pricing page, but for its rules: 4 new, 6 active, 3.6 bytes. */
  @Test
  void capacityUnitsAreThoseOfThePricingPage() {
    CapacityReport report = WhatIf.on(STORE)
        .traffic(Traffic.between("internet", "ingress/ui/ui")
            .perSecond(100)
            .lasting(Duration.ofMinutes(3))
            .requests(4)
            .bytes(500, 2_000)
            .named("shoppers"))
        .asIs();

    Figure units = report.worst(Metric.CAPACITY_UNITS).orElseThrow();
    assertThat(units.value()).isCloseTo(6, within(EXACT));
    assertThat(units.remark()).startsWith("new 4.00, active 6.00, bytes 3.60");
  }

  /** {@code catalog.catalog} from another namespace costs four questions, A and AAAA twice. */
  @Test
  void lookupsAreCountedAsTheResolverSendsThem() {
    Traffic calls =
        Traffic.between("ui/ui", "http://catalog.catalog").perSecond(300).named("calls");
    CapacityReport report = WhatIf.on(STORE).traffic(calls).asIs();
    CapacityReport once = WhatIf.on(STORE).traffic(calls.resolvingOnce()).asIs();

    assertThat(report.worst(Metric.DNS_QUERIES).orElseThrow().value())
        .isCloseTo(300 * 4 / 2.0, within(EXACT));
    assertThat(once.worst(Metric.DNS_QUERIES).orElseThrow().value()).isZero();
    assertThat(report.total(Metric.CONNTRACK).orElseThrow()
            - once.total(Metric.CONNTRACK).orElseThrow())
        .as("two sockets a lookup, 30 s each")
        .isCloseTo(300 * 2 * 30.0, within(0.01));
  }

  @Test
  void aLostZoneLoadsTheOthersAndLosesWhatIsSentThereUntilSomebodyNotices() {
    Limits limits = Limits.DEFAULT.pod("ui/ui", 2_500);
    Comparison comparison = WhatIf.on(STORE)
        .traffic(SHOPPERS)
        .limits(limits)
        .compare(Scenario.named("a zone less").losingZone("us-west-2a"));
    CapacityReport lost = comparison.reports().get(1);

    assertThat(lost.of(Metric.ZONE_REQUESTS)).hasSize(2);
    assertThat(lost.total(Metric.ZONE_REQUESTS).orElseThrow()).isCloseTo(6_000, within(EXACT));
    // One minus the share that neither comes in there nor is served there: 1 - 2/3 x 2/3.
    assertThat(lost.worst(Metric.LOST_UNTIL_NOTICED).orElseThrow().value())
        .isCloseTo(300 * 5 / 9.0 * 50, within(0.01));
    assertThat(comparison.reports().get(0).overloaded()).isEmpty();
    assertThat(comparison.toString()).contains("a zone less:\n  OVER  lost until noticed");
  }

  /** The exact figure of each pod lies within twice the interval of 95 %: four deviations. */
  @Test
  void simulatedConnectionsAgreeWithTheExactShares() {
    WhatIf whatIf = WhatIf.on(STORE).traffic(SHOPPERS.lasting(Duration.ofSeconds(1)));
    CapacityReport exact = whatIf.asIs();
    CapacityReport simulated = whatIf.simulate(300_000);

    assertThat(simulated.of(Metric.LOST)).isEmpty();
    assertThat(simulated.of(Metric.POD_ARRIVALS)).hasSize(3).allSatisfy(f -> {
      double expected = exact.of(Metric.POD_ARRIVALS, f.subject()).orElseThrow().value();
      assertThat(f.how()).isEqualTo(Figure.How.SIMULATED);
      assertThat(Math.abs(f.value() - expected)).isLessThan(2 * (f.high() - f.value()));
    });
    assertThat(simulated.total(Metric.CONNTRACK).orElseThrow())
        .as("a thousand seconds are long enough for Little's law")
        .isCloseTo(exact.total(Metric.CONNTRACK).orElseThrow(), withinPercentage(3));
    assertThat(whatIf.simulate(300_000).toCsv()).isEqualTo(simulated.toCsv());
  }

  /** Each seed's maximum lies in the interval that every other seed states. */
  @Test
  void theStatedIntervalOfAMaximumHoldsForOtherSeeds() {
    WhatIf whatIf = WhatIf.on(STORE).traffic(SHOPPERS.lasting(Duration.ofSeconds(1)));
    List<CapacityReport> reports = LongStream.rangeClosed(1, 20)
        .mapToObj(seed -> whatIf.seed(seed).simulate(40_000))
        .toList();
    for (Figure stated : reports.get(0).of(Metric.CONNTRACK)) {
      assertThat(reports).allSatisfy(other -> {
        Figure found = other.of(Metric.CONNTRACK, stated.subject()).orElseThrow();
        assertThat(found.value()).isBetween(stated.low(), stated.high());
      });
      assertThat(stated.high() - stated.value())
          .isCloseTo(2.716 * Math.sqrt(stated.value()), within(0.1));
    }
    assertThat(reports.stream().map(CapacityReport::toCsv).distinct()).hasSize(20);
  }

  /** What the shares of single connections cannot show: 8,192 entries bear 68 a second. */
  @Test
  void aSimulationShowsWhatFullTablesLose() {
    Limits small = new Limits(java.util.Map.of(), 8_192, 2, 33_669, 50);
    WhatIf whatIf =
        WhatIf.on(STORE).traffic(SHOPPERS.lasting(Duration.ofSeconds(60))).limits(small);

    assertThat(whatIf.asIs().of(Metric.LOST)).isEmpty();
    CapacityReport full = whatIf.simulate(100_000);
    assertThat(full.of(Metric.LOST)).isNotEmpty().allMatch(Figure::isOver);
    assertThat(full.of(Metric.LOST, "shoppers: TABLE_FULL").orElseThrow().low())
        .as("of 300 a second, while a table bears 8,192 / 180 s")
        .isBetween(150.0, 250.0);
    assertThat(whatIf.simulate(Scenario.named("a tenth").times(0.1), 20_000).of(Metric.LOST))
        .isEmpty();
  }

  /** The catalog's pod is nearer to its limit now, the ui's later: each keeps its own line. */
  @Test
  void aLineOfAComparisonIsAboutOneWorkloadInAllScenarios() {
    Traffic calls =
        Traffic.between("ui/ui", "http://catalog.catalog").perSecond(300).named("calls");
    Comparison comparison = WhatIf.on(STORE)
        .traffic(SHOPPERS, calls)
        .limits(Limits.DEFAULT.pod("ui/ui", 4_000).pod("catalog/catalog", 400))
        .compare(Scenario.named("one ui").scaling("Deployment", "ui/ui", 1));
    CapacityReport now = comparison.reports().get(0);
    CapacityReport then = comparison.reports().get(1);

    assertThat(now.worst(Metric.POD_REQUESTS).orElseThrow().group()).isEqualTo("catalog/catalog");
    assertThat(then.worst(Metric.POD_REQUESTS).orElseThrow().group()).isEqualTo("ui/ui");
    assertThat(then.worst(Metric.POD_REQUESTS, "catalog/catalog").orElseThrow().value())
        .isCloseTo(300, within(0.001));
    assertThat(comparison.toMarkdown().lines().filter(line -> line.startsWith("| pod requests")))
        .containsExactly(
            "| pod requests of catalog/catalog, req/s | 300 (75 %) | 300 (75 %) |",
            "| pod requests of ui/ui, req/s | 2,000 (50 %) | 6,000 (150 %) OVER |");
    assertThat(comparison.toString().lines().filter(line -> line.startsWith("  zone requests: ")))
        .singleElement()
        .satisfies(line -> assertThat(line).contains("us-west-2"));
    assertThat(comparison.chart(Metric.POD_REQUESTS).toString())
        .contains("catalog/catalog, as is", "ui/ui, one ui");
  }

  @Test
  void moreTrafficIsMoreOfTheSame() {
    Comparison comparison =
        WhatIf.on(STORE).traffic(SHOPPERS).compare(Scenario.named("three times").times(3));
    double before = comparison.reports().get(0).total(Metric.CONNTRACK).orElseThrow();
    double after = comparison.reports().get(1).total(Metric.CONNTRACK).orElseThrow();

    assertThat(after).isCloseTo(3 * before, within(0.01));
  }

  @Test
  void theSameQuestionGivesTheSameBytes() {
    Scenario scenario = Scenario.named("six").scaling("Deployment", "ui/ui", 6);
    WhatIf whatIf = WhatIf.on(STORE).traffic(SHOPPERS);

    assertThat(whatIf.compare(scenario).toCsv())
        .isEqualTo(whatIf.compare(scenario).toCsv());
    assertThat(whatIf.compare(scenario).toJson())
        .isEqualTo(whatIf.compare(scenario).toJson());
    assertThat(whatIf.compare(scenario).toHtml())
        .isEqualTo(whatIf.compare(scenario).toHtml());
  }
}
