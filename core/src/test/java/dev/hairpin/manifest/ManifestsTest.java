package dev.hairpin.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.NetworkPolicy;
import dev.hairpin.api.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestsTest {
  private static final String SERVICE = """
      apiVersion: v1
      kind: Service
      metadata:
        name: ui
        namespace: shop
      spec:
        type: NodePort
        selector: {app: ui}
        clusterIP: 10.96.0.9
        ports:
        - name: http
          port: 80
          targetPort: web
          nodePort: 30080
      """;

  private static KubeObject one(String text) {
    List<KubeObject> objects = Manifests.parse(text, "test.yaml").objects();
    assertThat(objects).hasSize(1);
    return objects.get(0);
  }

  @Test
  void takesASnapshotAsItIs() {
    Service service = (Service) one(SERVICE);

    assertThat(service.key().toString()).isEqualTo("Service shop/ui");
    assertThat(service.spec().clusterIps()).containsExactly("10.96.0.9");
    assertThat(service.spec().ports().get(0).nodePort()).isEqualTo(30_080);
    assertThat(service.spec().ports().get(0).targetPort()).hasToString("web");
    assertThat(service.spec().externalTrafficPolicy()).isNull();
  }

  @Test
  void printsWhatItReads() {
    KubeObject service = one(SERVICE);

    assertThat(KubeObjects.fromTree(KubeObjects.toTree(service))).isEqualTo(service);
    assertThat(KubeObjects.toTree(service).keySet())
        .containsExactly("apiVersion", "kind", "metadata", "spec", "status");
  }

  @Test
  void readsDocumentsAndListsInOrder() {
    String text = "# nothing here\n---\n" + SERVICE + "---\n" + """
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: Namespace, metadata: {name: a}}
        - {apiVersion: example.org/v1, kind: Widget, metadata: {name: b}, spec: {size: 3}}
        ---
        """;

    List<KubeObject> objects = Manifests.parse(text, "test.yaml").objects();

    assertThat(objects)
        .extracting(o -> o.key().toString())
        .containsExactly("Service shop/ui", "Namespace a", "Widget default/b");
    assertThat(((GenericObject) objects.get(2)).content()).containsKey("spec");
  }

  @Test
  void readsJson() {
    KubeObject object = one(
        "{\"apiVersion\":\"v1\",\n\t\"kind\":\"Namespace\",\n\t\"metadata\":{\"name\":\"\\u0061\\/\"}}");

    assertThat(object.metadata().name()).isEqualTo("a/");
  }

  @Test
  void resolvesPlainScalarsAsGoYamlDoes() {
    KubeObject object = one("""
        apiVersion: example.org/v1
        kind: Widget
        metadata: {name: a}
        spec: [yes, off, 0755, 0x10, 1_000, 1e3, 2026-01-01, ~, "on", .5, 08, 12:30]
        """);

    assertThat((Iterable<?>) ((GenericObject) object).content().get("spec"))
        .isEqualTo(java.util.Arrays.asList(
            true, false, 493L, 16L, 1000L, 1000.0, "2026-01-01", null, "on", 0.5, 8.0, "12:30"));
  }

  @Test
  void numbersThatJsonDoesNotHaveAreRefused() {
    String widget = "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: ";

    assertThatThrownBy(() -> one(widget + ".nan}"))
        .hasMessage("test.yaml: document 1, line 4: spec.size: json: unsupported value: NaN");
    assertThatThrownBy(() -> one(widget + "!!float -.inf}"))
        .hasMessage("test.yaml: document 1, line 4: spec.size: json: unsupported value: -Inf");
  }

  @Test
  void mergesMapsUnderWhatTheySayThemselves() {
    Deployment deployment = (Deployment) one("""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: a
          labels: &labels {app: a, tier: web}
        spec:
          selector: {matchLabels: {app: a}}
          template:
            metadata: {labels: {<<: *labels, tier: db}}
            spec: {containers: [{name: a, ports: [{containerPort: 8080}]}]}
        """);

    assertThat(deployment.template().labels()).isEqualTo(Map.of("app", "a", "tier", "db"));
    assertThat(deployment.replicas()).isEqualTo(1);
    assertThat(deployment.maxSurge()).hasToString("25%");
  }

  @Test
  void aPortThatIsATextIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> Manifests.parse(
                "---\n" + SERVICE.replace("port: 80\n", "port: \"80\"\n"), "shop.yaml")
            .objects())
        .isInstanceOf(ManifestException.class)
        .hasMessage("shop.yaml: document 1, line 13: spec.ports[0].port: "
            + "expected an int32, not the string \"80\"");
  }

  @Test
  void aLabelThatIsABooleanIsRefusedUnlessReadLeniently() {
    ManifestSet set = Manifests.parse(
        "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {app: y}}}", "a.yaml");

    assertThatThrownBy(set::objects)
        .hasMessage("a.yaml: document 1, line 1: metadata.labels[app]: "
            + "expected a string, not the boolean true");
    assertThat(set.lenient().objects().get(0).metadata().labels()).isEqualTo(Map.of("app", "true"));
  }

  @Test
  void unknownFieldsAreReportedWithTheirPlace() {
    ManifestSet set = Manifests.parse(SERVICE.replace("selector:", "selecter:"), "shop.yaml");

    assertThat(set.warnings())
        .containsExactly("shop.yaml: document 1, line 8: spec.selecter: unknown field");
  }

  @Test
  void aDocumentWithoutKindIsRefused() {
    assertThatThrownBy(() -> Manifests.parse("apiVersion: v1\nmetadata: {}\n", "a.yaml"))
        .hasMessage("a.yaml: document 1, line 1: kind: Object 'Kind' is missing");
  }

  @Test
  void readsAFolderSortedByPath(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("b"));
    Files.writeString(
        folder.resolve("b/x.yml"), "{apiVersion: v1, kind: Namespace, metadata: {name: second}}");
    Files.writeString(
        folder.resolve("a.yaml"), "{apiVersion: v1, kind: Namespace, metadata: {name: first}}");
    Files.writeString(folder.resolve("notes.txt"), "no manifest");

    assertThat(Manifests.load(folder).objects())
        .extracting(o -> o.metadata().name())
        .containsExactly("first", "second");
  }

  @Test
  void octetsThatAreNoTextAreRefused(@TempDir Path folder) throws IOException {
    Path file = Files.write(
        folder.resolve("a.yaml"), new byte[] {'a', ':', '\n', (byte) 0xff, (byte) 0xfe, 0, 1});

    assertThatThrownBy(() -> Manifests.load(file))
        .isInstanceOf(ManifestException.class)
        .hasMessage(file + ": document 1, line 2: a: not UTF-8: invalid octets at offset 3");
    Files.write(file, "a: \u0000b".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> Manifests.load(file))
        .hasMessage(
            file + ": document 1, line 1: a: not YAML: control character U+0000 is not allowed");
  }

  @Test
  void aNetworkPolicyIsWrittenAsItWasRead() {
    String yaml = """
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: web
          namespace: shop
        spec:
          egress:
          - {}
          ingress:
          - from:
            - namespaceSelector: {}
              podSelector:
                matchLabels:
                  app: ui
            - ipBlock:
                cidr: 10.0.0.0/8
                except:
                - 10.1.0.0/16
            ports:
            - endPort: 90
              port: 80
              protocol: TCP
            - port: http
              protocol: UDP
          podSelector: {}
          policyTypes:
          - Ingress
          - Egress
        """;
    NetworkPolicy policy =
        (NetworkPolicy) Manifests.parse(yaml, "p").manifests().get(0).object();

    assertThat(policy.ingress().get(0).peers().get(0).namespaceSelector())
        .isEqualTo(LabelSelector.EVERYTHING);
    assertThat(policy.policyTypes()).contains(NetworkPolicy.Direction.EGRESS);
    assertThat(Manifests.toYaml(List.of(policy))).isEqualTo(yaml);
  }

  @Test
  void withoutPolicyTypesAPolicyIsAboutWhatComesInAndAboutWhatGoesOutIfItSaysSo() {
    assertThat(policyTypes("{podSelector: {}}")).hasToString("[Ingress]");
    assertThat(policyTypes("{podSelector: {}, egress: []}")).hasToString("[Ingress]");
    assertThat(policyTypes("{podSelector: {}, egress: [{}]}")).hasToString("[Ingress, Egress]");
  }

  private static List<NetworkPolicy.Direction> policyTypes(String spec) {
    String yaml =
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: " + spec
            + "}";
    return ((NetworkPolicy) Manifests.parse(yaml, "p").manifests().get(0).object()).policyTypes();
  }

  @Test
  void aKindOfAnotherGroupWithAKnownNameIsKeptApartFromIt() {
    ManifestSet set = Manifests.parse("""
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata: {name: web, namespace: shop}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        """, "k.yaml");

    assertThat(set.objects())
        .extracting(o -> o.key().kind())
        .containsExactly("Service.serving.knative.dev", "Service");
    assertThat(set.warnings())
        .containsExactly("k.yaml: document 1, line 2: kind: unknown kind \"Service\" of"
            + " serving.knative.dev/v1; it is kept, and nothing acts on it");
  }

  @Test
  void aVersionThatAKindNoLongerHasIsRefused() {
    ManifestSet set = Manifests.parse(
        "{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: web}}", "old.yaml");

    assertThatThrownBy(set::objects)
        .hasMessage("old.yaml: document 1, line 1: apiVersion: no matches for kind"
            + " \"Deployment\" in version \"apps/v1beta1\"");
  }

  @ParameterizedTest
  @CsvSource({
    "v1, Servce",
    "apps/v1, Deploymnet",
    "networking.k8s.io/v1, Ingres",
    "discovery.k8s.io/v1, Endpoints"
  })
  void aKindThatItsGroupDoesNotHaveIsRefused(String apiVersion, String kind) {
    ManifestSet set = Manifests.parse(
        "{apiVersion: " + apiVersion + ", kind: " + kind + ", metadata: {name: web}}", "k.yaml");

    assertThatThrownBy(set::objects)
        .isInstanceOf(ManifestException.class)
        .hasMessage("k.yaml: document 1, line 1: apiVersion: no matches for kind \"" + kind
            + "\" in version \"" + apiVersion + "\"");
  }
}
