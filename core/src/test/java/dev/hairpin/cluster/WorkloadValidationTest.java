package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the API server says about workloads, IngressClasses and defaults of pods. */
class WorkloadValidationTest {
  private static final String TEMPLATE =
      "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}";
  private static final String GOOD = "selector: {matchLabels: {app: web}}, " + TEMPLATE;

  private final ApiServer server =
      new ApiServer(new ClusterState(new VirtualClock(), 1), ApiServerConfig.DEFAULT);

  private static Map<String, Object> tree(String kind, String spec) {
    String group = kind.equals("IngressClass") ? "networking.k8s.io" : "apps";
    return Manifests.parse(
            "{apiVersion: " + group + "/v1, kind: " + kind + ", metadata: {name: web}, spec: {"
                + spec + "}}",
            "test")
        .manifests()
        .get(0)
        .tree();
  }

  private List<String> judge(String kind, String spec, @Nullable String old) {
    return server.validate(tree(kind, spec), old == null ? null : tree(kind, old));
  }

  @Test
  void aSelectorIsNeededAndMustMatchTheTemplate() {
    assertThat(judge("Deployment", GOOD, null)).isEmpty();
    for (String kind : List.of("Deployment", "ReplicaSet", "StatefulSet")) {
      assertThat(judge(kind, TEMPLATE, null))
          .containsExactly(
              "spec.selector: Required value",
              "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}:"
                  + " `selector` does not match template `labels`");
    }
    assertThat(judge("Deployment", "selector: {}, " + TEMPLATE, null))
        .containsExactly(
            "spec.selector: Invalid value: {}: empty selector is invalid for deployment");
    assertThat(judge("Deployment", "selector: {matchLabels: {app: x}}, " + TEMPLATE, null))
        .containsExactly("spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}:"
            + " `selector` does not match template `labels`");
    assertThat(judge("DaemonSet", TEMPLATE, null))
        .containsExactly("spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}:"
            + " `selector` does not match template `labels`");
    assertThat(judge("StatefulSet", "selector: {}, " + TEMPLATE, null))
        .containsExactly(
            "spec.selector: Invalid value: {}: empty selector is invalid for statefulset");
  }

  @Test
  void aSelectorIsImmutable() {
    String changed = "selector: {matchLabels: {app: web, tier: x}},"
        + " template: {metadata: {labels: {app: web, tier: x}},"
        + " spec: {containers: [{name: c, image: i}]}}";
    assertThat(judge("Deployment", changed, GOOD))
        .containsExactly("spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"web\",\"tier\":"
            + "\"x\"}}: field is immutable");
    assertThat(judge("StatefulSet", GOOD + ", serviceName: b", GOOD + ", serviceName: a"))
        .containsExactly("spec: Forbidden: updates to statefulset spec for fields other than"
            + " 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',"
            + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
  }

  @Test
  void theNumbersOfARollingUpdateAreJudged() {
    assertThat(judge(
            "Deployment",
            GOOD + ", strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}",
            null))
        .containsExactly("spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may"
            + " not be 0 when `maxSurge` is 0");
    assertThat(judge(
            "Deployment",
            GOOD + ", strategy: {rollingUpdate: {maxSurge: -1, maxUnavailable: 20Percent}}",
            null))
        .containsExactly(
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"20Percent\": a valid"
                + " percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
                + " or '93%', regex used for validation is '[0-9]+%')",
            "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal"
                + " to 0");
    assertThat(judge("Deployment", GOOD + ", strategy: {type: Recreate, rollingUpdate: {}}", null))
        .containsExactly("spec.strategy.rollingUpdate: Forbidden: may not be specified when"
            + " strategy `type` is 'Recreate'");
    assertThat(judge(
            "Deployment", GOOD + ", strategy: {type: Blue, rollingUpdate: {maxSurge: 1}}", null))
        .containsExactly("spec.strategy: Unsupported value: {\"Type\":\"Blue\",\"RollingUpdate\":"
            + "{\"MaxUnavailable\":0,\"MaxSurge\":1}}: supported values: \"Recreate\","
            + " \"RollingUpdate\"");
    assertThat(judge("Deployment", GOOD + ", strategy: {type: Blue}", null))
        .containsExactly("spec.strategy: Unsupported value: {\"Type\":\"Blue\",\"RollingUpdate\":"
            + "null}: supported values: \"Recreate\", \"RollingUpdate\"");
    assertThat(judge(
            "DaemonSet",
            GOOD + ", updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}",
            null))
        .containsExactly("spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be"
            + " set when maxUnavailable is non-zero");
    assertThat(judge("Deployment", GOOD + ", minReadySeconds: 600", null))
        .containsExactly("spec.progressDeadlineSeconds: Invalid value: 600: must be greater than"
            + " minReadySeconds");
  }

  @Test
  void aStatefulSetRollsOrWaitsForDeletionsAndIsToldOfNothingElse() {
    assertThat(judge("StatefulSet", GOOD + ", updateStrategy: {type: OnDelete}", null))
        .isEmpty();
    assertThat(judge(
            "StatefulSet",
            GOOD + ", updateStrategy: {type: OnDelete, rollingUpdate: {partition: 1}}",
            null))
        .containsExactly("spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":1,"
            + "\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'");
    assertThat(judge("StatefulSet", GOOD + ", updateStrategy: {type: Blue}", null))
        .containsExactly("spec.updateStrategy: Invalid value: {\"Type\":\"Blue\",\"RollingUpdate\":"
            + "null}: must be 'RollingUpdate' or 'OnDelete'");
    assertThat(judge(
            "StatefulSet",
            GOOD + ", updateStrategy: {rollingUpdate: {partition: -1, maxUnavailable: 0}}",
            null))
        .containsExactly(
            "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than"
                + " or equal to 0",
            "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0");
  }

  @Test
  void aDaemonSetRollsOrWaitsForDeletions() {
    assertThat(judge(
            "DaemonSet",
            GOOD + ", updateStrategy: {type: OnDelete, rollingUpdate: {maxSurge: -1}}",
            null))
        .isEmpty();
    assertThat(judge("DaemonSet", GOOD + ", updateStrategy: {type: Blue}", null))
        .containsExactly("spec.updateStrategy: Unsupported value: {\"Type\":\"Blue\","
            + "\"RollingUpdate\":null}: supported values: \"RollingUpdate\", \"OnDelete\"");
  }

  @Test
  void aStatefulSetIsNamedByALabelAsItsPodsAreHosts() {
    Map<String, Object> dotted = tree("StatefulSet", GOOD);
    dotted.put("metadata", Map.of("name", "web.shop"));
    assertThat(server.validate(dotted, null))
        .containsExactly("metadata.name: Invalid value: \"web.shop\": must not contain dots");
    assertThat(server.validate(dotted, dotted)).isEmpty();

    String service = GOOD + ", serviceName: a.b";
    assertThat(judge("StatefulSet", service, null))
        .containsExactly("spec.serviceName: Invalid value: \"a.b\": must not contain dots");
    assertThat(judge("StatefulSet", service, service)).isEmpty();
  }

  /** In the order in which the server's own code looks: the spec, and last what may not change. */
  @Test
  void whatMayNotChangeInAStatefulSetIsSaidAfterWhatIsWrongWithIt() {
    assertThat(judge(
            "StatefulSet",
            GOOD
                + ", serviceName: b, replicas: -1, minReadySeconds: -2, ordinals: {start: -3},"
                + " persistentVolumeClaimRetentionPolicy: {whenScaled: Keep},"
                + " podManagementPolicy: Any",
            GOOD + ", serviceName: a"))
        .containsExactly(
            "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or"
                + " 'Parallel'",
            "spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"Keep\":"
                + " supported values: \"Retain\", \"Delete\"",
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            "spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0",
            "spec.ordinals.start: Invalid value: -3: must be greater than or equal to 0",
            "spec: Forbidden: updates to statefulset spec for fields other than 'replicas',"
                + " 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',"
                + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
  }

  @Test
  void noPodOfAWorkloadMayHaveADeadline() {
    String late = GOOD.replace("spec: {", "spec: {activeDeadlineSeconds: 9, ");
    for (Map.Entry<String, String> owner : Map.of(
            "Deployment", "ReplicaSet",
            "ReplicaSet", "ReplicaSet",
            "StatefulSet", "StatefulSet",
            "DaemonSet", "DaemonSet")
        .entrySet()) {
      assertThat(judge(owner.getKey(), late, null))
          .containsExactly("spec.template.spec.activeDeadlineSeconds: Forbidden:"
              + " activeDeadlineSeconds in " + owner.getValue() + " is not Supported");
    }
  }

  @Test
  void theContainersOfATemplateAreJudgedAtTheirPlace() {
    assertThat(judge(
            "Deployment",
            "selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},"
                + " spec: {restartPolicy: Never, containers: [{image: i, ports: [{}]}]}}",
            null))
        .containsExactly(
            "spec.template.spec.containers[0].name: Required value",
            "spec.template.spec.containers[0].ports[0].containerPort: Required value",
            "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values:"
                + " \"Always\"");
  }

  @Test
  void anIngressClassPointsToItsControllerForGood() {
    assertThat(judge("IngressClass", "controller: acme.io/foo", "controller: acme.io/bar"))
        .containsExactly("spec.controller: Invalid value: \"acme.io/foo\": field is immutable");
    assertThat(judge(
            "IngressClass", "controller: acme.io/foo, parameters: {kind: P, namespace: ns}", null))
        .containsExactly(
            "spec.parameters.name: Required value",
            "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'");
  }

  @Test
  void aTemplateGetsFewerDefaultsThanAPod() {
    String pod = "hostNetwork: true, containers: [{name: c, image: i,"
        + " ports: [{containerPort: 80}], resources: {limits: {cpu: 1}}}]";
    Map<String, Object> alone = server.defaulted(Manifests.parse(
            "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {" + pod + "}}", "test")
        .manifests()
        .get(0)
        .tree());
    Map<String, Object> inTemplate =
        server.defaulted(tree("DaemonSet", "template: {spec: {" + pod + "}}"));

    assertThat(alone.toString())
        .contains("enableServiceLinks=true", "hostPort=80", "requests={cpu=1}");
    assertThat(inTemplate.toString())
        .contains("dnsPolicy=ClusterFirst", "imagePullPolicy=Always", "protocol=TCP")
        .doesNotContain("enableServiceLinks", "hostPort", "requests");
  }
}
