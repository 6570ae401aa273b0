package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;

/**
 * A certificate as load balancers look at it.
 *
 * @param arn its ARN
 * @param names its subject alternative names; the first label may be {@code *}
 * @param keyAlgorithm RSA or ECDSA
 * @param keyBits the length of the key
 */
public record Certificate(String arn, List<String> names, KeyAlgorithm keyAlgorithm, int keyBits) {

  /** The kind of a key. */
  public enum KeyAlgorithm {
    /** RSA. */
    RSA,
    /** Elliptic curves; preferred to RSA. */
    ECDSA
  }

  /** Copies the names. */
  public Certificate {
    names = ImmutableList.copyOf(names);
  }

  /**
   * An RSA certificate of 2,048 bits.
   *
   * @param arn its ARN
   * @param names its names
   * @return the certificate
   */
  public static Certificate rsa(String arn, String... names) {
    return new Certificate(arn, List.of(names), KeyAlgorithm.RSA, 2048);
  }

  /**
   * Whether it is good for a host: RFC 6125, a star stands for exactly one label.
   *
   * @param host a host name in any case
   * @return true if one of its names is the host's
   */
  public boolean covers(String host) {
    return bestMatch(host) > 0;
  }

  /** 2 for the name itself, 1 by a wildcard, 0 for none. */
  int bestMatch(String host) {
    String wanted = host.toLowerCase(Locale.ROOT);
    int dot = wanted.indexOf('.');
    String wildcard = dot < 0 ? "" : "*" + wanted.substring(dot);
    int best = 0;
    for (String name : names) {
      String lower = name.toLowerCase(Locale.ROOT);
      best = Math.max(best, lower.equals(wanted) ? 2 : lower.equals(wildcard) ? 1 : 0);
    }
    return best;
  }
}
