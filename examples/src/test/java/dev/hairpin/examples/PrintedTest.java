package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.hairpin.Cluster;
import dev.hairpin.TrafficEngine;
import dev.hairpin.api.Service;
import dev.hairpin.examples.console.Console;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.render.BarChart;
import dev.hairpin.render.HtmlPage;
import dev.hairpin.render.LineChart;
import dev.hairpin.render.TimeLine;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Comparison;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Scenario;
import dev.hairpin.whatif.SweepResult;
import dev.hairpin.whatif.SweepRow;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every public method that prints is held to text that somebody has looked at: to a golden file
 * here, or to the test that is named in {@link #ELSEWHERE}.
 */
class PrintedTest {
  private static final String PRINTS =
      "to(Text|Mermaid|Svg|Html|Markdown|Csv|Json)|print|save\\w*|describe\\w+";

  /** Answers that people see; their {@code toString} is a picture, not a word. */
  private static final Set<String> PICTURES = Set.of(
      "Answer",
      "Applied",
      "BarChart",
      "CapacityReport",
      "Cluster",
      "Comparison",
      "ConntrackEntry",
      "Difference",
      "Drift",
      "Environment",
      "Explanation",
      "Findings",
      "HtmlPage",
      "Lookup",
      "Plan",
      "QueryCosts",
      "Reachability",
      "RolloutReport",
      "RuleSet",
      "Shares",
      "TextTable",
      "TimeLine",
      "Topology",
      "Trace",
      "TrafficCounts");

  /** Where else text is compared as a whole, mostly with what the real program printed. */
  private static final Map<String, String> ELSEWHERE = elsewhere();

  private static Map<String, String> elsewhere() {
    Map<String, String> tests = new LinkedHashMap<>();
    String cli = "lb-model/src/test/java/dev/hairpin/lb/elb/cli/AwsCliTest.java";
    tests.put("AwsCli.describeListeners", cli);
    tests.put("AwsCli.describeLoadBalancer", cli);
    tests.put("AwsCli.describeLoadBalancers", cli);
    tests.put("AwsCli.describeRules", cli);
    tests.put("AwsCli.describeTargetGroups", cli);
    tests.put("AwsCli.describeTargetHealth", cli);
    tests.put(
        "AlbResponse.print",
        "lb-model/src/test/java/dev/hairpin/lb/elb/alb/ApplicationLoadBalancerTest.java");
    tests.put(
        "Arrival.print",
        "lb-model/src/test/java/dev/hairpin/lb/elb/nlb/NetworkLoadBalancerTest.java");
    String rules = "iptables-model/src/test/java/dev/hairpin/iptables/RuleSetTest.java";
    tests.put("RuleSet.save", rules);
    tests.put("RuleSet.saveWithCounters", rules);
    tests.put("RuleSet.toString", rules);
    tests.put("Drift.toString", "iptables-model/src/test/java/dev/hairpin/iptables/DriftTest.java");
    String render = "core/src/test/java/dev/hairpin/render/RenderTest.java";
    for (String format : List.of("toString", "toMarkdown", "toCsv", "toHtml", "toJson")) {
      tests.put("TextTable." + format, render);
    }
    tests.put("BarChart.toString", render);
    tests.put("TimeLine.toString", render);
    tests.put(
        "Explanation.toString", "core/src/test/java/dev/hairpin/path/trace/ExplanationTest.java");
    tests.put("KubectlGet.print", "core/src/test/java/dev/hairpin/kubectl/KubectlTest.java");
    String reach = "examples/src/test/java/dev/hairpin/examples/ReachabilityTest.java";
    for (String format : List.of("toString", "toCsv", "toSvg")) {
      tests.put("Reachability." + format, reach);
    }
    tests.put(
        "RolloutReport.toString",
        "examples/src/test/java/dev/hairpin/examples/WhatIfCommandTest.java");
    String pictures = "dns/src/test/java/dev/hairpin/dns/resolver/PicturesTest.java";
    tests.put("Lookup.toString", pictures);
    tests.put("QueryCosts.toString", pictures);
    tests.put("Answer.toString", pictures);
    return tests;
  }

  private static final Cluster STORE = Clusters.store();

  private static Trace trace() {
    return STORE.fork().from("internet").to("http://" + nlb());
  }

  private static String nlb() {
    Service nlb = STORE.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    return nlb.loadBalancer().get(0).hostname();
  }

  private static Cluster lost() {
    Cluster fork = STORE.fork();
    fork.controllers().nodes().lose("ip-10-42-160-10.us-west-2.compute.internal");
    return fork.advance(Clusters.AWS_TAKES);
  }

  private static Comparison comparison() {
    return WhatIf.on(STORE)
        .traffic(Traffic.between("internet", "service/ui/ui-nlb")
            .perSecond(250)
            .requests(20)
            .named("shoppers"))
        .compare(Scenario.named("twice").times(2));
  }

  private static SweepResult sweep() {
    return SweepResult.of(
        "a fingerprint",
        List.of(
            new SweepRow(0, "as is", 1, new TreeMap<>()),
            new SweepRow(1, "busy", 1, new TreeMap<>(Map.of(Metric.CONNTRACK, worst())))));
  }

  private static SweepRow.Worst worst() {
    return new SweepRow.Worst(90_000, 131_072, 120_000, "node-1");
  }

  private static LineChart lines() {
    return new LineChart("lost connections", "s", "per second")
        .line("first try", new double[] {0, 1, 2, 3}, new double[] {0, 40, 12, 0})
        .line("with a hook", new double[] {0, 1, 2, 3}, new double[] {0, 0, 0, 0});
  }

  private static TimeLine timeLine() {
    TimeLine line = new TimeLine("rolling update", 15);
    line.row("pod", "").span(0, 5, TimeLine.Kind.ACTIVE, "preStop");
    line.row("node a", "synced at 4 s").span(0, 4, TimeLine.Kind.WAITING, "");
    line.row("lost", "80").span(5, 9, TimeLine.Kind.LOSS, "");
    return line;
  }

  private static BarChart bars() {
    return new BarChart("load", "rps")
        .bar("pod-1", 50, 100)
        .bar("pod-2", 200, 100)
        .bar("free", 7);
  }

  /** What is printed here, by the golden file that it is held to. */
  private static Map<String, Supplier<Object>> printed() {
    Map<String, Supplier<Object>> printed = new LinkedHashMap<>();
    printed.put("Trace.toString trace.txt", PrintedTest::trace);
    printed.put("Trace.toMermaid trace.mmd", () -> trace().toMermaid());
    printed.put("Trace.toSvg trace.svg", () -> trace().toSvg());
    printed.put("Trace.toHtml trace.html", () -> trace().toHtml());
    printed.put("Topology.toString topology.txt", STORE::topology);
    printed.put("Topology.toMermaid topology.mmd", () -> STORE.topology().toMermaid());
    printed.put("Topology.toSvg topology.svg", () -> STORE.topology().toSvg());
    printed.put(
        "Shares.toString shares.txt",
        () -> Console.of(STORE.fork()).shares("internet", "service/ui/ui-nlb"));
    printed.put("Cluster.toString cluster.txt", () -> STORE);
    printed.put(
        "Applied.toString applied.txt", () -> STORE.fork().apply(Store.change("nlb-ip-mode.yaml")));
    printed.put("Difference.toString diff-zone.md", () -> STORE.diff(lost()));
    printed.put("Environment.toString env.txt", () -> STORE.env("catalog/catalog"));
    printed.put("Findings.toString lint.txt", () -> {
      Cluster fork = STORE.fork();
      fork.apply("""
          apiVersion: v1
          kind: Service
          metadata: {name: basket, namespace: carts}
          spec: {selector: {app.kubernetes.io/name: cart}, ports: [{port: 80, targetPort: web}]}
          """);
      return fork.lint();
    });
    printed.put(
        "Manifests.toJson service.json",
        () -> Manifests.toJson(STORE.state().get(Service.class, "ui", "ui-nlb").orElseThrow()));
    printed.put("ConntrackEntry.toString conntrack.txt", () -> {
      Cluster fork = STORE.fork();
      fork.from("catalog/catalog").to("http://ui.ui");
      return fork.conntrack(fork.pod("catalog/catalog").spec().nodeName()).stream()
          .map(e -> e + "\n")
          .collect(Collectors.joining());
    });
    printed.put(
        "Plan.toString plan.txt",
        () -> LoadBalancersText.plan(STORE.fork(), Store.change("ingress-group.yaml")));
    printed.put(
        "TrafficCounts.toString traffic.txt",
        () -> TrafficEngine.of(STORE.fork()).stream("internet", "http://" + nlb(), 1)
            .run(1_000));
    printed.put("Comparison.toString comparison.txt", PrintedTest::comparison);
    printed.put("Comparison.toMarkdown comparison.md", () -> comparison().toMarkdown());
    printed.put("Comparison.toCsv comparison.csv", () -> comparison().toCsv());
    printed.put("Comparison.toJson comparison.json", () -> comparison().toJson());
    printed.put("Comparison.toHtml comparison.html", () -> comparison().toHtml());
    printed.put("CapacityReport.toString capacity.txt", () -> report());
    printed.put("CapacityReport.toCsv capacity.csv", () -> report().toCsv());
    printed.put("CapacityReport.toJson capacity.json", () -> report().toJson());
    printed.put("SweepResult.toCsv sweep.csv", () -> sweep().toCsv());
    printed.put("LineChart.toSvg lines.svg", () -> lines().toSvg());
    printed.put("LineChart.toCsv lines.csv", () -> lines().toCsv());
    printed.put("TimeLine.toSvg timeline.svg", () -> timeLine().toSvg());
    printed.put("BarChart.toSvg bars.svg", () -> bars().toSvg());
    printed.put(
        "HtmlPage.toString page.html",
        () -> new HtmlPage("a page")
            .heading("a heading")
            .paragraph("words")
            .preformatted("a  b\n")
            .drawing(bars().toSvg()));
    return printed;
  }

  private static CapacityReport report() {
    return comparison().reports().get(0);
  }

  @TestFactory
  Stream<DynamicTest> isWhatWasLookedAt() {
    return printed().entrySet().stream().map(e -> {
      String file = e.getKey().substring(e.getKey().indexOf(' ') + 1);
      return DynamicTest.dynamicTest(
          e.getKey(), () -> Golden.assertEqualsFile(e.getValue().get().toString(), file));
    });
  }

  @Test
  void everyPublicMethodThatPrintsIsHeldToSomething() {
    JavaClasses classes = new ClassFileImporter()
        .withImportOption(new ImportOption.DoNotIncludeTests())
        .importPackages("dev.hairpin");
    Set<String> methods = new TreeSet<>();
    classes.stream()
        .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(c -> !c.getPackageName().startsWith("dev.hairpin.examples"))
        .flatMap(c -> c.getMethods().stream())
        .filter(PrintedTest::prints)
        .forEach(m -> methods.add(m.getOwner().getSimpleName() + "." + m.getName()));
    Set<String> held = new TreeSet<>(ELSEWHERE.keySet());
    printed().keySet().forEach(key -> held.add(key.substring(0, key.indexOf(' '))));
    // what Trace.toString calls
    held.add("TraceText.print");

    assertThat(methods).isSubsetOf(held).hasSizeGreaterThan(50);
  }

  private static boolean prints(JavaMethod method) {
    return method.getModifiers().contains(JavaModifier.PUBLIC)
        && method.getRawReturnType().isEquivalentTo(String.class)
        && (method.getName().matches(PRINTS)
            || (method.getName().equals("toString")
                && PICTURES.contains(method.getOwner().getSimpleName())));
  }

  @Test
  void testsElsewhereCallTheMethodOrCompareTheObject() throws Exception {
    for (Map.Entry<String, String> entry : ELSEWHERE.entrySet()) {
      String method = entry.getKey().substring(entry.getKey().indexOf('.') + 1);
      String test = Files.readString(Path.of("..", entry.getValue()));

      assertThat(method.equals("toString") || test.contains("." + method + "("))
          .as(entry + " calls it")
          .isTrue();
    }
  }
}
