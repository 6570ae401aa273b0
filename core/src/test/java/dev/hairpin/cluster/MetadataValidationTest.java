package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may stand in the metadata of an object of any kind. */
class MetadataValidationTest {
  private static final String QUALIFIED =
      "must consist of alphanumeric characters, '-', '_' or '.',"
          + " and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
          + " '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

  private final ApiServer server = new ApiServer(
      new ClusterState(new VirtualClock(), 1), ApiServerConfig.of(Cidr.parse("10.96.0.0/24")));

  private static Map<String, Object> object(String apiVersion, String kind, String metadata) {
    return Manifests.parse(
            "{apiVersion: " + apiVersion + ", kind: " + kind + ", metadata: " + metadata + "}",
            "test")
        .manifests()
        .get(0)
        .tree();
  }

  private List<String> errors(String metadata) {
    return server.validate(object("v1", "ConfigMap", metadata), null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{}|metadata.name: Required value: name or generateName is required",
        "{name: a, labels: {'a b': c}}|metadata.labels: Invalid value: \"a b\": name part "
            + QUALIFIED,
        "{name: a, labels: {/a: c}}|metadata.labels: Invalid value: \"/a\": prefix part must be"
            + " non-empty",
        "{name: a, labels: {a/: c}}|metadata.labels: Invalid value: \"a/\": name part must be"
            + " non-empty",
        "{name: a, labels: {a: -c}}|metadata.labels: Invalid value: \"-c\": a valid label must be an"
            + " empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and"
            + " end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex"
            + " used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        "{name: a, annotations: {'a b': c}}|metadata.annotations: Invalid value: \"a b\": name part "
            + QUALIFIED,
        "{name: a, finalizers: [a b]}|metadata.finalizers: Invalid value: \"a b\": name part "
            + QUALIFIED,
        "{name: a, finalizers: [x.example/a, mine]}|metadata.finalizers[1]: Invalid value: \"mine\":"
            + " name is neither a standard finalizer name nor is it fully qualified",
        "{name: a, finalizers: [orphan, foregroundDeletion]}|metadata.finalizers: Invalid value:"
            + " [\"orphan\",\"foregroundDeletion\"]: finalizer orphan and foregroundDeletion cannot be"
            + " both set",
        "{name: a, namespace: B}|metadata.namespace: Invalid value: \"B\": a lowercase RFC 1123 label"
            + " must consist of lower case alphanumeric characters or '-', and must start and end with"
            + " an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is"
            + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        "{name: a, ownerReferences: [{apiVersion: apps/, kind: X, name: x, uid: u}]}"
            + "|metadata.ownerReferences.apiVersion: Invalid value: \"apps/\": version must not be"
            + " empty",
        "{name: a, ownerReferences: [{apiVersion: v1, kind: X, name: x}]}"
            + "|metadata.ownerReferences.uid: Invalid value: \"\": must not be empty",
        "{name: a, ownerReferences: [{apiVersion: v1, kind: Event, name: x, uid: u}]}"
            + "|metadata.ownerReferences: Invalid value: {\"apiVersion\":\"v1\",\"kind\":\"Event\","
            + "\"name\":\"x\",\"uid\":\"u\"}: /v1, Kind=Event is disallowed from being an owner",
      })
  void metadataIsRefused(String metadata, String error) {
    assertThat(errors(metadata)).contains(error);
  }

  @Test
  void oneOwnerAloneMayBeTheController() {
    String owner = "{apiVersion: v1, kind: X, name: %s, uid: u, controller: true}";

    assertThat(errors("{name: a, ownerReferences: [" + owner.formatted("x") + "]}"))
        .isEmpty();
    assertThat(errors("{name: a, ownerReferences: [" + owner.formatted("x") + ", "
            + owner.formatted("z") + "]}"))
        .singleElement()
        .asString()
        .endsWith("Only one reference can have Controller set to true. Found \"true\" in references"
            + " for X/x and X/z");
  }

  @Test
  void annotationsHaveALimitTogether() {
    assertThat(errors("{name: a, annotations: {a: " + "x".repeat(262_144) + "}}"))
        .containsExactly("metadata.annotations: Too long: may not be more than 262144 bytes");
    assertThat(errors("{name: a, annotations: {a: " + "x".repeat(262_143) + "}}"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
  void namesOfRbacMayHaveColons(String kind) {
    String version = "rbac.authorization.k8s.io/v1";

    assertThat(server.validate(object(version, kind, "{name: 'system:coredns'}"), null))
        .isEmpty();
    assertThat(server.validate(object(version, kind, "{name: a/b}"), null))
        .containsExactly("metadata.name: Invalid value: \"a/b\": may not contain '/'");
  }

  @Test
  void aCustomResourceMayHaveAnyFinalizer() {
    assertThat(server.validate(object("x.example/v1", "Thing", "{name: a, finalizers: [b]}"), null))
        .isEmpty();
  }

  @Test
  void anUpdateIsToldOfLabelsFirstAndThenOfFinalizers() {
    assertThat(server.validate(
            object("v1", "ConfigMap", "{name: a, labels: {a: -c}, finalizers: [a b, mine]}"),
            object("v1", "ConfigMap", "{name: a}")))
        .extracting(error -> error.substring(0, error.indexOf(": ")))
        .containsExactly(
            "metadata.labels",
            "metadata.finalizers",
            "metadata.finalizers[0]",
            "metadata.finalizers[1]");
  }

  @Test
  void aNameIsNotJudgedAgain() {
    Map<String, Object> odd = object("v1", "ConfigMap", "{name: A_, labels: {'a b': c}}");

    assertThat(server.validate(odd, odd)).singleElement().asString().startsWith("metadata.labels");
  }

  @Test
  void anObjectThatIsBeingDeletedGetsNoNewFinalizers() {
    ObjectKey key = new ObjectKey("ConfigMap", "default", "a");
    server.create(object("v1", "ConfigMap", "{name: a, finalizers: [x.example/a]}"));
    server.delete(key);

    assertThat(catchThrowableOfType(
            ApiError.class,
            () -> server.patch(
                key,
                PatchType.MERGE,
                Map.of(
                    "metadata",
                    Map.of("finalizers", List.of("x.example/a", "x.example/c", "x.example/b"))))))
        .hasMessage("ConfigMap \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers"
            + " can be added if the object is being deleted, found new finalizers"
            + " []string{\"x.example/b\", \"x.example/c\"}");
  }
}
