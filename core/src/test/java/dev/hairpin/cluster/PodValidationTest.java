package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API server says about new and changed pods, in its texts. */
class PodValidationTest {
  private static final String UPDATABLE = "spec: Forbidden: pod updates may not change fields other"
      + " than `spec.containers[*].image`,`spec.initContainers[*].image`,"
      + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
      + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously"
      + " negative)\n";
  private static final String ONE = "containers: [{name: c, image: i}]";

  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server = new ApiServer(state, ApiServerConfig.DEFAULT);

  private static Map<String, Object> pod(String spec) {
    return Manifests.parse(
            "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + spec + "}}", "test")
        .manifests()
        .get(0)
        .tree();
  }

  private List<String> change(String before, String after) {
    return server.validate(pod(after), pod(before));
  }

  static Stream<Arguments> newPods() {
    return Stream.of(
        arguments("containers: []", List.of("spec.containers: Required value")),
        arguments(
            "containers: [{name: c, ports: [{containerPort: 70000}]}]",
            List.of("spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be"
                + " between 1 and 65535, inclusive")),
        arguments(
            "containers: [{name: c, ports: [{containerPort: 80, protocol: tcp}]}]",
            List.of("spec.containers[0].ports[0].protocol: Unsupported value: \"tcp\": supported"
                + " values: \"SCTP\", \"TCP\", \"UDP\"")),
        arguments(
            "containers: [{name: a, ports: [{containerPort: 80, hostPort: 80}]},"
                + " {name: a, ports: [{containerPort: 81, hostPort: 80}]}]",
            List.of(
                "spec.containers[1].name: Duplicate value: \"a\"",
                "spec.containers[1].ports[0].hostPort: Duplicate value: \"TCP//80\"")),
        arguments(
            ONE + ", initContainers: [{name: i}, {name: j, ports: [{containerPort: 1, hostPort: 9},"
                + " {containerPort: 2, hostPort: 9}]}]",
            List.of("spec.initContainers[0].ports[1].hostPort: Duplicate value: \"TCP//9\"")),
        arguments(
            "hostNetwork: true, containers: [{name: c, ports: [{containerPort: 80, hostPort: 81}]}]",
            List.of("spec.containers[0].ports[0].hostPort: Invalid value: 81: must match"
                + " `containerPort` when `hostNetwork` is true")),
        arguments(
            ONE + ", restartPolicy: Sometimes, dnsPolicy: Mine",
            List.of(
                "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values:"
                    + " \"Always\", \"OnFailure\", \"Never\"",
                "spec.dnsPolicy: Unsupported value: \"Mine\": supported values:"
                    + " \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"")),
        arguments(
            ONE + ", dnsPolicy: None",
            List.of("spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is"
                + " None")),
        arguments(
            ONE + ", dnsPolicy: None, dnsConfig: {searches: [a]}",
            List.of("spec.dnsConfig.nameservers: Required value: must provide at least one DNS"
                + " nameserver when `dnsPolicy` is None")),
        arguments(
            ONE + ", dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 'fe80::1%eth0'],"
                + " options: [{value: x}]}",
            List.of(
                "spec.dnsConfig.nameservers: Invalid value: [\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\","
                    + "\"fe80::1%eth0\"]: must not have more than 3 nameservers",
                "spec.dnsConfig.nameservers[3]: Invalid value: \"fe80::1%eth0\": must be a valid IP"
                    + " address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "spec.dnsConfig.options[0]: Required value: must not be empty")),
        arguments(
            ONE + ", hostname: a.b, subdomain: -",
            List.of(
                "spec.hostname: Invalid value: \"a.b\": must not contain dots",
                "spec.subdomain: Invalid value: \"-\": a lowercase RFC 1123 label must consist of"
                    + " lower case alphanumeric characters or '-', and must start and end with an"
                    + " alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for"
                    + " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")),
        arguments(
            ONE + ", nodeName: n1, schedulingGates: [{name: g}, {name: g}]",
            List.of(
                "spec.schedulingGates[1]: Duplicate value: \"g\"",
                "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been"
                    + " cleared")),
        arguments(
            ONE + ", activeDeadlineSeconds: 0",
            List.of("spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and"
                + " 2147483647, inclusive")),
        arguments(
            ONE + ", tolerations: [{operator: Exists, effect: NoSchedule, tolerationSeconds: 3},"
                + " {value: x}, {key: a, operator: In}, {key: a, effect: Never}]",
            List.of(
                "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be"
                    + " 'NoExecute' when `tolerationSeconds` is set",
                "spec.tolerations[1].operator: Invalid value: \"\": operator must be Exists when"
                    + " `key` is empty, which means \"match all values and all keys\"",
                "spec.tolerations[2].operator: Unsupported value: \"In\": supported values:"
                    + " \"Equal\", \"Exists\"",
                "spec.tolerations[3].effect: Unsupported value: \"Never\": supported values:"
                    + " \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"")),
        arguments(
            ONE + ", hostAliases: [{ip: 010.0.0.1, hostnames: [a_b]}]",
            List.of(
                "spec.hostAliases[0].ip: Invalid value: \"010.0.0.1\": must not have leading 0s",
                "spec.hostAliases[0].hostnames[0]: Invalid value: \"a_b\": a lowercase RFC 1123"
                    + " subdomain must consist of lower case alphanumeric characters, '-' or '.',"
                    + " and must start and end with an alphanumeric character (e.g. 'example.com',"
                    + " regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]"
                    + "([-a-z0-9]*[a-z0-9])?)*')")));
  }

  @ParameterizedTest
  @MethodSource("newPods")
  void aNewPodIsRefused(String spec, List<String> errors) {
    assertThat(server.validate(pod(spec), null)).isEqualTo(errors);
    ApiError error = catchThrowableOfType(ApiError.class, () -> server.create(pod(spec)));
    assertThat(error.code()).isEqualTo(422);
    assertThat(state.list(Pod.class)).isEmpty();
  }

  static Stream<Arguments> variables() {
    String fields = "\"metadata.name\", \"metadata.namespace\", \"metadata.uid\","
        + " \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\","
        + " \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"";
    return Stream.of(
        arguments("{value: x}", ".name: Required value"),
        arguments(
            "{name: 'A=B'}",
            ".name: Invalid value: \"A=B\": a valid environment variable name must consist only of"
                + " printable ASCII characters other than '='"),
        arguments(
            "{name: A, valueFrom: {}}",
            ".valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`,"
                + " `configMapKeyRef` or `secretKeyRef`"),
        arguments(
            "{name: A, value: x, valueFrom: {fieldRef: {fieldPath: status.podIP}}}",
            ".valueFrom: Invalid value: \"\": may not be specified when `value` is not empty"),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP}, secretKeyRef: {name: s,"
                + " key: k}}}",
            ".valueFrom: Invalid value: \"\": may not have more than one field specified at a time"),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: ''}}}",
            ".valueFrom.fieldRef.fieldPath: Required value"),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: metadata.labels}}}",
            ".valueFrom.fieldRef.fieldPath: Unsupported value: \"metadata.labels\": supported"
                + " values: " + fields),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: status.phase}}}",
            ".valueFrom.fieldRef.fieldPath: Unsupported value: \"status.phase\": supported"
                + " values: " + fields),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: spec.what}}}",
            ".valueFrom.fieldRef.fieldPath: Invalid value: \"spec.what\": error converting"
                + " fieldPath: field label not supported: spec.what"),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: \"status.podIPs['0']\"}}}",
            ".valueFrom.fieldRef.fieldPath: Invalid value: \"status.podIPs['0']\": error converting"
                + " fieldPath: field label does not support subscript: status.podIPs['0']"),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: status.podIP, apiVersion: v2}}}",
            ".valueFrom.fieldRef.fieldPath: Invalid value: \"status.podIP\": error converting"
                + " fieldPath: unsupported pod version: v2"),
        arguments(
            "{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a b']\"}}}",
            ".valueFrom.fieldRef: Invalid value: \"a b\": name part must consist of alphanumeric"
                + " characters, '-', '_' or '.', and must start and end with an alphanumeric"
                + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
                + " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"),
        arguments(
            "{name: A, valueFrom: {resourceFieldRef: {resource: limits.gpu}}}",
            ".valueFrom.resourceFieldRef.resource: Unsupported value: \"limits.gpu\": supported"
                + " values: \"limits.cpu\", \"limits.ephemeral-storage\", \"limits.memory\","
                + " \"requests.cpu\", \"requests.ephemeral-storage\", \"requests.memory\""),
        arguments(
            "{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 2}}}",
            ".valueFrom.resourceFieldRef.divisor: Invalid value: \"limits.cpu\": only divisor's"
                + " values 1m and 1 are supported with the cpu resource"),
        arguments(
            "{name: A, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1m}}}",
            ".valueFrom.resourceFieldRef.divisor: Invalid value: \"requests.memory\": only"
                + " divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are"
                + " supported with the memory resource"),
        arguments(
            "{name: A, valueFrom: {configMapKeyRef: {name: c}}}",
            ".valueFrom.configMapKeyRef.key: Required value"),
        arguments(
            "{name: A, valueFrom: {secretKeyRef: {name: c, key: 'a/b'}}}",
            ".valueFrom.secretKeyRef.key: Invalid value: \"a/b\": a valid config key must consist"
                + " of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME', "
                + " or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
  }

  @ParameterizedTest
  @MethodSource("variables")
  void aVariableIsRefused(String variable, String error) {
    assertThat(server.validate(pod("containers: [{name: c, env: [" + variable + "]}]"), null))
        .containsExactly("spec.containers[0].env[0]" + error);
  }

  @Test
  void sourcesOfVariablesAreNamedByTheirList() {
    assertThat(server.validate(
            pod("containers: [{name: c, envFrom: [{prefix: '='}, {configMapRef: {}},"
                + " {configMapRef: {name: a}, secretRef: {name: b}}]}]"),
            null))
        .containsExactly(
            "spec.containers[0].envFrom[0].prefix: Invalid value: \"=\": a valid environment"
                + " variable name must consist only of printable ASCII characters other than '='",
            "spec.containers[0].envFrom: Invalid value: \"\": must specify one of: `configMapRef`"
                + " or `secretRef`",
            "spec.containers[0].envFrom[1].configMapRef.name: Required value",
            "spec.containers[0].envFrom: Invalid value: \"\": may not have more than one field"
                + " specified at a time");
  }

  @Test
  void imagesAndDeadlinesAndFurtherTolerationsMayChange() {
    assertThat(change(
            ONE
                + ", initContainers: [{name: i, image: a}], tolerations: [{key: a, operator: Exists,"
                + " effect: NoExecute, tolerationSeconds: 5}]",
            "containers: [{name: c, image: j}], initContainers: [{name: i, image: b}],"
                + " activeDeadlineSeconds: 60, tolerations: [{key: b, operator: Exists}, {key: a,"
                + " operator: Exists, effect: NoExecute, tolerationSeconds: 9}]"))
        .isEmpty();
    assertThat(change(
            ONE + ", terminationGracePeriodSeconds: -1",
            ONE + ", terminationGracePeriodSeconds: 1"))
        .isEmpty();
    assertThat(change(
            "containers: [{name: c, image: i, resources: {requests: {cpu: 1}}}]",
            "containers: [{name: c, image: i, stdin: false, env: [],"
                + " resources: {requests: {cpu: 1000m}}}], hostNetwork: false, nodeSelector: {}"))
        .isEmpty();
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        arguments(
            ONE,
            "containers: [{name: c, image: i}, {name: d, image: i}]",
            List.of("spec.containers: Forbidden: pod updates may not add or remove containers")),
        arguments(
            ONE,
            ONE + ", initContainers: [{name: i}]",
            List.of(
                "spec.initContainers: Forbidden: pod updates may not add or remove containers")),
        arguments(
            ONE + ", activeDeadlineSeconds: 60",
            ONE + ", activeDeadlineSeconds: 61",
            List.of("spec.activeDeadlineSeconds: Invalid value: 61: must be less than or equal to"
                + " previous value")),
        arguments(
            ONE + ", activeDeadlineSeconds: 60",
            ONE,
            List.of("spec.activeDeadlineSeconds: Invalid value: null: must not update from a"
                + " positive integer to nil value")),
        arguments(
            ONE + ", tolerations: [{key: a, operator: Exists}]",
            ONE + ", tolerations: [{key: a, operator: Exists, effect: NoSchedule}]",
            List.of("spec.tolerations: Forbidden: existing toleration can not be modified except"
                + " its tolerationSeconds")),
        arguments(
            ONE + ", schedulingGates: [{name: a}]",
            ONE + ", schedulingGates: [{name: a}, {name: b}]",
            List.of("spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found"
                + " new scheduling gate 'b'")),
        arguments(
            ONE + ", schedulingGates: [{name: a}], nodeSelector: {a: x}",
            ONE + ", schedulingGates: [{name: a}], nodeSelector: {b: w, a: z}",
            List.of("spec.nodeSelector: Invalid value: {\"a\":\"z\",\"b\":\"w\"}: only additions to"
                + " spec.nodeSelector are allowed (no mutations or deletions)")),
        arguments(
            ONE + ", nodeSelector: {a: x}",
            ONE + ", nodeSelector: {a: x, b: w}",
            List.of(UPDATABLE + "+ spec.nodeSelector.b: \"w\"")),
        arguments(
            ONE + ", nodeName: n1, hostname: h",
            "containers: [{name: c, image: j, ports: [{containerPort: 80}]}], nodeName: n2",
            List.of(UPDATABLE
                + "+ spec.containers[0].ports: [{\"containerPort\":80,\"protocol\":\"TCP\"}]\n"
                + "- spec.hostname: \"h\"\n"
                + "- spec.nodeName: \"n1\"\n"
                + "+ spec.nodeName: \"n2\"")),
        arguments(
            ONE,
            ONE + ", terminationGracePeriodSeconds: 1",
            List.of(UPDATABLE
                + "- spec.terminationGracePeriodSeconds: 30\n"
                + "+ spec.terminationGracePeriodSeconds: 1")),
        arguments(
            ONE,
            "containers: [{name: C, image: i}]",
            List.of(
                "spec.containers[0].name: Invalid value: \"C\": a lowercase RFC 1123 label must"
                    + " consist of lower case alphanumeric characters or '-', and must start and"
                    + " end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex"
                    + " used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
                UPDATABLE
                    + "- spec.containers[0].name: \"c\"\n"
                    + "+ spec.containers[0].name: \"C\"")));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aChangeOfAPodIsRefused(String before, String after, List<String> errors) {
    assertThat(change(before, after)).isEqualTo(errors);
  }

  @Test
  void aGatedPodMayBeToldMoreNarrowlyWhereToRun() {
    String gated = ONE + ", schedulingGates: [{name: g}]";
    String affinity = ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
        + " {nodeSelectorTerms: [%s]}}}";
    String zone = "{key: zone, operator: In, values: [a]}";
    String disk = "{key: disk, operator: Exists}";
    String one = gated + affinity.formatted("{matchExpressions: [" + zone + "]}");
    String narrower =
        gated + affinity.formatted("{matchExpressions: [" + zone + ", " + disk + "]}");
    String path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        + ".nodeSelectorTerms";

    assertThat(change(gated, one + ", nodeSelector: {a: x}")).isEmpty();
    assertThat(change(one, narrower)).isEmpty();
    assertThat(change(narrower, one))
        .containsExactly(path + "[0]: Invalid value: {\"matchExpressions\":[{\"key\":\"zone\","
            + "\"operator\":\"In\",\"values\":[\"a\"]}]}: only additions are allowed (no mutations or"
            + " deletions)");
    assertThat(change(one, gated))
        .containsExactly(path + ": Invalid value: null: no additions/deletions to non-empty"
            + " NodeSelectorTerms list are allowed");
    assertThat(change(ONE, one.replace(", schedulingGates: [{name: g}]", "")))
        .singleElement()
        .asString()
        .startsWith(UPDATABLE);
  }

  @Test
  void aRefusedChangeLeavesThePodAsItWas() {
    server.create(pod(ONE));
    long version = state.resourceVersion();
    ObjectKey key = new ObjectKey("Pod", "default", "p");

    ApiError error = catchThrowableOfType(
        ApiError.class,
        () -> server.patch(key, PatchType.MERGE, Map.of("spec", Map.of("hostname", "h"))));

    assertThat(error).hasMessage("Pod \"p\" is invalid: " + UPDATABLE + "+ spec.hostname: \"h\"");
    assertThat(error.code()).isEqualTo(422);
    assertThat(state.resourceVersion()).isEqualTo(version);
    Map<String, Object> labels = Map.of("metadata", Map.of("labels", Map.of("a", "b")));
    assertThat(server.patch(key, PatchType.MERGE, labels).object().metadata().labels())
        .containsEntry("a", "b");
  }
}
