package dev.hairpin.analysis.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.topology.Topology.Box;
import dev.hairpin.analysis.topology.Topology.Entry;
import dev.hairpin.analysis.topology.Topology.Place;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The map of a cluster, as text and as pictures. */
class TopologyTest {
  private static final Topology MAP = new Topology(
      List.of(
          new Entry("service ui/nlb", "", List.of("ui/nlb")),
          new Entry("ingress ui/web", "alb.example", List.of("ui/web", "ui/gone"))),
      List.of(
          new Box("ui/nlb", "10.96.0.7", List.of("80/TCP"), Map.of("ui/web-1", true)),
          new Box("ui/web", "headless", List.of(), sorted("192.0.2.9", false, "ui/web-1", true))),
      List.of(new Place("192.0.2.9", "", ""), new Place("ui/web-1", "n1", "a")));

  private static Map<String, Boolean> sorted(String a, boolean ready, String b, boolean other) {
    return new TreeMap<>(Map.of(a, ready, b, other));
  }

  @Test
  void aClusterIsReadFromItsObjects() {
    Cluster cluster = Cluster.kubeadm();
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web-1, namespace: shop, labels: {app: web}}
        spec: {containers: [{name: web, image: web}]}
        """);

    Topology map = cluster.topology();

    assertThat(map.entries())
        .containsExactly(new Entry("service shop/web", "", List.of("shop/web")));
    assertThat(map.services()).anySatisfy(box -> {
      assertThat(box.name()).isEqualTo("shop/web");
      assertThat(box.ports()).containsExactly("80/TCP");
      assertThat(box.endpoints()).containsExactly(Map.entry("shop/web-1", true));
    });
    assertThat(map.pods()).anySatisfy(place -> {
      assertThat(place.name()).isEqualTo("shop/web-1");
      assertThat(place.node()).startsWith("node-");
    });
  }

  @Test
  void asTextItHasALineForEachEntryAndService() {
    assertThat(MAP).hasToString("""
        internet -> service ui/nlb <pending> -> ui/nlb
        internet -> ingress ui/web alb.example -> ui/web, ui/gone
        ui/nlb 10.96.0.7 80/TCP -> ui/web-1
        ui/web headless -> 192.0.2.9 (not ready), ui/web-1
        """);
  }

  @Test
  void asAFlowChartItDrawsWhatIsNotReadyWithDots() {
    assertThat(MAP.toMermaid())
        .contains(
            "flowchart LR\n",
            "  service_ui_nlb[[\"service ui/nlb<br/>#lt;pending#gt;\"]]\n",
            """
              subgraph zone_a["zone a"]
                subgraph node_n1["node n1"]
                  place_ui_web_1["ui/web-1"]
                end
              end
            """,
            "  service_of_ui_web -.-> place_192_0_2_9\n",
            "  ingress_ui_web --> service_of_ui_web\n")
        .doesNotContain("ui_gone");
  }

  @Test
  void namesThatMakeTheSameWordStayApart() {
    Topology twins = new Topology(
        List.of(),
        List.of(
            new Box("a/b-c", "", List.of(), Map.of()), new Box("a-b/c", "", List.of(), Map.of())),
        List.of());

    assertThat(twins.toMermaid()).contains("service_of_a_b_c(", "service_of_a_b_c_2(");
  }

  @Property(tries = 200)
  void noNameGetsOutOfItsPlace(@ForAll String words) {
    String name = "</text><script>alert(1)</script>\"]\n  internet --> forged" + words;
    Topology hostile = new Topology(
        List.of(new Entry(name, name, List.of(name))),
        List.of(new Box(name, name, List.of(name), Map.of(name, true))),
        List.of(new Place(name, name, name)));

    assertThat(hostile.toSvg()).doesNotContain("<script");
    assertThat(hostile
            .toMermaid()
            .lines()
            .filter(l -> l.contains("internet --> forged"))
            .count())
        .isZero();
  }
}
