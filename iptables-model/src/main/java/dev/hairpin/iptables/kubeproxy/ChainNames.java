package dev.hairpin.iptables.kubeproxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The names of a service port's chains: a prefix and 16 characters of a hash. */
final class ChainNames {
  static final String CLUSTER = "KUBE-SVC-";
  static final String LOCAL = "KUBE-SVL-";
  static final String FIREWALL = "KUBE-FW-";
  static final String EXTERNAL = "KUBE-EXT-";
  static final String ENDPOINT = "KUBE-SEP-";

  private static final char[] BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".toCharArray();
  private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  });

  private ChainNames() {}

  /** Whether a chain is one that kube-proxy makes for a service port and deletes again. */
  static boolean isOfService(String chain) {
    return chain.startsWith(CLUSTER)
        || chain.startsWith(LOCAL)
        || chain.startsWith(ENDPOINT)
        || chain.startsWith(FIREWALL)
        || chain.startsWith(EXTERNAL);
  }

  /** The first 16 characters of the base32 text of the SHA-256 of a text. */
  static String hash(String text) {
    byte[] digest = SHA_256.get().digest(text.getBytes(StandardCharsets.UTF_8));
    char[] out = new char[16];
    // 16 characters of 5 bits are the first 10 octets.
    long bits = 0;
    int count = 0;
    int next = 0;
    for (int i = 0; i < 10; i++) {
      bits = (bits << 8) | (digest[i] & 0xff);
      count += 8;
      while (count >= 5) {
        count -= 5;
        out[next++] = BASE32[(int) (bits >>> count) & 31];
      }
    }
    return new String(out);
  }
}
