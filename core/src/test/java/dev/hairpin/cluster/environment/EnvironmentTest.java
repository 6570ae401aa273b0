package dev.hairpin.cluster.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.Container;
import dev.hairpin.api.EnvVar;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a container sees, and what is said about it. */
class EnvironmentTest {
  private final List<Service> services = new ArrayList<>();
  private final List<EnvVar> env = new ArrayList<>();
  private final List<Map<String, Object>> envFrom = new ArrayList<>();
  private final Map<ObjectKey, KubeObject> objects = new HashMap<>();

  private void service(String namespace, String name, String ip, int port) {
    services.add(new Service(
        ObjectMeta.of(namespace, name),
        ServiceSpec.builder()
            .clusterIps(List.of(ip))
            .ports(List.of(ServicePort.tcp("", port, port)))
            .build(),
        List.of(),
        List.of()));
  }

  private void env(String name, String value, @Nullable Map<String, Object> from) {
    env.add(new EnvVar(name, value, from));
  }

  private Container container() {
    return new Container(
        "app", "", List.of(), env, envFrom, null, null, null, Map.of("cpu", "250m"));
  }

  private Pod pod() {
    return new Pod(
        ObjectMeta.of("shop", "app-1").withLabels(Map.of("app", "cart")),
        PodSpec.builder().nodeName("n1").containers(List.of(container())).build(),
        "Running",
        List.of("10.244.1.5"),
        "192.0.2.11",
        List.of());
  }

  private Environment environment() {
    return Environment.of(
        pod(), container(), services, key -> Optional.ofNullable(objects.get(key)));
  }

  private List<EnvironmentAdvice> advice(List<Service> now) {
    return EnvironmentAdvice.of(pod(), container(), environment(), services, now);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain           | plain",
        "$(A)            | 1",
        "x$(A)y$(B)      | x1y2",
        "$$(A)           | $(A)",
        "$$$(A)          | $1",
        "$$$$(A)         | $$(A)",
        "$(NOPE)         | $(NOPE)",
        "$(A             | $(A",
        "$(A$(B)         | $(A$(B)",
        "$()             | $()",
        "$A ${A} $       | $A ${A} $",
        "$(A) $(A        | 1 $(A",
      })
  void referencesAreExpandedOnceAndEverythingElseStays(String text, String expanded) {
    Map<String, String> values = Map.of("A", "1", "B", "2");
    assertThat(Expansion.expand(text, name -> values.getOrDefault(name, Expansion.unknown(name))))
        .isEqualTo(expanded);
  }

  @Test
  void wordsOfTheCommandSeeAllVariables() {
    service("shop", "db", "10.96.0.7", 5432);
    env("URL", "$(DB_SERVICE_HOST):$(LATER)", null);
    env("LATER", "1", null);
    assertThat(environment().expand("--db=$(URL) --n=$(LATER) $(NOPE) $$(LATER)"))
        .isEqualTo("--db=10.96.0.7:$(LATER) --n=1 $(NOPE) $(LATER)");
  }

  @Test
  void aMillionOpenReferencesAreExpandedInNoTime() {
    String text = "$(".repeat(500_000);
    assertThat(Expansion.expand(text, Expansion::unknown)).isEqualTo(text);
  }

  @Test
  void ipv6AddressesAreInBracketsInUrlsOnly() {
    service("shop", "db", "fd00::7", 5432);
    assertThat(environment().value("DB_PORT")).contains("tcp://[fd00::7]:5432");
    assertThat(environment().value("DB_SERVICE_HOST")).contains("fd00::7");
  }

  @Test
  void aServiceCalledKubernetesInThePodsNamespaceStandsInForTheDefaultOne() {
    service("default", "kubernetes", "10.96.0.1", 443);
    service("shop", "kubernetes", "10.96.0.99", 443);
    assertThat(environment().value("KUBERNETES_SERVICE_HOST")).contains("10.96.0.99");
  }

  @Test
  void fieldsOfThePodAndRequestsOfTheContainerAreResolved() {
    env("IP", "", Map.of("fieldRef", Map.of("fieldPath", "status.podIP")));
    env("NODE", "", Map.of("fieldRef", Map.of("fieldPath", "spec.nodeName")));
    env("APP", "", Map.of("fieldRef", Map.of("fieldPath", "metadata.labels['app']")));
    env("CPU", "", Map.of("resourceFieldRef", Map.of("resource", "requests.cpu", "divisor", "1m")));
    assertThat(environment().toString()).isEqualTo("IP=10.244.1.5\nNODE=n1\nAPP=cart\nCPU=250\n");
  }

  private static Node node(Map<String, String> allocatable) {
    return new Node(
        ObjectMeta.of("", "n1"),
        List.of(),
        "",
        false,
        List.of(),
        List.of(
            new NodeAddress("Hostname", "n1"),
            new NodeAddress("ExternalIP", "203.0.113.9"),
            new NodeAddress("InternalIP", "192.0.2.11"),
            new NodeAddress("InternalIP", "192.0.2.12"),
            new NodeAddress("InternalIP", "2001:db8::b")),
        List.of(),
        allocatable);
  }

  private String field(String path) {
    env.clear();
    env("F", "", Map.of("fieldRef", Map.of("fieldPath", path)));
    return environment().value("F").orElseThrow();
  }

  private String resource(Map<String, Object> ref) {
    env.clear();
    env("R", "", Map.of("resourceFieldRef", ref));
    return environment().value("R").orElseThrow();
  }

  @Test
  void theHostsAddressesAreTheNodesOneOfEachFamily() {
    assertThat(field("status.hostIPs")).isEqualTo("192.0.2.11");
    objects.put(new ObjectKey("Node", "", "n1"), node(Map.of()));
    assertThat(field("status.hostIP")).isEqualTo("192.0.2.11");
    assertThat(field("status.hostIPs")).isEqualTo("192.0.2.11,2001:db8::b");
    assertThat(field("spec.host")).isEqualTo("n1");
    assertThat(field("status.podIPs")).isEqualTo("10.244.1.5");
  }

  @Test
  void wholeMapsAreSortedLinesOfQuotedValues() {
    assertThat(field("metadata.labels")).isEqualTo("app=\"cart\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status.phase          | unsupported fieldPath: status.phase",
        "spec.what             | field label not supported: spec.what",
        "metadata.name['x']    | field label does not support subscript: metadata.name['x']",
      })
  void aFieldThatIsNoneIsNamedAsTheKubeletNamesIt(String path, String message) {
    assertThatThrownBy(() -> field(path)).hasMessage(message);
  }

  @Test
  void aLimitThatIsNotSetIsWhatTheNodeGives() {
    assertThat(resource(Map.of("resource", "limits.cpu"))).isEqualTo("0");
    objects.put(
        new ObjectKey("Node", "", "n1"),
        node(Map.of("cpu", "3920m", "memory", "1500Ki", "hugepages-2Mi", "4Mi")));
    assertThat(resource(Map.of("resource", "limits.cpu"))).isEqualTo("4");
    assertThat(resource(Map.of("resource", "limits.cpu", "divisor", "1m"))).isEqualTo("3920");
    assertThat(resource(Map.of("resource", "limits.memory", "divisor", "1Mi"))).isEqualTo("2");
    assertThat(resource(Map.of("resource", "limits.hugepages-2Mi"))).isEqualTo("0");
  }

  @Test
  void aResourceOfAContainerThatIsNotThereIsRefused() {
    assertThat(
            resource(Map.of("resource", "requests.cpu", "containerName", "app", "divisor", "1m")))
        .isEqualTo("250");
    assertThatThrownBy(() -> resource(Map.of("resource", "requests.cpu", "containerName", "other")))
        .hasMessage("container other not found");
    assertThatThrownBy(() -> resource(Map.of("resource", "requests.gpu")))
        .hasMessage("unsupported container resource : requests.gpu");
  }

  @Test
  void aMissingConfigMapStopsTheContainerUnlessItIsOptional() {
    envFrom.add(Map.of("configMapRef", Map.of("name", "cm", "optional", true)));
    assertThat(environment().variables()).isEmpty();
    envFrom.add(Map.of("configMapRef", Map.of("name", "cm")));
    assertThatThrownBy(this::environment)
        .isInstanceOf(EnvironmentException.class)
        .hasMessage("configmap \"cm\" not found");
  }

  @Test
  void aMissingKeyIsNamedWithItsSecret() {
    objects.put(
        new ObjectKey("Secret", "shop", "s"),
        new GenericObject(
            "v1", "Secret", ObjectMeta.of("shop", "s"), Map.of("data", Map.of("a", "eA=="))));
    env("A", "", Map.of("secretKeyRef", Map.of("name", "s", "key", "a")));
    assertThat(environment().value("A")).contains("x");
    env("B", "", Map.of("secretKeyRef", Map.of("name", "s", "key", "b")));
    assertThatThrownBy(this::environment).hasMessage("couldn't find key b in Secret shop/s");
  }

  @Test
  void aServiceMadeLaterIsNamedAsTooLate() {
    List<Service> before = List.copyOf(services);
    service("shop", "db", "10.96.0.7", 5432);
    List<Service> now = List.copyOf(services);
    services.clear();
    services.addAll(before);
    assertThat(advice(now))
        .extracting(EnvironmentAdvice::kind, EnvironmentAdvice::subject)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(
            EnvironmentAdvice.Kind.SERVICE_TOO_LATE, "shop/db"));
  }

  @Test
  void twoServicesThatMakeOneVariableAreNamed() {
    service("shop", "foo", "10.96.0.4", 80);
    service("shop", "foo-service", "10.96.0.5", 81);
    assertThat(advice(services))
        .singleElement()
        .satisfies(advice -> assertThat(advice.message())
            .isEqualTo("Service shop/foo and Service shop/foo-service both make FOO_SERVICE_PORT"
                + " (80 and tcp://10.96.0.5:81); which one a container gets is left to chance."
                + " Rename one"));
  }

  @Test
  void aPortVariableThatTheProgramReadsAsItsOwnIsATrap() {
    service("shop", "redis", "10.96.0.4", 6379);
    assertThat(advice(services)).isEmpty();
    env("REDIS_HOST", "redis", null);
    assertThat(advice(services))
        .extracting(EnvironmentAdvice::kind, EnvironmentAdvice::subject)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(EnvironmentAdvice.Kind.PORT_TRAP, "REDIS_PORT"));
  }

  @Test
  void anEnvironmentNearTheKernelsLimitIsReportedWithItsSize() {
    for (int i = 0; i < 2_000; i++) {
      service("shop", "a-service-with-a-rather-long-name-" + i, "10.96.0.4", 80);
    }
    assertThat(advice(services)).singleElement().satisfies(advice -> {
      assertThat(advice.kind()).isEqualTo(EnvironmentAdvice.Kind.SIZE);
      assertThat(advice.message()).contains(environment().sizeBytes() + " bytes");
    });
  }
}
