package dev.hairpin.manifest;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.IpFamilyPolicy;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Services. Source: {@code v1.Service}.
 *
 * <p>Fields whose absence the record cannot hold get the API server's default: type, protocol,
 * target port, session affinity and its timeout.
 */
final class ServiceForm {
  static final List<Protocol> PROTOCOLS = List.of(Protocol.TCP, Protocol.UDP, Protocol.SCTP);
  private static final int AFFINITY_TIMEOUT = 10_800;

  private ServiceForm() {}

  static Service read(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields status = f.object("status");
    Service service = new Service(
        meta,
        readSpec(spec),
        MetaForm.readLoadBalancer(status),
        status.list("conditions", MetaForm::readCondition));
    status.end();
    return service;
  }

  private static ServiceSpec readSpec(Fields f) {
    @Nullable
    ServiceType type = f.oneOfOrNull("type", ServiceType::byText, List.of(ServiceType.values()));
    @Nullable
    SessionAffinity affinity = f.oneOfOrNull(
        "sessionAffinity", SessionAffinity::byText, List.of(SessionAffinity.values()));
    List<String> ips = f.texts("clusterIPs");
    String ip = f.text("clusterIP");
    ServiceSpec spec = ServiceSpec.builder()
        .type(type == null ? ServiceType.CLUSTER_IP : type)
        .selector(f.textMapOrNull("selector"))
        .ports(f.list("ports", ServiceForm::readPort))
        .clusterIps(ips.isEmpty() && !ip.isEmpty() ? List.of(ip) : ips)
        .ipFamilies(readFamilies(f))
        .ipFamilyPolicy(f.oneOfOrNull(
            "ipFamilyPolicy", IpFamilyPolicy::byText, List.of(IpFamilyPolicy.values())))
        .externalIps(f.texts("externalIPs"))
        .externalName(f.text("externalName"))
        .sessionAffinity(affinity == null ? SessionAffinity.NONE : affinity)
        .sessionAffinityTimeoutSeconds(readTimeout(f, affinity))
        .externalTrafficPolicy(f.oneOfOrNull(
            "externalTrafficPolicy", TrafficPolicy::byText, List.of(TrafficPolicy.values())))
        .internalTrafficPolicy(f.oneOfOrNull(
            "internalTrafficPolicy", TrafficPolicy::byText, List.of(TrafficPolicy.values())))
        .healthCheckNodePort(f.int32("healthCheckNodePort", 0))
        .publishNotReadyAddresses(f.bool("publishNotReadyAddresses", false))
        .loadBalancerIp(f.text("loadBalancerIP"))
        .loadBalancerSourceRanges(f.texts("loadBalancerSourceRanges"))
        .loadBalancerClass(f.textOrNull("loadBalancerClass"))
        .allocateLoadBalancerNodePorts(f.boolOrNull("allocateLoadBalancerNodePorts"))
        .trafficDistribution(f.textOrNull("trafficDistribution"))
        .build();
    f.end();
    return spec;
  }

  private static List<IpFamily> readFamilies(Fields f) {
    List<String> texts = f.texts("ipFamilies");
    return texts.stream()
        .map(text -> Arrays.stream(IpFamily.values())
            .filter(family -> family.toString().equals(text))
            .findFirst()
            .orElseThrow(() -> new ManifestException(
                f.path("ipFamilies[" + texts.indexOf(text) + "]"),
                "expected one of " + List.of(IpFamily.values()) + ", not "
                    + Fields.describe(text))))
        .toList();
  }

  private static int readTimeout(Fields f, @Nullable SessionAffinity affinity) {
    Fields config = f.object("sessionAffinityConfig");
    Fields clientIp = config.object("clientIP");
    int seconds = clientIp.int32("timeoutSeconds", AFFINITY_TIMEOUT);
    clientIp.end();
    config.end();
    return affinity == SessionAffinity.CLIENT_IP ? seconds : 0;
  }

  private static ServicePort readPort(Fields f) {
    int port = f.int32("port", 0);
    IntOrString target = f.intOrString("targetPort", IntOrString.of(port));
    boolean unset = target.name() == null ? target.number() == 0 : target.name().isEmpty();
    ServicePort result = new ServicePort(
        f.text("name"),
        readProtocol(f),
        port,
        unset ? IntOrString.of(port) : target,
        f.int32("nodePort", 0),
        f.textOrNull("appProtocol"));
    f.end();
    return result;
  }

  static Protocol readProtocol(Fields f) {
    @Nullable Protocol protocol = f.oneOfOrNull("protocol", ServiceForm::protocol, PROTOCOLS);
    return protocol == null ? Protocol.TCP : protocol;
  }

  /** Upper case only, as the API server insists. */
  private static Optional<Protocol> protocol(String text) {
    return PROTOCOLS.stream().filter(p -> p.name().equals(text)).findFirst();
  }

  static void write(Service service, TreeWriter tree) {
    ServiceSpec spec = service.spec();
    TreeWriter out = new TreeWriter()
        .optional("allocateLoadBalancerNodePorts", spec.allocateLoadBalancerNodePorts())
        .text("clusterIP", spec.clusterIp())
        .list("clusterIPs", spec.clusterIps())
        .list("externalIPs", spec.externalIps())
        .text("externalName", spec.externalName())
        .optional("externalTrafficPolicy", spec.externalTrafficPolicy())
        .number("healthCheckNodePort", spec.healthCheckNodePort())
        .optional("internalTrafficPolicy", spec.internalTrafficPolicy())
        .list("ipFamilies", spec.ipFamilies())
        .optional("ipFamilyPolicy", spec.ipFamilyPolicy())
        .optional("loadBalancerClass", spec.loadBalancerClass())
        .text("loadBalancerIP", spec.loadBalancerIp())
        .list("loadBalancerSourceRanges", spec.loadBalancerSourceRanges())
        .list("ports", spec.ports(), ServiceForm::writePort)
        .flag("publishNotReadyAddresses", spec.publishNotReadyAddresses())
        .map("selector", spec.selector())
        .text("sessionAffinity", spec.sessionAffinity().toString());
    if (spec.sessionAffinity() == SessionAffinity.CLIENT_IP) {
      out.always("sessionAffinityConfig", Map.of("clientIP", Map.of("timeoutSeconds", (long)
          spec.sessionAffinityTimeoutSeconds())));
    }
    out.optional("trafficDistribution", spec.trafficDistribution())
        .text("type", spec.type().toString());
    tree.always("spec", out.tree());
    TreeWriter status = new TreeWriter()
        .list("conditions", service.conditions(), MetaForm::writeCondition)
        .always(
            "loadBalancer", MetaForm.writeLoadBalancer(service.loadBalancer()).tree());
    tree.always("status", status.tree());
  }

  private static Map<String, Object> writePort(ServicePort port) {
    return new TreeWriter()
        .optional("appProtocol", port.appProtocol())
        .text("name", port.name())
        .number("nodePort", port.nodePort())
        .always("port", port.port())
        .text("protocol", port.protocol().name())
        .always("targetPort", writeIntOrString(port.targetPort()))
        .tree();
  }

  static Object writeIntOrString(IntOrString value) {
    return value.name() != null ? value.name() : (Object) (long) value.number();
  }
}
