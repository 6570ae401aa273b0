package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API server's rules for Services, one by one, with its texts. */
class ServiceRulesTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server = new ApiServer(
      state, ApiServerConfig.of(Cidr.parse("10.96.0.0/24"), Cidr.parse("fd00:10:96::/112")));

  @BeforeEach
  void someServices() {
    create(
        "np",
        "{type: NodePort, clusterIP: 10.96.0.2, ports: [{name: a, port: 80,"
            + " nodePort: 30080}, {name: b, port: 81, nodePort: 30081}]}");
    create(
        "lb",
        "{type: LoadBalancer, clusterIP: 10.96.0.3, externalTrafficPolicy: Local,"
            + " healthCheckNodePort: 32000, loadBalancerSourceRanges: [10.0.0.0/8],"
            + " ports: [{port: 80, nodePort: 30082}]}");
    create(
        "dual",
        "{ipFamilyPolicy: PreferDualStack, clusterIP: 10.96.0.4,"
            + " clusterIPs: [10.96.0.4, 'fd00:10:96::4'], ports: [{port: 80}]}");
    create("single", "{clusterIP: 10.96.0.5, ports: [{port: 80}]}");
    create("none", "{clusterIP: None, selector: {app: a}}");
  }

  private static Map<String, Object> service(String name, String spec) {
    String yaml =
        "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: " + spec + "}";
    return Manifests.parse(yaml, "test").manifests().get(0).tree();
  }

  private Service create(String name, String spec) {
    return (Service) server.create(service(name, spec)).object();
  }

  private static Map<String, Object> spec(String spec) {
    return Map.of("spec", service("x", spec).get("spec"));
  }

  private Service patch(String name, String spec) {
    ObjectKey key = new ObjectKey("Service", "default", name);
    return (Service) server.patch(key, PatchType.STRATEGIC, spec(spec)).object();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{type: NodePort, sessionAffinity: Foo, ports: [{port: 80, nodePort: 80}]}"
            + "|spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range."
            + " The range of valid ports is 30000-32767",
        "{type: ExternalName}|spec.externalName: Required value",
        "{type: ExternalName, externalName: a_b}|spec.externalName: Invalid value: \"a_b\": a"
            + " lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
            + " or '.', and must start and end with an alphanumeric character (e.g. 'example.com',"
            + " regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*"
            + "[a-z0-9])?)*')",
        "{type: ExternalName, externalName: a, clusterIP: 10.96.0.9, ipFamilies: [IPv4]}"
            + "|[spec.clusterIPs: Forbidden: may not be set for ExternalName services,"
            + " spec.ipFamilies: Forbidden: may not be set for ExternalName services]",
        "{ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.0/8]}"
            + "|spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is"
            + " 'LoadBalancer'",
        "{type: LoadBalancer, ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.1/8, ' foo ']}"
            + "|[spec.LoadBalancerSourceRanges[0]: Invalid value: \"10.0.0.1/8\": must not have bits"
            + " set beyond the prefix length, spec.LoadBalancerSourceRanges[1]: Invalid value:"
            + " \"foo\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)]",
        "{ports: [{port: 80}], externalTrafficPolicy: Local}|spec.externalTrafficPolicy: Invalid"
            + " value: \"Local\": may only be set for externally-accessible services",
        "{type: NodePort, ports: [{port: 80}], externalTrafficPolicy: local}"
            + "|spec.externalTrafficPolicy: Unsupported value: \"local\": supported values:"
            + " \"Cluster\", \"Local\"",
        "{ports: [{port: 80}], internalTrafficPolicy: X, trafficDistribution: Foo}"
            + "|[spec.internalTrafficPolicy: Unsupported value: \"X\": supported values: \"Cluster\","
            + " \"Local\", spec.trafficDistribution: Unsupported value: \"Foo\": supported values:"
            + " \"PreferClose\", \"PreferSameZone\", \"PreferSameNode\"]",
        "{ports: [{port: 80, nodePort: 30090}]}|spec.ports[0].nodePort: Forbidden: may not be used"
            + " when `type` is 'ClusterIP'",
        "{clusterIP: None, clusterIPs: [None, 10.96.0.9], ports: [{port: 80}]}|spec.clusterIPs:"
            + " Invalid value: [\"None\",\"10.96.0.9\"]: 'None' must be the first and only value",
        "{clusterIP: 10.96.0.9, clusterIPs: [10.96.0.8], ports: [{port: 80}]}|spec.clusterIPs:"
            + " Invalid value: [\"10.96.0.8\"]: first value must match `clusterIP`",
        "{clusterIP: 10.96.0.09, ports: [{port: 80}]}|spec.clusterIPs[0]: Invalid value:"
            + " \"10.96.0.09\": must not have leading 0s",
        "{clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9, 'fd00:10:96::9', 10.96.0.8],"
            + " ports: [{port: 80}]}|spec.clusterIPs: Invalid value: [\"10.96.0.9\","
            + "\"fd00:10:96::9\",\"10.96.0.8\"]: may only hold up to 2 values",
        "{clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9, 10.96.0.7, 10.96.0.8],"
            + " ports: [{port: 80}]}|[spec.clusterIPs: Invalid value: [\"10.96.0.9\","
            + "\"10.96.0.7\",\"10.96.0.8\"]: may only hold up to 2 values, spec.clusterIPs:"
            + " Invalid value: [\"10.96.0.9\",\"10.96.0.7\",\"10.96.0.8\"]: may specify no more"
            + " than one IP for each IP family]",
        "{clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9, 'fd00:10:96::9'], ports: [{port: 80}]}"
            + "|spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or"
            + " 'PreferDualStack' when multiple cluster IPs are specified",
        "{ports: [{port: 80}], externalIPs: ['0:0::0', 127.0.0.1]}|[spec.externalIPs[0]: Invalid"
            + " value: \"0:0::0\": may not be unspecified (0:0::0), spec.externalIPs[1]: Invalid"
            + " value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)]",
        "{ports: [{port: 80, targetPort: 'a_b'}]}|spec.ports[0].targetPort: Invalid value: \"a_b\":"
            + " must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
      })
  void aNewServiceIsRefused(String spec, String errors) {
    List<?> before = server.allocatedAddresses();

    ApiError error = catchThrowableOfType(ApiError.class, () -> create("a", spec));

    assertThat(error).hasMessage("Service \"a\" is invalid: " + errors);
    assertThat(server.allocatedAddresses()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "lb|{type: ClusterIP}|spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type`"
            + " is 'LoadBalancer'",
        "np|{type: ClusterIP, ports: [{port: 80, nodePort: 30099}]}|[spec.ports[0].nodePort:"
            + " Forbidden: may not be used when `type` is 'ClusterIP', spec.ports[1].nodePort:"
            + " Forbidden: may not be used when `type` is 'ClusterIP']",
        "np|{ports: [{port: 81, nodePort: 30082}]}|spec.ports[1].nodePort: Invalid value: 30082:"
            + " provided port is already allocated",
        "none|{type: NodePort, ports: [{port: 80}]}|spec.clusterIPs[0]: Invalid value: \"None\": may"
            + " not be set to 'None' for NodePort services",
        "single|{ipFamilies: [IPv6]}|spec.clusterIPs[0]: Invalid value: \"10.96.0.5\": expected an"
            + " IPv6 value as indicated by `ipFamilies[0]`",
        "dual|{ipFamilies: [IPv4]}|spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be"
            + " 'SingleStack' to release the secondary IP family",
        "single|{ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4], clusterIP:"
            + " 'fd00:10:96::5', clusterIPs: ['fd00:10:96::5', 10.96.0.77]}|[spec.clusterIPs[0]:"
            + " Invalid value: [\"fd00:10:96::5\",\"10.96.0.77\"]: may not change once set,"
            + " spec.ipFamilies[0]: Invalid value: [\"fd00:10:96::5\",\"10.96.0.77\"]: may not"
            + " change once set]",
        "dual|{clusterIPs: [10.96.0.4]}|spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\":"
            + " must be 'SingleStack' to release the secondary cluster IP",
      })
  void aChangeIsRefused(String name, String change, String errors) {
    long version = state.resourceVersion();
    List<?> ports = server.allocatedPorts();

    ApiError error = catchThrowableOfType(ApiError.class, () -> patch(name, change));

    assertThat(error).hasMessage("Service \"" + name + "\" is invalid: " + errors);
    assertThat(state.resourceVersion()).isEqualTo(version);
    assertThat(server.allocatedPorts()).isEqualTo(ports);
  }

  @Test
  void warningsComeInTheServersOrder() {
    ApiServer.Response response = server.create(service(
        "w",
        "{type: LoadBalancer, externalIPs: ['2001:DB8::1'], loadBalancerIP: '2001:DB8::2',"
            + " loadBalancerSourceRanges: ['2001:DB8::/64'], externalName: x,"
            + " trafficDistribution: PreferClose, ports: [{port: 80}]}"));

    assertThat(response.warnings())
        .containsExactly(
            "spec.externalIPs[0]: IPv6 address \"2001:DB8::1\" should be in RFC 5952 canonical"
                + " format (\"2001:db8::1\")",
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
            "spec.loadBalancerIP: IPv6 address \"2001:DB8::2\" should be in RFC 5952 canonical"
                + " format (\"2001:db8::2\")",
            "spec.loadBalancerSourceRanges[0]: IPv6 CIDR value \"2001:DB8::/64\" should be in RFC"
                + " 5952 canonical format (\"2001:db8::/64\")",
            "spec.externalName is ignored when spec.type is not \"ExternalName\"",
            "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
  }

  @Test
  void aDryRunAsksOneBlockWhetherItHasTheAddress() {
    ApiError refused = catchThrowableOfType(
        ApiError.class,
        () -> server.dryRun().create(service("d", "{clusterIP: 10.97.0.9, ports: [{port: 80}]}")));

    assertThat(refused)
        .hasMessage("Service \"d\" is invalid: spec.clusterIPs: Invalid value: [\"10.97.0.9\"]:"
            + " failed to allocate IP 10.97.0.9: the provided IP (10.97.0.9) is not in the valid"
            + " range. The range of valid IPs is 10.96.0.0/24");
  }

  @Test
  void aStatusUpdateMayChangeMetadataAndWarnsOfOddAddresses() {
    Map<String, Object> status = Manifests.parse(
            "{apiVersion: v1, kind: Service, metadata: {name: lb, labels: {a: b}},"
                + " spec: {type: LoadBalancer},"
                + " status: {loadBalancer: {ingress: [{ip: '2001:DB8::1'}]}}}",
            "test")
        .manifests()
        .get(0)
        .tree();

    ApiServer.Response response = server.updateStatus(status);

    assertThat(response.object().metadata().labels()).isEqualTo(Map.of("a", "b"));
    assertThat(response.warnings())
        .containsExactly("status.loadBalancer.ingress[0]: IPv6 address \"2001:DB8::1\" should be in"
            + " RFC 5952 canonical format (\"2001:db8::1\")");
  }

  @Test
  void singleStackReleasesTheSecondaryAddress() {
    Service after = patch("dual", "{ipFamilyPolicy: SingleStack}");

    assertThat(after.spec().clusterIps()).containsExactly("10.96.0.4");
    assertThat(after.spec().ipFamilies()).hasSize(1);
    assertThat(server.allocatedAddresses().toString()).doesNotContain("fd00");
  }

  @Test
  void preferDualStackAddsTheSecondaryAddress() {
    Service after = patch("single", "{ipFamilyPolicy: PreferDualStack}");

    assertThat(after.spec().clusterIps()).hasSize(2);
    assertThat(after.spec().clusterIps().get(0)).isEqualTo("10.96.0.5");
    assertThat(server.allocatedAddresses().toString())
        .contains(after.spec().clusterIps().get(1));
  }

  @Test
  void aRenamedPortLosesItsNodePortAndAReorderedOneKeepsIt() {
    Service after = (Service) server
        .update(
            service("np", "{type: NodePort, ports: [{name: b, port: 81}, {name: c, port: 80}]}"))
        .object();

    assertThat(after.spec().ports().get(0).nodePort()).isEqualTo(30_081);
    assertThat(after.spec().ports().get(1).nodePort()).isNotIn(0, 30_080, 30_081);
    assertThat(server.allocatedPorts()).doesNotContain(30_080);
  }

  @Test
  void leavingLocalTrafficFreesTheHealthCheckPort() {
    Service after = patch("lb", "{externalTrafficPolicy: Cluster}");

    assertThat(after.spec().healthCheckNodePort()).isZero();
    assertThat(server.allocatedPorts()).doesNotContain(32_000);
  }

  @Test
  void aNodePortOfAnExternalNameServiceIsStoredButNotReserved() {
    Service stored = create(
        "ext",
        "{type: ExternalName, externalName: a.example., ports: [{port: 80, nodePort: 30500}]}");

    assertThat(stored.spec().ports().get(0).nodePort()).isEqualTo(30_500);
    assertThat(server.allocatedPorts()).doesNotContain(30_500);
  }

  @Test
  void aSecondaryAddressThatIsTakenGivesThePrimaryBack() {
    ApiError error = catchThrowableOfType(
        ApiError.class,
        () -> create(
            "x",
            "{ipFamilyPolicy: RequireDualStack, clusterIP: 10.96.0.9,"
                + " clusterIPs: [10.96.0.9, 'fd00:10:96::4'], ports: [{port: 80}]}"));

    assertThat(error)
        .hasMessage("Service \"x\" is invalid: spec.clusterIPs: Invalid value:"
            + " [\"10.96.0.9\",\"fd00:10:96::4\"]: failed to allocate IP fd00:10:96::4: provided IP is"
            + " already allocated");
    assertThat(server.allocatedAddresses().toString()).doesNotContain("10.96.0.9");
  }

  @Test
  void aLoadBalancerMayHaveTheKubeletsPortSince133() {
    assertThat(
            create("k", "{type: LoadBalancer, ports: [{port: 10250}]}").spec().ports())
        .hasSize(1);

    ApiServer older = new ApiServer(
        new ClusterState(new VirtualClock(), 1),
        new ApiServerConfig(
            List.of(IpFamily.IPV4),
            List.of(Cidr.parse("10.96.0.0/24")),
            PortRange.DEFAULT,
            ApiFeatures.ofMinor(32)));
    assertThat(catchThrowableOfType(
            ApiError.class,
            () -> older.create(service("k", "{type: LoadBalancer, ports: [{port: 10250}]}"))))
        .hasMessage("Service \"k\" is invalid: spec.ports[0]: Invalid value: 10250: may not expose"
            + " port 10250 externally since it is used by kubelet");
  }

  @Test
  void theOldAnnotationOfSourceRangesIsJudgedToo() {
    Map<String, Object> tree = Manifests.parse("""
            apiVersion: v1
            kind: Service
            metadata:
              name: a
              annotations:
                service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8, foo
                service.kubernetes.io/topology-mode: Auto
                service.kubernetes.io/topology-aware-hints: auto
            spec: {type: LoadBalancer, ports: [{port: 80}]}
            """, "test").manifests().get(0).tree();

    assertThat(catchThrowableOfType(ApiError.class, () -> server.create(tree)))
        .hasMessage("Service \"a\" is invalid: [metadata.annotations"
            + "[service.kubernetes.io/topology-mode]: Invalid value: \"Auto\": must match"
            + " annotations[service.kubernetes.io/topology-aware-hints] when both are specified,"
            + " metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]:"
            + " Invalid value: \"foo\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or"
            + " 2001:db8::/64)]");
  }
}
