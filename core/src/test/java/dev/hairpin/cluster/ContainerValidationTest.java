package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.hairpin.api.Quantity;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API server says about containers, their volumes, probes and resources. */
class ContainerValidationTest {
  private static final String C = "spec.containers[0].";

  private final ApiServer server =
      new ApiServer(new ClusterState(new VirtualClock(), 1), ApiServerConfig.DEFAULT);

  private static Map<String, Object> tree(String kind, String spec) {
    String version = kind.equals("Pod") ? "v1" : "apps/v1";
    return Manifests.parse(
            "{apiVersion: " + version + ", kind: " + kind + ", metadata: {name: p}, spec: {" + spec
                + "}}",
            "test")
        .manifests()
        .get(0)
        .tree();
  }

  private List<String> errors(String spec) {
    return server.validate(tree("Pod", spec), null);
  }

  private List<String> errorsOfContainer(String fields) {
    return errors("containers: [{name: c, image: i, " + fields + "}]");
  }

  static Stream<Arguments> containers() {
    return Stream.of(
        arguments(
            "imagePullPolicy: Sometimes",
            List.of(C + "imagePullPolicy: Unsupported value: \"Sometimes\": supported values:"
                + " \"Always\", \"IfNotPresent\", \"Never\"")),
        arguments(
            "terminationMessagePolicy: Log",
            List.of(C + "terminationMessagePolicy: Unsupported value: \"Log\": supported values:"
                + " \"File\", \"FallbackToLogsOnError\"")),
        arguments(
            "restartPolicy: Always",
            List.of(C + "restartPolicy: Forbidden: may not be set for non-init containers")),
        arguments(
            "volumeMounts: [{name: gone, mountPath: /a}, {mountPath: /a, subPath: ../b}]",
            List.of(
                C + "volumeMounts[0].name: Not found: \"gone\"",
                C + "volumeMounts[1].name: Required value",
                C + "volumeMounts[1].name: Not found: \"\"",
                C + "volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique",
                C + "volumeMounts.subPath: Invalid value: \"../b\": must not contain '..'")),
        arguments(
            "resources: {requests: {cpu: 2, memory: 1Gi}, limits: {cpu: 1500m, memory: 1Gi}}",
            List.of(
                C + "resources.requests: Invalid value: \"2\": must be less than or equal to cpu"
                    + " limit of 1500m")),
        arguments(
            "resources: {limits: {cpus: 1}}",
            List.of(
                C + "resources.limits[cpus]: Invalid value: \"cpus\": must be a standard resource"
                    + " type or fully qualified",
                C + "resources.limits[cpus]: Invalid value: \"cpus\": must be a standard resource"
                    + " for containers",
                C + "resources.requests[cpus]: Invalid value: \"cpus\": must be a standard resource"
                    + " type or fully qualified",
                C + "resources.requests[cpus]: Invalid value: \"cpus\": must be a standard resource"
                    + " for containers")),
        arguments(
            "resources: {limits: {cpu: 1, hugepages-2Mi: 3Mi}, requests: {hugepages-2Mi: 3Mi}}",
            List.of(
                C + "resources.limits[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive"
                    + " integer multiple of hugepages-2Mi",
                C + "resources.requests[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive"
                    + " integer multiple of hugepages-2Mi")),
        arguments(
            "resources: {limits: {requests.example.com/x: 1}, requests: {requests.example.com/x: 1}}",
            List.of(
                C + "resources.limits[requests.example.com/x]: Invalid value:"
                    + " \"requests.example.com/x\": doesn't follow extended resource name standard",
                C + "resources.requests[requests.example.com/x]: Invalid value:"
                    + " \"requests.example.com/x\": doesn't follow extended resource name standard")),
        arguments(
            "resources: {requests: {memory: -1}}",
            List.of(C + "resources.requests[memory]: Invalid value: \"-1\": must be greater than or"
                + " equal to 0")),
        arguments(
            "resources: {requests: {example.com/gpu: 1}}",
            List.of(C + "resources.limits: Required value: Limit must be set for non overcommitable"
                + " resources")),
        arguments(
            "livenessProbe: {successThreshold: 2}",
            List.of(
                C + "livenessProbe: Required value: must specify a handler type",
                C + "livenessProbe.successThreshold: Invalid value: 2: must be 1")),
        arguments(
            "readinessProbe: {httpGet: {port: 0, scheme: http}, tcpSocket: {port: 80},"
                + " periodSeconds: -1}",
            List.of(
                C + "readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535,"
                    + " inclusive",
                C + "readinessProbe.httpGet.scheme: Unsupported value: \"http\": supported values:"
                    + " \"HTTP\", \"HTTPS\"",
                C + "readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
                C + "readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal"
                    + " to 0")),
        arguments(
            "lifecycle: {preStop: {sleep: {seconds: 31}}}",
            List.of(C + "lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less"
                + " than terminationGracePeriodSeconds (30)")),
        arguments(
            "startupProbe: {exec: {}}", List.of(C + "startupProbe.exec.command: Required value")));
  }

  @ParameterizedTest
  @MethodSource("containers")
  void aContainerIsRefused(String fields, List<String> expected) {
    assertThat(errorsOfContainer(fields)).containsExactlyElementsOf(expected);
  }

  static Stream<Arguments> volumes() {
    String v = "spec.volumes[0].";
    return Stream.of(
        arguments("{emptyDir: {}}", List.of(v + "name: Required value")),
        arguments(
            "{name: a, emptyDir: {}, secret: {secretName: s}}",
            List.of(v + "secret: Forbidden: may not specify more than 1 volume type")),
        arguments("{name: a, secret: {}}", List.of(v + "secret.secretName: Required value")),
        arguments(
            "{name: a, configMap: {name: c, defaultMode: 512, items: [{key: k, path: ..p}]}}",
            List.of(
                v + "configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777"
                    + " (octal), both inclusive",
                v + "configMap.items[0].path: Invalid value: \"..p\": must not start with '..'")),
        arguments(
            "{name: a, hostPath: {path: /a/../b, type: Folder}}",
            List.of(
                v + "hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
                v + "hostPath.type: Unsupported value: \"Folder\": supported values: \"\","
                    + " \"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\","
                    + " \"File\", \"FileOrCreate\", \"Socket\"")),
        arguments(
            "{name: a, persistentVolumeClaim: {}}",
            List.of(v + "persistentVolumeClaim.claimName: Required value")),
        arguments(
            "{name: a, projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds:"
                + " 10}}, {secret: {name: s, items: [{key: a, path: x}]}}, {configMap: {name: c,"
                + " items: [{key: a, path: x}]}}]}}",
            List.of(
                v + "projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 10:"
                    + " may not specify a duration less than 10 minutes",
                v + "projected: Invalid value: \"c\": conflicting duplicate paths")));
  }

  @ParameterizedTest
  @MethodSource("volumes")
  void aVolumeIsRefused(String volume, List<String> expected) {
    assertThat(errors("volumes: [" + volume + "], containers: [{name: c, image: i}]"))
        .containsExactlyElementsOf(expected);
  }

  @Test
  void aVolumeThatIsRefusedCannotBeMounted() {
    assertThat(errors("volumes: [{name: a}, {name: a}, {name: B}], containers: [{name: c, image: i,"
            + " volumeMounts: [{name: a, mountPath: /a}, {name: B, mountPath: /b}]}]"))
        .hasSize(3)
        .first()
        .isEqualTo("spec.volumes[1].name: Duplicate value: \"a\"");
    assertThat(
            errors("volumes: [{name: B}], containers: [{name: c, image: i, volumeMounts: [{name: B,"
                + " mountPath: /b}]}]"))
        .last()
        .isEqualTo("spec.containers[0].volumeMounts[0].name: Not found: \"B\"");
  }

  @Test
  void probesAndHooksAreForContainersThatGoOn() {
    String probe = "readinessProbe: {tcpSocket: {port: 80}}";

    assertThat(errors("containers: [{name: c, image: i}], initContainers: [{name: d, image: i, "
            + probe + "}]"))
        .containsExactly("spec.initContainers[0].readinessProbe: Forbidden: may not be set for init"
            + " containers without restartPolicy=Always");
    assertThat(errors("containers: [{name: c, image: i}], initContainers: [{name: d, image: i,"
            + " restartPolicy: Always, " + probe + "}]"))
        .isEmpty();
    assertThat(errors("containers: [{name: c, image: i}], initContainers: [{name: d, image: i,"
            + " restartPolicy: Never}]"))
        .containsExactly("spec.initContainers[0].restartPolicy: Unsupported value: \"Never\":"
            + " supported values: \"Always\"");
  }

  @Test
  void aSearchDomainMayHaveUnderscores() {
    String spec = "containers: [{name: c, image: i}], dnsConfig: {searches: [%s]}";

    assertThat(errors(spec.formatted("_sip.example.com., '.'"))).isEmpty();
    assertThat(errors(spec.formatted("A.b")))
        .containsExactly(
            "spec.dnsConfig.searches[0]: Invalid value: \"A.b\": a lowercase RFC 1123"
                + " subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and"
                + " must start and end with an alphanumeric character (e.g. 'example.com', regex used for"
                + " validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')");
  }

  @Test
  void aStatefulSetMountsItsClaims() {
    assertThat(server.validate(
            tree(
                "StatefulSet",
                "serviceName: s, selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata:"
                    + " {name: data}}], template: {metadata: {labels: {a: b}}, spec: {containers:"
                    + " [{name: c, image: i, volumeMounts: [{name: data, mountPath: /d}]}]}}"),
            null))
        .isEmpty();
  }

  @Test
  void labelsOfATemplateAreNamedWithoutMetadata() {
    assertThat(server.validate(
            tree(
                "Deployment",
                "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b, c: -d}}, spec:"
                    + " {containers: [{name: c, image: i}]}}"),
            null))
        .singleElement()
        .asString()
        .startsWith("spec.template.labels: Invalid value: \"-d\": a valid label must be");
  }

  @Test
  void whatIsNoQuantityCannotBeDecoded() {
    ApiError error = catchThrowableOfType(
        ApiError.class, () -> errorsOfContainer("resources: {limits: {cpu: half}}"));

    assertThat(error.code()).isEqualTo(400);
    assertThat(error)
        .hasMessage("Pod in version \"v1\" cannot be handled as a Pod:"
            + " spec.containers[0].resources.limits[cpu]: quantities must match the regular expression"
            + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1.5, 1500m",
    "0.5, 500m",
    "2000m, 2",
    "2000, 2k",
    "1500, 1500",
    "1e3, 1e3",
    "1024Mi, 1Gi",
    "1.5Gi, 1536Mi",
    "0.5Ki, 512",
    "1536, 1536",
    "0, 0",
    "0Mi, 0",
    "-1, -1",
    "100M, 100M"
  })
  void quantitiesArePrintedAsTheApiPrintsThem(String written, String printed) {
    assertThat(Quantity.problem(written)).isNull();
    assertThat(Quantity.canonical(written)).isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource({"1x", "1..2", "abc", "''", "1KiB", "--1"})
  void badQuantitiesAreTold(String written) {
    assertThat(Quantity.problem(written)).isNotNull();
  }
}
