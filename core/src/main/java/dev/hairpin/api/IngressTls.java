package dev.hairpin.api;

import java.util.List;

/**
 * Hosts that a certificate secures.
 *
 * <p>Source: {@code networkingv1.IngressTLS}
 *
 * @param hosts the hosts
 * @param secretName the Secret with the certificate; may be empty
 */
public record IngressTls(List<String> hosts, String secretName) {

  /** Copies the collections. */
  public IngressTls {
    hosts = List.copyOf(hosts);
  }
}
