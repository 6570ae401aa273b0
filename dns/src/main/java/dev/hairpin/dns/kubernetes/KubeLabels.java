package dev.hairpin.dns.kubernetes;

import dev.hairpin.api.Pod;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Setup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What the plugin kubernetes tells the plugin metadata of a question.
 *
 * <p>Source: CoreDNS 1.13.1. Who asks is known with {@code pods verified} only.
 */
final class KubeLabels {
  private static final String PREFIX = "kubernetes/";
  private static final String CLIENT_LABEL = "client-label/";

  private KubeLabels() {}

  static Optional<String> value(KubeNames names, Query query, String label) {
    if (!label.startsWith(PREFIX)) {
      return Optional.empty();
    }
    String rest = label.substring(PREFIX.length());
    return rest.startsWith("client-") ? ofClient(names, query, rest) : ofName(names, query, rest);
  }

  private static Optional<String> ofClient(KubeNames names, Query query, String label) {
    if (names.options().pods != KubernetesOptions.PodMode.VERIFIED) {
      return Optional.empty();
    }
    String address = query.client().address().address().toString();
    for (Pod pod : names.index().podsWithIp(address)) {
      return switch (label) {
        case "client-namespace" -> Optional.of(pod.metadata().namespace());
        case "client-pod-name" -> Optional.of(pod.metadata().name());
        default ->
          label.startsWith(CLIENT_LABEL)
              ? Optional.ofNullable(
                  pod.metadata().labels().get(label.substring(CLIENT_LABEL.length())))
              : Optional.empty();
      };
    }
    return Optional.empty();
  }

  /** The labels of the name from the right: kind, namespace, service, and what stands before. */
  private static Optional<String> ofName(KubeNames names, Query query, String label) {
    DnsName zone = Setup.match(names.options().zones, query.name());
    if (zone == null) {
      return Optional.empty();
    }
    List<String> all = query.name().lowerCase().labels();
    List<String> parts =
        new ArrayList<>(all.subList(0, query.name().labelCount() - zone.labelCount()));
    Collections.reverse(parts);
    boolean readable = parts.size() <= 5
        && (parts.isEmpty() || parts.get(0).equals("svc") || parts.get(0).equals("pod"));
    if (!readable) {
      return label.equals("parse-error") ? Optional.of("invalid query name") : Optional.empty();
    }
    return switch (label) {
      case "kind" -> Optional.of(part(parts, 0));
      case "namespace" -> Optional.of(part(parts, 1));
      case "service" -> Optional.of(part(parts, 2));
      case "endpoint" -> Optional.of(parts.size() == 4 ? parts.get(3) : "");
      case "protocol" -> Optional.of(parts.size() == 5 ? withoutUnderscore(parts.get(3)) : "");
      case "port-name" -> Optional.of(parts.size() == 5 ? withoutUnderscore(parts.get(4)) : "");
      default -> Optional.empty();
    };
  }

  private static String part(List<String> parts, int index) {
    return index < parts.size() ? parts.get(index) : "";
  }

  private static String withoutUnderscore(String label) {
    return label.startsWith("_") ? label.substring(1) : label;
  }
}
