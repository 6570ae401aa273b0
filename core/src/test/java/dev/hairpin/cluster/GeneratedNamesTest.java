package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hairpin.api.KubeObject;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Objects that ask the API server for a name. */
class GeneratedNamesTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server = server(state);

  private static ApiServer server(ClusterState state) {
    return new ApiServer(state, ApiServerConfig.of(Cidr.parse("10.96.0.0/24")));
  }

  private static Map<String, Object> tree(String yaml) {
    return Manifests.parse(yaml, "test").manifests().get(0).tree();
  }

  private static Map<String, Object> configMap(String metadata) {
    return tree("{apiVersion: v1, kind: ConfigMap, metadata: " + metadata + "}");
  }

  private String created(String metadata) {
    return server.create(configMap(metadata)).object().metadata().name();
  }

  @Test
  void theNameIsThePrefixAndFiveCharactersWithoutVowels() {
    KubeObject pod = server
        .create(tree("{apiVersion: v1, kind: Pod, metadata: {generateName: web-}, spec:"
            + " {containers: [{name: a, image: a}]}}"))
        .object();

    assertThat(pod.metadata().name()).matches("web-[bcdfghjklmnpqrstvwxz2456789]{5}");
    assertThat(state.get(pod.key())).contains(pod);
    assertThat(Manifests.toJson(pod)).contains("\"generateName\":\"web-\"");
  }

  @Test
  void aServiceGetsItsNameBeforeItsAddress() {
    KubeObject service = server
        .create(tree("{apiVersion: v1, kind: Service, metadata: {generateName: web-}, spec:"
            + " {ports: [{port: 80}]}}"))
        .object();

    assertThat(service.metadata().name()).hasSize(9);
    assertThat(server.ipAddresses())
        .singleElement()
        .extracting(address -> address.parentRef().name())
        .isEqualTo(service.metadata().name());
  }

  @Test
  void aNameThatIsGivenWins() {
    assertThat(created("{name: mine, generateName: web-}")).isEqualTo("mine");
  }

  @Test
  void aLongPrefixIsCutSoThatTheNameHas63Characters() {
    String name = created("{generateName: " + "a".repeat(70) + "}");

    assertThat(name).hasSize(63).startsWith("a".repeat(58));
  }

  @Test
  void theSameSeedGivesTheSameNamesAndAForkGoesOnAlike() {
    ApiServer other = server(new ClusterState(new VirtualClock(), 1));
    Map<String, Object> request = configMap("{generateName: c-}");
    String first = server.create(request).object().metadata().name();
    assertThat(other.create(request).object().metadata().name()).isEqualTo(first);

    ApiServer fork = server.fork(state.fork(new VirtualClock()));
    assertThat(fork.create(request).object().metadata().name())
        .isEqualTo(server.create(request).object().metadata().name())
        .isNotEqualTo(first);
  }

  @Test
  void namesOfOtherKindsNamespacesAndPrefixesDoNotChangeTheNextOfThisOne() {
    ApiServer calm = server(new ClusterState(new VirtualClock(), 1));
    created("{generateName: d-}");
    created("{generateName: c-, namespace: kube-system}");
    server.create(tree("{apiVersion: v1, kind: Secret, metadata: {generateName: c-}}"));

    String expected =
        calm.create(configMap("{generateName: c-}")).object().metadata().name();
    assertThat(created("{generateName: c-}")).isEqualTo(expected);
  }

  @Test
  void nothingOfAPrefixesNamesIsSharedWithTheNextOnes() {
    GeneratedNames names = new GeneratedNames(1);
    String last = names.next("Pod", "shop", "web-", name -> false);
    for (int i = 0; i < 50; i++) {
      String name = names.next("Pod", "shop", "web-", n -> false);
      assertThat(name.substring(4, 8)).isNotEqualTo(last.substring(5, 9));
      last = name;
    }
  }

  @Test
  void manyNamesOfOnePrefixAreAllDifferent() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      names.add(created("{generateName: c-}"));
    }

    assertThat(names).hasSize(2_000);
  }

  @Test
  void aNameThatCannotBeFoundIsAConflictThatSaysSo() {
    ApiServer same = server(new ClusterState(new VirtualClock(), 1));
    for (int i = 0; i < 8; i++) {
      String name =
          same.create(configMap("{generateName: c-}")).object().metadata().name();
      created("{name: " + name + "}");
    }

    ApiError error = catchThrowableOfType(ApiError.class, () -> created("{generateName: c-}"));

    assertThat(error.code()).isEqualTo(409);
    assertThat(error.kubectlText())
        .matches(
            "Error from server \\(AlreadyExists\\): configmaps \"c-[a-z0-9]{5}\" already exists,"
                + " the server was not able to generate a unique name for the object");
  }

  @Test
  void aNameThatIsTakenIsDrawnAgain() {
    ApiServer same = server(new ClusterState(new VirtualClock(), 1));
    String first =
        same.create(configMap("{generateName: c-}")).object().metadata().name();
    String second =
        same.create(configMap("{generateName: c-}")).object().metadata().name();
    created("{name: " + first + "}");

    assertThat(created("{generateName: c-}")).isEqualTo(second);
  }

  @Test
  void aBadPrefixIsToldBesideTheNameThatCameOfIt() {
    ApiError error = catchThrowableOfType(ApiError.class, () -> created("{generateName: Web-}"));

    assertThat(error.causes())
        .extracting(ApiError.Cause::field)
        .containsExactly("metadata.generateName", "metadata.name");
    assertThat(error.getMessage())
        .contains("metadata.generateName: Invalid value: \"Web-\": a lower");
  }

  @Test
  void applyNeedsAName() {
    ApiError error =
        catchThrowableOfType(ApiError.class, () -> server.apply(configMap("{generateName: web-}")));

    assertThat(error).hasMessage("from web-: cannot use generate name with apply");
    assertThat(state.resourceVersion()).isZero();
  }

  @Test
  void aPutWithoutANameMakesNone() {
    Map<String, Object> service = tree("{apiVersion: v1, kind: Service, metadata: {generateName:"
        + " web-}, spec: {ports: [{port: 80}]}}");

    ApiError error = catchThrowableOfType(ApiError.class, () -> server.update(service));

    assertThat(error.getMessage()).contains("metadata.name: Required value: name or generateName");
  }

  @Test
  void aDryRunShowsANameAndStoresNothing() {
    KubeObject shown = server.dryRun().create(configMap("{generateName: web-}")).object();

    assertThat(shown.metadata().name()).startsWith("web-");
    assertThat(state.get(shown.key())).isEmpty();
    assertThat(state.resourceVersion()).isZero();
  }
}
