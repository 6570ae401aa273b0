package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.examples.console.Console;
import dev.hairpin.examples.console.Mistake;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.render.Escape;
import dev.hairpin.time.VirtualClock;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Comparison;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Scenario;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Names that somebody chose to do harm, in a dump of a cluster, which no API server has checked:
 * everything that prints them shows them as words. No element gets into a page or a drawing, no
 * line into a diagram, and nothing that steers a terminal to it.
 */
class HostileNamesTest {
  private static final String SCRIPT = "</title></text><script>alert(1)</script><img onerror=x>";
  private static final String TERMINAL = "\u001b[2J\u001b]0;owned\u0007\u009b31m\r\b\u202egnp";
  private static final Pattern STEERING =
      Pattern.compile("[\\p{Cc}\\u2028-\\u202e\\u2066-\\u2069&&[^\\n\\t]]");

  @Provide
  Arbitrary<String> names() {
    Arbitrary<String> words = Arbitraries.strings().ofMaxLength(8);
    Arbitrary<String> harm = Arbitraries.of(
        SCRIPT,
        TERMINAL,
        "\"'`;#]|&lt;" + SCRIPT + TERMINAL,
        "a\n  internet --> forged\nclick a \"javascript:alert(1)\"\n");
    return harm.flatMap(h -> words.map(w -> h + w));
  }

  /** A node, a pod and a Service; kube-proxy refuses some names, so those of traffic are apart. */
  private static ClusterState dump(String node, String zone, String pod, String service) {
    String yaml = """
        apiVersion: v1
        kind: Node
        metadata: {name: NODE, labels: {topology.kubernetes.io/zone: ZONE}}
        status: {addresses: [{type: InternalIP, address: 10.0.1.1}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: POD, labels: {app: web}}
        spec:
          nodeName: NODE
          containers:
          - {name: c, image: i, ports: [{containerPort: 8080}]}
        status: {phase: Running, podIP: 10.0.1.10, podIPs: [{ip: 10.0.1.10}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: SERVICE}
        spec:
          type: NodePort
          clusterIP: 10.96.0.50
          clusterIPs: [10.96.0.50]
          ipFamilies: [IPv4]
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080, protocol: TCP}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          namespace: shop
          name: web-1
          labels: {kubernetes.io/service-name: SERVICE}
        addressType: IPv4
        ports: [{name: http, port: 8080, protocol: TCP}]
        endpoints:
        - addresses: [10.0.1.10]
          nodeName: NODE
          zone: ZONE
          targetRef: {kind: Pod, namespace: shop, name: POD}
          conditions: {ready: true}
        """.replace("NODE", Escape.json(node))
        .replace("ZONE", Escape.json(zone))
        .replace("POD", Escape.json(pod))
        .replace("SERVICE", Escape.json(service));
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    for (KubeObject object : Manifests.parse(yaml, "dump").objects()) {
      state.store(object);
    }
    return state;
  }

  @Property(tries = 60)
  void objectsAreShownAsWords(@ForAll("names") String name) {
    Cluster cluster = Cluster.of(dump(name, name, name, name));

    isForATerminal(cluster.topology().toString());
    isADrawing(cluster.topology().toSvg());
    isADiagram(cluster.topology().toMermaid());
    isForATerminal(cluster.toString());
    isForATerminal(cluster.lint().toString());
    for (String kind : List.of("nodes -o wide", "pods -A -o wide", "svc -A", "endpointslices -A")) {
      isForATerminal(cluster.get(kind));
    }
    Console console = Console.of(cluster);
    isForATerminal(console.toString());
    isForATerminal(console.get("pods -A").toString());
    isForATerminal(mistake(() -> console.curl("shop/" + name + "x", "http://" + name)));
    isForATerminal(mistake(() -> console.why("service/shop/" + name + "x")));
    isForATerminal(mistake(() -> console.incident(name)));
    isForATerminal(mistake(() -> console.apply("kind: " + Escape.json(name) + "\n")));
  }

  @Property(tries = 60)
  void traffic(@ForAll("names") String name) {
    Cluster cluster = Cluster.of(dump(name, name, name, "web")).install(KubeProxy.newest());
    Cluster fork = cluster.fork();
    fork.delete("EndpointSlice", "shop/web-1");
    String from = "shop/" + name;

    for (Cluster asked : List.of(cluster, fork)) {
      Trace trace = asked.from(from).to("10.96.0.50:80");
      isForATerminal(trace.toString());
      isForATerminal(trace.explain().toString());
      isADrawing(trace.toSvg());
      isADiagram(trace.toMermaid());
      isAPage(trace.toHtml(), 1);
      isForATerminal(TraceJson.of(trace));
      isForATerminal(asked.from(from).sharesTo("10.96.0.50:80").toString());
    }
    isForATerminal(cluster.reach().toString());
    isADrawing(cluster.reach().toSvg());
    assertThat(cluster.diff(fork).toString()).doesNotContain("<script", "<img");
    isForATerminal(cluster.diff(fork).toString());
  }

  @Property(tries = 20)
  void figures(@ForAll("names") String name) {
    Cluster cluster = Cluster.of(dump(name, name, name, "web")).install(KubeProxy.newest());
    Comparison comparison = WhatIf.on(cluster)
        .traffic(Traffic.between("shop/" + name, "10.96.0.50:80").perSecond(10).named(name))
        .compare(Scenario.named(name).times(2));

    isForATerminal(comparison.toString());
    isForATerminal(comparison.toJson());
    isAPage(comparison.toHtml(), 0);
    assertThat(comparison.toMarkdown()).doesNotContain("<script", "<img");
    for (Metric metric : Metric.values()) {
      isADrawing(comparison.chart(metric).toSvg());
      isForATerminal(comparison.chart(metric).toString());
    }
    for (CapacityReport report : comparison.reports()) {
      isForATerminal(report.toString());
      isForATerminal(report.toJson());
    }
  }

  @Property(tries = 20)
  void values(@ForAll("names") String value) {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply("""
        apiVersion: v1
        kind: Pod
        metadata: {name: p, namespace: kube-system, annotations: {a.example/note: VALUE}}
        spec: {containers: [{name: c, image: i, env: [{name: GREETING, value: VALUE}]}]}
        """.replace("VALUE", Escape.json(value.replace("\0", ""))));

    isForATerminal(cluster.env("kube-system/p").toString());
    isForATerminal(Console.of(cluster).env("kube-system/p").toString());
  }

  @Example
  void theProgramLetsNothingThroughThatSteersATerminal() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintWriter out = TerminalWriter.of(bytes);
    out.println(TERMINAL);
    out.print('\u001b');
    out.printf("%s\tand %d lines%n", "\u009b", 2);
    out.flush();

    assertThat(bytes.toString(Charset.defaultCharset()).replace(System.lineSeparator(), "\n"))
        .isEqualTo("""
            \\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\x0d\\x08\\u202egnp
            \\x1b\\x9b\tand 2 lines
            """);
  }

  @Example
  void aTableOfKubectlCutsACellAsKubectlDoes() {
    Cluster cluster = Cluster.of(dump("a\u001b[31mb\nc", "z", "p", "s"));

    assertThat(cluster.get("nodes")).contains("a^[[31mb...").doesNotContain("c ");
  }

  @Example
  void whatIsNotHostileIsShownAsItIs() {
    assertThat(Escape.terminal("caf\u00e9 \u2192 \u65e5\u672c\ttab\n"))
        .isEqualTo("caf\u00e9 \u2192 \u65e5\u672c\ttab\n");
    assertThatThrownBy(() -> Console.store().incident("x"))
        .isInstanceOf(Mistake.class)
        .hasMessageStartingWith("no incident \"x\"");
  }

  private static String mistake(org.assertj.core.api.ThrowableAssert.ThrowingCallable question) {
    Throwable thrown = catchThrowable(question);
    assertThat(thrown).isInstanceOf(Mistake.class);
    return String.valueOf(thrown.getMessage());
  }

  private static void isForATerminal(String text) {
    assertThat(STEERING.matcher(text).find()).as(text).isFalse();
  }

  private static void isADiagram(String mermaid) {
    isForATerminal(mermaid);
    assertThat(mermaid).doesNotContain("<script", "<img");
    assertThat(mermaid.lines())
        .noneMatch(line -> line.contains("internet --> forged") && line.startsWith("  internet"))
        .noneMatch(line -> line.startsWith("click"));
  }

  private static void isAPage(String html, int scripts) {
    assertThat(html).doesNotContain("<script>alert", "<img");
    assertThat(html.split("<script", -1)).hasSize(scripts + 1);
    for (int at = html.indexOf("<svg"); at >= 0; at = html.indexOf("<svg", at + 1)) {
      isADrawing(html.substring(at, html.indexOf("</svg>", at) + "</svg>".length()));
    }
  }

  /** Well-formed, of shapes alone, and with no attribute that runs or fetches something. */
  private static void isADrawing(String svg) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      Element root = factory
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)))
          .getDocumentElement();
      assertThat(root.getTagName()).isEqualTo("svg");
      NodeList all = root.getElementsByTagName("*");
      for (int i = 0; i < all.getLength(); i++) {
        Element element = (Element) all.item(i);
        assertThat(element.getTagName())
            .isIn("title", "rect", "text", "g", "line", "polygon", "polyline", "circle");
        for (int a = 0; a < element.getAttributes().getLength(); a++) {
          assertThat(element.getAttributes().item(a).getNodeName())
              .doesNotStartWith("on")
              .doesNotContain("href", "style");
        }
      }
    } catch (Exception e) {
      throw new AssertionError("not well-formed: " + svg, e);
    }
  }
}
