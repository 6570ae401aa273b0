package dev.hairpin.iptables.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hairpin.Cluster;
import dev.hairpin.iptables.Drift;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.trace.Trace;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real node's dump in the place of what kube-proxy would write there. */
class NodeRulesTest {
  private static final String SHOP = """
          apiVersion: v1
          kind: Pod
          metadata: {name: client, namespace: shop}
          spec: {nodeName: node-1, containers: [{name: c, image: c}]}
          ---
          apiVersion: v1
          kind: Pod
          metadata: {name: web, namespace: shop, labels: {app: web}}
          spec:
            nodeName: node-1
            containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]
          ---
          apiVersion: v1
          kind: Service
          metadata: {name: web, namespace: shop}
          spec:
            clusterIP: 10.96.0.80
            selector: {app: web}
            ports: [{port: 80, targetPort: 8080}]
          """;

  private static final String NODE = "node-1";

  private final Cluster cluster = Cluster.kubeadm().install(KubeProxy.newest());

  @BeforeEach
  void open() {
    cluster.apply(SHOP);
  }

  private KubeProxies proxies() {
    return cluster.component(KubeProxies.class).orElseThrow();
  }

  /** What the node would dump if somebody had deleted the jump to the Service. */
  private String dumpWithoutTheService() {
    return proxies()
        .rulesOf(NODE, IpFamily.IPV4)
        .orElseThrow()
        .save()
        .lines()
        .filter(line -> !line.contains("-d 10.96.0.80/32 -p tcp") || !line.contains("SERVICES"))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private Trace call() {
    return cluster.from("shop/client").to("10.96.0.80:80");
  }

  @Test
  void packetsWalkTheDump() {
    assertThat(call().outcome().delivered()).isTrue();

    cluster.install(NodeRules.of(NODE, RuleSet.parse(dumpWithoutTheService(), IpFamily.IPV4)));

    assertThat(call().outcome().delivered()).isFalse();
  }

  @Test
  void whatTheNodeLacksIsSaidInWords() {
    Drift drift = proxies().driftOf(NODE, RuleSet.parse(dumpWithoutTheService(), IpFamily.IPV4));

    assertThat(drift.findings())
        .singleElement()
        .asString()
        .startsWith("a rule of Service shop/web is missing in nat KUBE-SERVICES: ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> proxies().driftOf("nowhere", RuleSet.empty(IpFamily.IPV4)))
        .withMessage("there is no node nowhere with IPv4 rules");
  }

  @Test
  void aNodeThatIsNotThereIsNamed() {
    NodeRules rules = NodeRules.of("nod-1", RuleSet.empty(IpFamily.IPV4));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> cluster.install(rules))
        .withMessageStartingWith("there is no node nod-1; there are ");
  }
}
