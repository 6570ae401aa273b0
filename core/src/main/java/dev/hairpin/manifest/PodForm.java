package dev.hairpin.manifest;

import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.EnvVar;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Pods and their templates. Source: {@code v1.Pod}, {@code v1.PodSpec}, {@code v1.Container}.
 *
 * <p>With the API server's defaults; a container port of a pod on the node's network is also the
 * node's port.
 */
final class PodForm {
  private static final String[] OTHER_SPEC_FIELDS = {
    "volumes",
    "ephemeralContainers",
    "restartPolicy",
    "activeDeadlineSeconds",
    "serviceAccountName",
    "serviceAccount",
    "automountServiceAccountToken",
    "hostPID",
    "hostIPC",
    "shareProcessNamespace",
    "securityContext",
    "imagePullSecrets",
    "affinity",
    "schedulerName",
    "priorityClassName",
    "priority",
    "runtimeClassName",
    "preemptionPolicy",
    "overhead",
    "topologySpreadConstraints",
    "os",
    "hostUsers",
    "schedulingGates",
    "resourceClaims",
    "resources",
    "hostnameOverride",
    "workloadRef",
    "schedulingGroup"
  };
  private static final String[] OTHER_CONTAINER_FIELDS = {
    "command",
    "args",
    "workingDir",
    "resizePolicy",
    "restartPolicyRules",
    "volumeMounts",
    "volumeDevices",
    "livenessProbe",
    "startupProbe",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "imagePullPolicy",
    "securityContext",
    "stdin",
    "stdinOnce",
    "tty"
  };
  private static final String[] OTHER_STATUS_FIELDS = {
    "observedGeneration",
    "message",
    "startTime",
    "qosClass",
    "ephemeralContainerStatuses",
    "resize",
    "resourceClaimStatuses",
    "extendedResourceClaimStatus",
    "allocatedResources",
    "resources"
  };

  private PodForm() {}

  static Pod read(ObjectMeta meta, Fields f) {
    Fields status = f.object("status");
    List<String> ips = readIps(status, "podIPs", "podIP");
    List<String> hostIps = readIps(status, "hostIPs", "hostIP");
    Pod pod = new Pod(
        meta,
        readSpec(f.object("spec")),
        status.text("phase", "Pending"),
        ips,
        hostIps,
        status.list("conditions", MetaForm::readCondition),
        status.text("reason"),
        status.text("nominatedNodeName"),
        status.list("initContainerStatuses", ContainerStatusForm::read),
        status.list("containerStatuses", ContainerStatusForm::read));
    status.ignoring(OTHER_STATUS_FIELDS).end();
    return pod;
  }

  private static List<String> readIps(Fields status, String plural, String singular) {
    List<String> all = status.list(plural, f -> {
      String ip = f.text("ip");
      f.end();
      return ip;
    });
    String first = status.text(singular);
    return all.isEmpty() && !first.isEmpty() ? List.of(first) : all;
  }

  static PodTemplate readTemplate(Fields f) {
    Fields meta = f.object("metadata");
    PodTemplate template = new PodTemplate(
        meta.textMap("labels"), meta.textMap("annotations"), readSpec(f.object("spec")));
    f.end();
    return template;
  }

  private static PodSpec readSpec(Fields f) {
    boolean hostNetwork = f.bool("hostNetwork", false);
    PodSpec spec = PodSpec.builder()
        .nodeName(f.text("nodeName"))
        .hostNetwork(hostNetwork)
        .hostname(f.text("hostname"))
        .subdomain(f.text("subdomain"))
        .setHostnameAsFqdn(f.bool("setHostnameAsFQDN", false))
        .containers(f.list("containers", c -> readContainer(c, hostNetwork)))
        .initContainers(f.list("initContainers", c -> readContainer(c, hostNetwork)))
        .enableServiceLinks(f.bool("enableServiceLinks", true))
        .dnsPolicy(f.text("dnsPolicy", "ClusterFirst"))
        .dnsConfig(f.rawOrNull("dnsConfig"))
        .hostAliases(f.raws("hostAliases"))
        .readinessGates(f.list("readinessGates", g -> {
          String type = g.text("conditionType");
          g.end();
          return type;
        }))
        .nodeSelector(f.textMap("nodeSelector"))
        .tolerations(f.raws("tolerations"))
        .terminationGracePeriodSeconds(f.int32("terminationGracePeriodSeconds", 30))
        .others(f.keeping(OTHER_SPEC_FIELDS))
        .build();
    f.end();
    return spec;
  }

  private static Container readContainer(Fields f, boolean hostNetwork) {
    Fields resources = f.object("resources");
    Map<String, Object> others = f.keeping(OTHER_CONTAINER_FIELDS);
    Map<String, Object> resourceOthers = resources.keeping("limits", "claims");
    if (!resourceOthers.isEmpty()) {
      others.put("resources", resourceOthers);
    }
    Container container = new Container(
        f.text("name"),
        f.text("image"),
        f.list("ports", p -> readPort(p, hostNetwork)),
        f.list("env", PodForm::readEnv),
        f.raws("envFrom"),
        f.rawOrNull("readinessProbe"),
        f.rawOrNull("lifecycle"),
        f.textOrNull("restartPolicy"),
        resources.quantities("requests"),
        others);
    resources.end();
    f.end();
    return container;
  }

  private static ContainerPort readPort(Fields f, boolean hostNetwork) {
    int port = f.int32("containerPort", 0);
    int hostPort = f.int32("hostPort", 0);
    ContainerPort result = new ContainerPort(
        f.text("name"),
        port,
        ServiceForm.readProtocol(f),
        hostNetwork && hostPort == 0 ? port : hostPort,
        f.text("hostIP"));
    f.end();
    return result;
  }

  private static EnvVar readEnv(Fields f) {
    EnvVar variable = new EnvVar(f.text("name"), f.text("value"), f.rawOrNull("valueFrom"));
    f.end();
    return variable;
  }

  static void write(Pod pod, TreeWriter tree) {
    tree.always("spec", writeSpec(pod.spec()).tree());
    tree.always(
        "status",
        new TreeWriter()
            .list("conditions", pod.conditions(), MetaForm::writeCondition)
            .list("containerStatuses", pod.containerStatuses(), ContainerStatusForm::write)
            .text("hostIP", pod.hostIp())
            .list("hostIPs", pod.hostIps(), ip -> Map.of("ip", ip))
            .list("initContainerStatuses", pod.initContainerStatuses(), ContainerStatusForm::write)
            .text("nominatedNodeName", pod.nominatedNodeName())
            .text("phase", pod.phase())
            .text("podIP", pod.podIps().isEmpty() ? "" : pod.podIps().get(0))
            .list("podIPs", pod.podIps(), ip -> Map.of("ip", ip))
            .text("reason", pod.reason())
            .tree());
  }

  static TreeWriter writeTemplate(PodTemplate template) {
    return new TreeWriter()
        .object(
            "metadata",
            new TreeWriter()
                .map("annotations", template.annotations())
                .map("labels", template.labels()))
        .object("spec", writeSpec(template.spec()));
  }

  private static TreeWriter writeSpec(PodSpec spec) {
    return new TreeWriter()
        .all(spec.others())
        .list("containers", spec.containers(), PodForm::writeContainer)
        .map("dnsConfig", spec.dnsConfig())
        .text("dnsPolicy", spec.dnsPolicy())
        .always("enableServiceLinks", spec.enableServiceLinks())
        .list("hostAliases", spec.hostAliases())
        .flag("hostNetwork", spec.hostNetwork())
        .text("hostname", spec.hostname())
        .list("initContainers", spec.initContainers(), PodForm::writeContainer)
        .text("nodeName", spec.nodeName())
        .map("nodeSelector", spec.nodeSelector())
        .list("readinessGates", spec.readinessGates(), g -> Map.of("conditionType", g))
        .flag("setHostnameAsFQDN", spec.setHostnameAsFqdn())
        .text("subdomain", spec.subdomain())
        .always("terminationGracePeriodSeconds", spec.terminationGracePeriodSeconds())
        .list("tolerations", spec.tolerations());
  }

  private static Map<String, Object> writeContainer(Container container) {
    Map<String, Object> resources = new TreeMap<>();
    if (container.others().get("resources") instanceof Map<?, ?> others) {
      others.forEach((name, value) -> resources.put(String.valueOf(name), value));
    }
    if (!container.requests().isEmpty()) {
      resources.put("requests", new TreeMap<>(container.requests()));
    }
    return new TreeWriter()
        .all(container.others())
        .list("env", container.env(), PodForm::writeEnv)
        .list("envFrom", container.envFrom())
        .text("image", container.image())
        .map("lifecycle", container.lifecycle())
        .text("name", container.name())
        .list("ports", container.ports(), PodForm::writePort)
        .map("readinessProbe", container.readinessProbe())
        .map("resources", resources)
        .optional("restartPolicy", container.restartPolicy())
        .tree();
  }

  private static Map<String, Object> writeEnv(EnvVar variable) {
    @Nullable Map<String, Object> valueFrom = variable.valueFrom();
    return new TreeWriter()
        .text("name", variable.name())
        .text("value", variable.value())
        .map("valueFrom", valueFrom)
        .tree();
  }

  private static Map<String, Object> writePort(ContainerPort port) {
    return new TreeWriter()
        .always("containerPort", port.containerPort())
        .text("hostIP", port.hostIp())
        .number("hostPort", port.hostPort())
        .text("name", port.name())
        .text("protocol", port.protocol().name())
        .tree();
  }
}
