package dev.hairpin.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As {@code k8s.io/component-helpers/scheduling/corev1/nodeaffinity} of v1.36 decides. */
class NodeAffinityTest {
  private static final Node NODE = new Node(
      ObjectMeta.of("", "n1").withLabels(Map.of("zone", "a", "cores", "8", "odd", "x8")),
      List.of(),
      "",
      false,
      List.of(),
      List.of(),
      List.of(),
      Map.of());

  private static boolean matches(String spec) {
    Pod pod = (Pod) KubeObjects.fromTree(Manifests.parse(
            "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + spec + "}}", "test")
        .manifests()
        .get(0)
        .tree());
    return NodeAffinity.matches(pod.spec(), NODE);
  }

  private static boolean required(String terms) {
    return matches("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        + "{nodeSelectorTerms: [" + terms + "]}}}");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          {key: zone, operator: In, values: [a, b]}        | true
          {key: zone, operator: In, values: [b]}           | false
          {key: none, operator: In, values: [a]}           | false
          {key: zone, operator: NotIn, values: [a]}        | false
          {key: none, operator: NotIn, values: [a]}        | true
          {key: zone, operator: Exists}                    | true
          {key: none, operator: Exists}                    | false
          {key: zone, operator: DoesNotExist}              | false
          {key: none, operator: DoesNotExist}              | true
          {key: cores, operator: Gt, values: ["7"]}        | true
          {key: cores, operator: Gt, values: ["8"]}        | false
          {key: cores, operator: Lt, values: ["9"]}        | true
          {key: cores, operator: Lt, values: ["8"]}        | false
          {key: odd, operator: Gt, values: ["7"]}          | false
          {key: none, operator: Lt, values: ["9"]}         | false
          {key: cores, operator: Gt, values: ["7", "6"]}   | false
          """)
  void anExpressionComparesALabel(String expression, boolean matches) {
    assertThat(required("{matchExpressions: [" + expression + "]}")).isEqualTo(matches);
  }

  @Test
  void allOfATermMustHoldAndOneTermIsEnough() {
    String yes = "{key: zone, operator: Exists}";
    String no = "{key: none, operator: Exists}";
    assertThat(required("{matchExpressions: [" + yes + ", " + no + "]}")).isFalse();
    assertThat(required("{matchExpressions: [" + no + "]}, {matchExpressions: [" + yes + "]}"))
        .isTrue();
  }

  @Test
  void aTermWithoutConditionsHoldsNowhereAndNorDoesAnEmptyList() {
    assertThat(required("{}")).isFalse();
    assertThat(required("")).isFalse();
    assertThat(required("{}, {matchExpressions: [{key: zone, operator: Exists}]}"))
        .isTrue();
  }

  @Test
  void theNodesNameIsAField() {
    assertThat(required("{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}"))
        .isTrue();
    assertThat(required("{matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]}"))
        .isFalse();
    assertThat(required("{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}"))
        .isFalse();
  }

  @Test
  void selectorAndAffinityMustBothHold() {
    String affinity = "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
        + "{nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: Exists}]}]}}}";
    assertThat(matches("nodeSelector: {cores: \"8\"}, " + affinity)).isTrue();
    assertThat(matches("nodeSelector: {cores: \"9\"}, " + affinity)).isFalse();
  }

  @Test
  void whatIsOnlyPreferredDoesNotCount() {
    assertThat(matches("affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
            + "[{weight: 9, preference: {matchExpressions: [{key: none, operator: Exists}]}}]}}"))
        .isTrue();
  }
}
