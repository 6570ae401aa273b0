package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Judges what of a pod bears on networking: names and ports of its containers, its host name. */
final class PodValidation {
  private PodValidation() {}

  static void of(FieldErrors errors, Fields spec) {
    List<Fields> containers = spec.objects("containers");
    if (containers.isEmpty()) {
      errors.required(spec.path("containers"), "");
    }
    Set<String> names = new HashSet<>();
    Set<String> hostPorts = new HashSet<>();
    containers.forEach(c -> container(errors, c, names, hostPorts));
    spec.objects("initContainers").forEach(c -> container(errors, c, names, new HashSet<>()));
    for (String name : List.of("hostname", "subdomain")) {
      String value = spec.text(name);
      if (!value.isEmpty()) {
        errors.invalid(spec.path(name), value, NameRules.dnsLabel(value));
      }
    }
  }

  private static void container(
      FieldErrors errors, Fields f, Set<String> names, Set<String> hostPorts) {
    String name = f.text("name");
    if (name.isEmpty()) {
      errors.required(f.path("name"), "");
    } else {
      errors.invalid(f.path("name"), name, NameRules.dnsLabel(name));
      if (!names.add(name)) {
        errors.duplicate(f.path("name"), name);
      }
    }
    Set<String> portNames = new HashSet<>();
    for (Fields port : f.objects("ports")) {
      port(errors, port, portNames, hostPorts);
    }
  }

  private static void port(FieldErrors errors, Fields f, Set<String> names, Set<String> hostPorts) {
    String name = f.text("name");
    if (!name.isEmpty()) {
      List<String> bad = NameRules.portName(name);
      errors.invalid(f.path("name"), name, bad);
      if (bad.isEmpty() && !names.add(name)) {
        errors.duplicate(f.path("name"), name);
      }
    }
    int port = f.int32("containerPort", 0);
    if (port == 0) {
      errors.required(f.path("containerPort"), "");
    } else {
      errors.invalid(f.path("containerPort"), port, NameRules.portNumber(port));
    }
    String protocol = f.text("protocol", "TCP");
    int hostPort = f.int32("hostPort", 0);
    if (hostPort != 0) {
      errors.invalid(f.path("hostPort"), hostPort, NameRules.portNumber(hostPort));
      String key = protocol + "/" + f.text("hostIP") + "/" + hostPort;
      if (!hostPorts.add(key)) {
        errors.duplicate(f.path("hostPort"), key);
      }
    }
    if (!ServiceValidation.PROTOCOLS.contains(protocol)) {
      errors.notSupported(f.path("protocol"), protocol, ServiceValidation.PROTOCOLS);
    }
  }
}
