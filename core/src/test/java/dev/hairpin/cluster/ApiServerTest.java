package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiServerTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server =
      new ApiServer(state, ApiServerConfig.of(Cidr.parse("10.96.0.0/24")));

  private static Map<String, Object> tree(String yaml) {
    return Manifests.parse(yaml, "test.yaml").manifests().get(0).tree();
  }

  private static Map<String, Object> service(String name, String spec) {
    return tree(
        "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: " + spec + "}");
  }

  private static ObjectKey key(String name) {
    return new ObjectKey("Service", "default", name);
  }

  private Service create(String name, String spec) {
    return (Service) server.create(service(name, spec)).object();
  }

  @Test
  void severalErrorsAreToldTogetherAsKubectlPrintsThem() {
    ApiError error = catchThrowableOfType(
        ApiError.class,
        () -> create("a", "{ports: [{port: 0, protocol: tcp, targetPort: x}], type: NodePrt}"));

    assertThat(error.code()).isEqualTo(422);
    assertThat(error.causes())
        .extracting(ApiError.Cause::field)
        .containsExactly("spec.ports[0].port", "spec.ports[0].protocol", "spec.type");
    assertThat(error.kubectlText()).isEqualTo("""
            The Service "a" is invalid:\s
            * spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive
            * spec.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"
            * spec.type: Unsupported value: "NodePrt": supported values: "ClusterIP", \
            "ExternalName", "LoadBalancer", "NodePort\"""");
    assertThat(server.allocatedAddresses()).isEmpty();
  }

  @Test
  void aRefusalForAnotherReasonNamesIt() {
    create("a", "{ports: [{port: 80}]}");

    ApiError error =
        catchThrowableOfType(ApiError.class, () -> create("a", "{ports: [{port: 80}]}"));

    assertThat(error.kubectlText())
        .isEqualTo("Error from server (AlreadyExists): services \"a\" already exists");
    assertThat(server.allocatedAddresses()).hasSize(1);
  }

  @Test
  void aPortOf70000IsRefused() {
    assertThatThrownBy(() -> create("a", "{ports: [{port: 70000}]}"))
        .hasMessageContaining(
            "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive");
  }

  @Test
  void anAddressWithAZoneIsRefused() {
    assertThatThrownBy(() -> create("a", "{clusterIP: 'fe80::1%eth0', ports: [{port: 80}]}"))
        .hasMessage("Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value:"
            + " \"fe80::1%eth0\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
  }

  @Test
  void aTextForAPortIsABadRequest() {
    ApiError error =
        catchThrowableOfType(ApiError.class, () -> create("a", "{ports: [{port: '80'}]}"));

    assertThat(error.code()).isEqualTo(400);
    assertThat(error)
        .hasMessage("Service in version \"v1\" cannot be handled as a Service:"
            + " spec.ports[0].port: expected an int32, not the string \"80\"");
  }

  @Test
  void toExternalNameAndBackReleasesAndAllocates() {
    Service before = create("a", "{clusterIP: 10.96.0.9, ports: [{port: 80}]}");
    assertThat(before.spec().clusterIps()).containsExactly("10.96.0.9");

    Service external = (Service) server
        .patch(
            key("a"),
            PatchType.STRATEGIC,
            Map.of("spec", Map.of("type", "ExternalName", "externalName", "db.example.com")))
        .object();
    assertThat(external.spec().clusterIps()).isEmpty();
    assertThat(external.spec().internalTrafficPolicy()).isNull();
    assertThat(server.allocatedAddresses()).isEmpty();

    ApiServer.Response back =
        server.patch(key("a"), PatchType.STRATEGIC, Map.of("spec", Map.of("type", "ClusterIP")));
    assertThat(((Service) back.object()).spec().clusterIps()).hasSize(1);
    assertThat(back.warnings())
        .containsExactly("spec.externalName is ignored when spec.type is not \"ExternalName\"");
  }

  @Test
  void aStaleVersionIsAConflict() {
    Service service = create("a", "{ports: [{port: 80}]}");
    Map<String, Object> stale = KubeObjects.toTree(service);
    server.patch(key("a"), PatchType.MERGE, Map.of("metadata", Map.of("labels", Map.of("x", "y"))));

    ApiError error = catchThrowableOfType(ApiError.class, () -> server.update(stale));

    assertThat(error.code()).isEqualTo(409);
    assertThat(error.kubectlText())
        .isEqualTo(
            "Error from server (Conflict): Operation cannot be fulfilled on services \"a\": the"
                + " object has been modified; please apply your changes to the latest version and try"
                + " again");
  }

  @Test
  void aStaleVersionIsToldBeforeWhatIsWrongWithTheObject() {
    Map<String, Object> pod =
        tree("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers:"
            + " [{name: a, image: a}]}}");
    server.create(pod);
    server.patch(
        new ObjectKey("Pod", "default", "p"),
        PatchType.MERGE,
        Map.of("metadata", Map.of("labels", Map.of("x", "y"))));
    Map<String, Object> stale = tree("{apiVersion: v1, kind: Pod, metadata: {name: p,"
        + " resourceVersion: '1'}, spec: {containers: [{name: A_, image: a}]}}");

    assertThat(catchThrowableOfType(ApiError.class, () -> server.update(stale)).reason())
        .isEqualTo("Conflict");
  }

  @Test
  void aPatchThatNamesAStaleVersionIsAConflict() {
    Service service = create("a", "{ports: [{port: 80}]}");
    Map<String, Object> patch = Map.of(
        "metadata",
        Map.of(
            "resourceVersion",
            Long.toString(service.metadata().resourceVersion()),
            "labels",
            Map.of("x", "y")));
    server.patch(key("a"), PatchType.MERGE, patch);

    assertThat(catchThrowableOfType(
                ApiError.class, () -> server.patch(key("a"), PatchType.STRATEGIC, patch))
            .reason())
        .isEqualTo("Conflict");
  }

  @Test
  void anUpdateOfAnObjectThatWasMadeAnewIsAConflict() {
    Service created = create("a", "{ports: [{port: 80}]}");
    Map<String, Object> first = KubeObjects.toTree(created);
    server.delete(key("a"));
    Service second = create("a", "{ports: [{port: 80}]}");

    assertThat(catchThrowableOfType(ApiError.class, () -> server.update(first)))
        .hasMessage("Operation cannot be fulfilled on services \"a\": StorageError: invalid object,"
            + " Code: 4, Key: /registry/services/specs/default/a, ResourceVersion: 0,"
            + " AdditionalErrorMsg: Precondition failed: UID in precondition: "
            + created.metadata().uid()
            + ", UID in object meta: "
            + second.metadata().uid());
  }

  @Test
  void anUpdateOfAnObjectThatIsGoneIsAConflictToo() {
    Map<String, Object> gone =
        tree("{apiVersion: apps/v1, kind: Deployment," + " metadata: {name: a, uid: u}, spec: {}}");

    assertThatThrownBy(() -> server.update(gone))
        .hasMessage("Operation cannot be fulfilled on deployments.apps \"a\": StorageError: invalid"
            + " object, Code: 4, Key: /registry/deployments/default/a, ResourceVersion: 0,"
            + " AdditionalErrorMsg: Precondition failed: UID in precondition: u, UID in object"
            + " meta: ");
  }

  @Test
  void aPatchChangesNeitherNameNorNamespaceNorUid() {
    create("a", "{ports: [{port: 80}]}");

    assertThatThrownBy(() -> patchMetadata("name", "b"))
        .hasMessage("the name of the object (b) does not match the name on the URL (a)");
    assertThatThrownBy(() -> patchMetadata("namespace", "b"))
        .hasMessage("the namespace of the provided object does not match the namespace sent on the"
            + " request");
    assertThatThrownBy(() -> patchMetadata("uid", "b"))
        .hasMessage("Service \"a\" is invalid: metadata.uid: Invalid value: \"b\": field is"
            + " immutable");
  }

  private void patchMetadata(String field, String value) {
    server.patch(key("a"), PatchType.MERGE, Map.of("metadata", Map.of(field, value)));
  }

  @Test
  void aNamespaceSpeaksForItselfOfTheUidThatIsNotMeant() {
    server.create(tree("{apiVersion: v1, kind: Namespace, metadata: {name: a}}"));
    ObjectKey namespace = new ObjectKey("Namespace", "", "a");
    String uid = server.get(namespace).metadata().uid();

    assertThatThrownBy(() -> server.delete(namespace, "other", 0))
        .hasMessage("Operation cannot be fulfilled on namespaces \"a\": Precondition failed: UID in"
            + " precondition: other, UID in object meta: " + uid);
  }

  @Test
  void aDeletionMayNameTheObjectThatIsMeant() {
    ObjectMeta meta = create("a", "{ports: [{port: 80}]}").metadata();

    assertThat(catchThrowableOfType(ApiError.class, () -> server.delete(key("a"), "other", 0)))
        .hasMessage("Operation cannot be fulfilled on Service \"a\": the UID in the precondition"
            + " (other) does not match the UID in record ("
            + meta.uid()
            + "). The object might have been deleted and then recreated");
    assertThat(catchThrowableOfType(
            ApiError.class, () -> server.delete(key("a"), "", meta.resourceVersion() + 1)))
        .hasMessage("Operation cannot be fulfilled on Service \"a\": the ResourceVersion in the"
            + " precondition ("
            + (meta.resourceVersion() + 1)
            + ") does not match the ResourceVersion in record ("
            + meta.resourceVersion()
            + "). The object might have been modified");
    assertThat(state.get(key("a"))).isPresent();

    server.delete(key("a"), meta.uid(), meta.resourceVersion());

    assertThat(state.get(key("a"))).isEmpty();
  }

  @Test
  void putOfAnUnknownServiceCreatesIt() {
    server.update(service("new", "{ports: [{port: 80}]}"));

    assertThat(state.get(Service.class, "default", "new")).isPresent();
  }

  @Test
  void putOfAnUnknownObjectOfMostKindsFindsNothing() {
    assertThatThrownBy(() -> server.update(tree("""
            {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: new}, spec: {}}
            """)))
        .isInstanceOf(ApiError.class)
        .hasMessage("ingresses.networking.k8s.io \"new\" not found");
    server.update(tree("{apiVersion: v1, kind: Endpoints, metadata: {name: new}}"));
    assertThat(state.get(new ObjectKey("Endpoints", "default", "new"))).isPresent();
  }

  @Test
  void applyOfAnUnchangedManifestIsNoEvent() {
    List<Change> changes = new ArrayList<>();
    Map<String, Object> manifest =
        service("a", "{type: NodePort, selector: {app: a}, ports: [{port: 80}]}");
    server.apply(manifest);
    state.watch(changes::add);

    server.apply(manifest);

    assertThat(changes).isEmpty();
  }

  @Test
  void applyRemovesWhatTheManifestSaysNoMore() {
    server.apply(service(
        "a",
        "{selector: {app: a, tier: web}, ports: [{name: x, port: 80}," + " {name: b, port: 81}]}"));
    server.patch(
        key("a"), PatchType.MERGE, Map.of("spec", Map.of("publishNotReadyAddresses", true)));

    Service after = (Service) server
        .apply(service("a", "{selector: {app: a}, ports: [{name: x, port: 80}]}"))
        .object();

    assertThat(after.spec().selector()).isEqualTo(Map.of("app", "a"));
    assertThat(after.spec().ports()).hasSize(1);
    assertThat(after.spec().publishNotReadyAddresses()).isTrue();
  }

  @Test
  void aBadObjectAmongManyChangesNothing() {
    create("old", "{clusterIP: 10.96.0.5, ports: [{port: 80}]}");
    long version = state.resourceVersion();
    List<Change> changes = new ArrayList<>();
    state.watch(changes::add);
    String yaml = """
        apiVersion: v1
        kind: Service
        metadata: {name: fine}
        spec: {type: NodePort, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: old}
        spec: {type: ExternalName, externalName: a.example}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: bad}
        spec:
          ports:
          - port: 80
            protocol: ICMP
        """;

    assertThatThrownBy(() -> server.apply(Manifests.parse(yaml, "shop.yaml").manifests()))
        .isInstanceOf(ManifestException.class)
        .hasMessage("shop.yaml: document 3, line 17: spec.ports[0].protocol: Service \"bad\" is"
            + " invalid: spec.ports[0].protocol: Unsupported value: \"ICMP\": supported values:"
            + " \"SCTP\", \"TCP\", \"UDP\"")
        .hasCauseInstanceOf(ApiError.class);

    assertThat(state.resourceVersion()).isEqualTo(version);
    assertThat(changes).isEmpty();
    assertThat(state.list(Service.class)).hasSize(1);
    assertThat(server.allocatedAddresses()).hasToString("[10.96.0.5]");
    assertThat(server.allocatedPorts()).isEmpty();
  }

  @Test
  void aRefusedApplyAmongSeveralRequestsGivesBackWhatItHadTaken() {
    String yaml = """
        {apiVersion: v1, kind: Service, metadata: {name: fine}, spec: {clusterIP: 10.96.0.7, ports: [{port: 80}]}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: bad}, spec: {clusterIP: 10.96.0.8}}
        """;

    server.together(() -> {
      create("first", "{clusterIP: 10.96.0.5, ports: [{port: 80}]}");
      assertThatThrownBy(() -> server.apply(Manifests.parse(yaml, "shop.yaml").manifests()))
          .hasMessageContaining("spec.ports: Required value");
      return create("last", "{clusterIP: 10.96.0.6, ports: [{port: 80}]}");
    });

    assertThat(state.list(Service.class))
        .extracting(s -> s.metadata().name())
        .containsExactly("first", "last");
    assertThat(server.allocatedAddresses()).hasToString("[10.96.0.5, 10.96.0.6]");
  }

  @Test
  void aWatcherThatThrowsCostsNoAddress() {
    state.watch(change -> {
      throw new IllegalStateException("the watcher fails");
    });

    assertThatThrownBy(() -> server.apply(Manifests.parse(
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}",
                "test.yaml")
            .manifests()))
        .hasMessage("the watcher fails");

    Service stored = state.get(Service.class, "default", "a").orElseThrow();
    assertThat(server.allocatedAddresses())
        .extracting(Object::toString)
        .isEqualTo(stored.spec().clusterIps());
  }

  @Test
  void manyGoodObjectsAreToldOfAtTheEnd() {
    List<String> told = new ArrayList<>();
    state.watch(
        c -> told.add(c.key().name() + " of " + state.list(Service.class).size()));

    server.apply(Manifests.parse(
            "{apiVersion: v1, kind: List, items: ["
                + "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 1}]}},"
                + "{apiVersion: v1, kind: Service, metadata: {name: b}, spec: {ports: [{port: 1}]}}"
                + "]}",
            "x")
        .manifests());

    assertThat(told).containsExactly("a of 2", "b of 2");
  }

  @Test
  void jsonPatchAddsReplacesAndTests() {
    create("a", "{ports: [{name: x, port: 80}]}");
    Object patch = List.of(
        Map.of("op", "test", "path", "/spec/ports/0/port", "value", 80),
        Map.of("op", "replace", "path", "/spec/ports/0/targetPort", "value", "web"),
        Map.of("op", "add", "path", "/metadata/labels", "value", Map.of("a~b", "c")),
        Map.of("op", "remove", "path", "/metadata/labels/a~0b"));

    Service after = (Service) server.patch(key("a"), PatchType.JSON, patch).object();

    assertThat(after.spec().ports().get(0).targetPort()).hasToString("web");
    assertThat(after.metadata().labels()).isEmpty();
    assertThatThrownBy(() -> server.patch(
            key("a"), PatchType.JSON, List.of(Map.of("op", "remove", "path", "/spec/ports/7"))))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("/spec/ports/7");
  }

  @Test
  void aSnapshotsServicesKeepWhatTheyHave() {
    Service live = (Service) Manifests.parse("""
            apiVersion: v1
            kind: Service
            metadata: {name: live}
            spec: {type: NodePort, clusterIP: 10.96.0.77, ports: [{port: 80, nodePort: 30123}]}
            """, "dump.yaml").objects().get(0);
    state.store(live);

    assertThat(server.allocatedAddresses()).hasToString("[10.96.0.77]");
    assertThat(server.allocatedPorts()).containsExactly(30_123);
    assertThatThrownBy(() -> create("b", "{clusterIP: 10.96.0.77, ports: [{port: 80}]}"))
        .hasMessageContaining("provided IP is already allocated");
    state.remove(live.key());
    assertThat(server.allocatedAddresses()).isEmpty();
  }

  @Test
  void aForkAllocatesForItself() {
    create("a", "{type: NodePort, ports: [{port: 80}]}");
    ApiServer fork = server.fork(state.fork(new VirtualClock()));

    fork.create(service("b", "{clusterIP: 10.96.0.9, ports: [{port: 80}]}"));
    fork.delete(key("a"));

    assertThat(server.allocatedAddresses()).hasSize(1);
    assertThat(server.allocatedPorts()).hasSize(1);
    assertThat(fork.allocatedAddresses()).hasToString("[10.96.0.9]");
    assertThat(fork.allocatedPorts()).isEmpty();
  }

  @Test
  void theKubernetesServiceTakesTheFirstAddress() {
    Service kubernetes = server.ensureKubernetesService(6443);

    assertThat(kubernetes.spec().clusterIp()).isEqualTo("10.96.0.1");
    assertThat(server.ensureKubernetesService(6443)).isEqualTo(kubernetes);
    assertThat(server.ipAddresses())
        .extracting(o -> o.metadata().name())
        .containsExactly("10.96.0.1");
  }

  @Test
  void deletingAServiceDeletesItsEndpoints() {
    create("a", "{ports: [{port: 80}]}");
    state.store(new dev.hairpin.api.Endpoints(ObjectMeta.of("default", "a"), List.of()));

    server.delete(key("a"));

    assertThat(state.kinds()).isEmpty();
    assertThatThrownBy(() -> server.delete(key("a"))).hasMessage("services \"a\" not found");
  }

  @Test
  void anObjectWithFinalizersWaitsForThem() {
    server.create(tree("{apiVersion: v1, kind: Service, metadata: {name: a, finalizers: [x/y]},"
        + " spec: {type: LoadBalancer, ports: [{port: 80}]}}"));

    server.delete(key("a"));
    assertThat(
            state.get(Service.class, "default", "a").orElseThrow().metadata().deletionTimestamp())
        .isNotNull();

    server.patch(key("a"), PatchType.MERGE, Map.of("metadata", Map.of("finalizers", List.of())));
    assertThat(state.get(Service.class, "default", "a")).isEmpty();
    assertThat(server.allocatedPorts()).isEmpty();
  }

  @Test
  void oldReleasesSpeakInTheirOwnWords() {
    ApiServer old = new ApiServer(
        new ClusterState(new VirtualClock(), 1),
        new ApiServerConfig(
            List.of(dev.hairpin.net.IpFamily.IPV4),
            List.of(Cidr.parse("10.96.0.0/16")),
            PortRange.DEFAULT,
            ApiFeatures.ofMinor(31)));
    old.create(service("a", "{clusterIP: 10.96.0.9, ports: [{port: 80}]}"));

    assertThatThrownBy(
            () -> old.update(service("a", "{clusterIP: 10.96.0.51, ports: [{port: 80}]}")))
        .hasMessage("Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value:"
            + " []string{\"10.96.0.51\"}: may not change once set");
    assertThatThrownBy(
            () -> old.create(service("b", "{ports: [{name: x, port: 80}, {name: b, port: 80}]}")))
        .hasMessage("Service \"b\" is invalid: spec.ports[1]: Duplicate value:"
            + " core.ServicePort{Name:\"\", Protocol:\"TCP\", AppProtocol:(*string)(nil), Port:80,"
            + " TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}");
    assertThat(old.create(service("c", "{clusterIP: 10.96.0.010, ports: [{port: 80}]}"))
            .warnings())
        .containsExactly("spec.clusterIPs[0]: non-standard IP address \"10.96.0.010\" will be"
            + " considered invalid in a future Kubernetes release: use \"10.96.0.10\"");
  }

  @Test
  void sameNodePortAndProtocolTwiceOnUpdateIsAPlainError() {
    create("a", "{type: NodePort, ports: [{name: x, port: 80, nodePort: 30061}]}");

    ApiError error = catchThrowableOfType(
        ApiError.class,
        () -> server.update(service(
            "a",
            "{type: NodePort, ports: [{name: x, port: 80, nodePort: 30061},"
                + " {name: b, port: 81, nodePort: 30061}]}")));

    assertThat(error.code()).isEqualTo(500);
    assertThat(error).hasMessage("duplicate nodePort: {TCP 30061}");
  }

  @Test
  void statusIsWrittenBesideTheSpec() {
    create("a", "{type: LoadBalancer, ports: [{port: 80}]}");
    Map<String, Object> status = tree("{apiVersion: v1, kind: Service, metadata: {name: a},"
        + " spec: {type: LoadBalancer},"
        + " status: {loadBalancer: {ingress: [{ip: 192.0.2.1}, {hostname: lb.example}]}}}");

    Service after = (Service) server.updateStatus(status).object();

    assertThat(after.spec().type()).isEqualTo(ServiceType.LOAD_BALANCER);
    assertThat(after.loadBalancer().get(0).ipMode()).isEqualTo("VIP");
    assertThat(after.spec().ports()).hasSize(1);
    server.patch(key("a"), PatchType.MERGE, Map.of("spec", Map.of("type", "ClusterIP")));
    assertThat(state.get(Service.class, "default", "a").orElseThrow().loadBalancer())
        .isEmpty();
    assertThatThrownBy(() -> server.updateStatus(status))
        .hasMessage("Service \"a\" is invalid: status.loadBalancer.ingress: Forbidden: may only be"
            + " used when `spec.type` is 'LoadBalancer'");
  }

  @Test
  void anUpdateOfAnObjectLeavesItsStatusToTheSubresource() {
    String pod = "{apiVersion: v1, kind: Pod, metadata: {name: p},"
        + " spec: {containers: [{name: c, image: i}]}, status: {phase: %s}}";
    server.create(tree(pod.formatted("Running")));
    ObjectKey key = new ObjectKey("Pod", "default", "p");

    server.update(tree(pod.formatted("Failed").replace("name: p", "name: p, labels: {a: b}")));
    server.patch(key, PatchType.MERGE, Map.of("status", Map.of("phase", "Failed")));

    Pod after = (Pod) server.get(key);
    assertThat(after.metadata().labels()).containsEntry("a", "b");
    assertThat(after.phase()).isEqualTo("Running");
  }

  @Test
  void aServiceCidrServesUntilItsLastAddressIsFree() {
    server.create(tree("{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR,"
        + " metadata: {name: more}, spec: {cidrs: [10.97.0.0/24]}}"));
    create("a", "{clusterIP: 10.97.0.5, ports: [{port: 80}]}");
    ObjectKey more = new ObjectKey("ServiceCIDR", "", "more");

    server.delete(more);

    assertThat(Manifests.toJson(state.get(more).orElseThrow()))
        .contains("\"reason\":\"Terminating\"");
    assertThatThrownBy(() -> create("b", "{clusterIP: 10.97.0.6, ports: [{port: 80}]}"))
        .hasMessageContaining("the provided network does not match the current range");
    server.delete(key("a"));
    assertThat(state.get(more)).isEmpty();
  }
}
