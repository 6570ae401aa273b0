package dev.hairpin.lb.controller;

import com.google.common.base.Splitter;
import dev.hairpin.lb.aws.Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds the certificates for hosts. Source: {@code pkg/ingress/cert_discovery.go} of v2.8.2. */
final class Certificates {
  private static final Splitter LABELS = Splitter.on('.');

  private Certificates() {}

  /** The ARNs of all issued certificates that fit any of the hosts, sorted. */
  static List<String> forHosts(Environment env, Collection<String> hosts) {
    Set<String> arns = new TreeSet<>();
    for (String host : new TreeSet<>(hosts)) {
      boolean found = false;
      for (Certificate certificate : env.aws().certificates()) {
        if (isUsable(env, certificate)
            && certificate.domains().stream().anyMatch(domain -> matches(domain, host))) {
          arns.add(certificate.arn());
          found = true;
        }
      }
      if (!found) {
        throw new ReconcileException("no certificate found for host: " + host);
      }
    }
    return List.copyOf(arns);
  }

  private static boolean isUsable(Environment env, Certificate certificate) {
    List<String> authorities = env.options().allowedCertificateAuthorityArns();
    return certificate.status().equals("ISSUED")
        && (authorities.isEmpty() || authorities.contains(certificate.authorityArn()));
  }

  /** A wildcard stands for one label, whatever that label is. */
  private static boolean matches(String domain, String host) {
    if (!domain.startsWith("*.")) {
      return domain.equals(host);
    }
    List<String> domainLabels = LABELS.splitToList(domain);
    List<String> hostLabels = LABELS.splitToList(host);
    return domainLabels.size() == hostLabels.size()
        && domainLabels
            .subList(1, domainLabels.size())
            .equals(hostLabels.subList(1, hostLabels.size()));
  }
}
