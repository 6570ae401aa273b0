package dev.hairpin.lb.aws;

import java.util.List;

/**
 * A certificate of the AWS Certificate Manager.
 *
 * @param arn the ARN
 * @param domains the names that it is for
 * @param status {@code ISSUED} if it can be used
 * @param type {@code AMAZON_ISSUED}, {@code IMPORTED} or {@code PRIVATE}
 * @param authorityArn the private authority that signed it; empty if none
 */
public record Certificate(
    String arn, List<String> domains, String status, String type, String authorityArn) {

  /** Copies the names. */
  public Certificate {
    domains = List.copyOf(domains);
  }
}
