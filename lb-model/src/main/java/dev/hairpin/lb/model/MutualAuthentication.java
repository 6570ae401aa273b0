package dev.hairpin.lb.model;

import org.jspecify.annotations.Nullable;

/**
 * What a listener asks of the certificates of clients.
 *
 * @param mode {@code off}, {@code passthrough} or {@code verify}
 * @param trustStoreArn the trust store; empty unless clients are verified
 * @param ignoreClientCertificateExpiry whether old certificates pass, or null
 */
public record MutualAuthentication(
    String mode, String trustStoreArn, @Nullable Boolean ignoreClientCertificateExpiry) {}
