package dev.hairpin.dns.corefile;

import java.util.Arrays;
import java.util.Optional;

/**
 * A version of CoreDNS, and everything in which the versions answer differently.
 *
 * <p>Source: recordings of both versions; the history of CoreDNS for the reasons.
 */
public enum CoreDnsVersion {
  /** 1.11.3. */
  V1_11_3(11, 3),
  /** 1.13.1. */
  V1_13_1(13, 1);

  /** The version that is modelled unless another is asked for. */
  public static final CoreDnsVersion DEFAULT = V1_13_1;

  private final int minor;
  private final int patch;

  CoreDnsVersion(int minor, int patch) {
    this.minor = minor;
    this.patch = patch;
  }

  /** Whether it has what came with a version 1.x.y. */
  private boolean since(int otherMinor, int otherPatch) {
    return minor > otherMinor || (minor == otherMinor && patch >= otherPatch);
  }

  /**
   * Finds a version.
   *
   * @param text such as {@code 1.13.1}
   * @return the version, or nothing if it is not modelled
   */
  public static Optional<CoreDnsVersion> byText(String text) {
    return Arrays.stream(values()).filter(v -> v.toString().equals(text)).findFirst();
  }

  /**
   * How many aliases within a zone are followed (since 1.12.1 more).
   *
   * @return the number
   */
  public int maxCnames() {
    return since(12, 1) ? 11 : 8;
  }

  /**
   * Whether the answers of several rewrite rules are mapped back by the last rule first (since
   * 1.11.4).
   *
   * @return true if so
   */
  public boolean revertsRewritesInReverse() {
    return since(11, 4);
  }

  /**
   * Whether the name of an endpoint that is made from an IPv6 address gets a 0 if it would end in a
   * hyphen (since 1.12.3).
   *
   * @return true if so
   */
  public boolean padsIpv6Names() {
    return since(12, 3);
  }

  /**
   * Whether a pod that is being deleted still has its name, with {@code pods verified} (since
   * 1.12.1).
   *
   * @return true if so
   */
  public boolean keepsTerminatingPods() {
    return since(12, 1);
  }

  /**
   * Whether the plugin {@code header} takes flags without saying whether they are a query's or a
   * response's (until 1.12).
   *
   * @return true if so
   */
  public boolean takesBareHeaderRules() {
    return !since(12, 0);
  }

  /**
   * Whether a rewrite of an option of EDNS may end in {@code revert} (since 1.12).
   *
   * @return true if so
   */
  public boolean revertsEdnsOptions() {
    return since(12, 0);
  }

  /**
   * Whether a rewrite may take an option of EDNS away (since 1.12.3).
   *
   * @return true if so
   */
  public boolean unsetsEdnsOptions() {
    return since(12, 3);
  }

  /**
   * Whether a rewritten alias passes on that the answer about its new target was cut (since
   * 1.12.2).
   *
   * @return true if so
   */
  public boolean passesOnThatAliasesAreCut() {
    return since(12, 2);
  }

  /**
   * Whether the plugin {@code file} has the option {@code fallthrough} (since 1.12.3).
   *
   * @return true if so
   */
  public boolean filesFallThrough() {
    return since(12, 3);
  }

  /**
   * Whether the plugin {@code kubernetes} has zones of several clusters, and may be told how long
   * to wait for the API server (since 1.12.2 and 1.12.3).
   *
   * @return true if so
   */
  public boolean hasMulticlusterZones() {
    return since(12, 3);
  }

  /**
   * Whether the plugin {@code forward} can go on to another upstream or stanza by the rcode of an
   * answer, or give up when all upstreams are down (since 1.11.4 to 1.13.0).
   *
   * @return true if so
   */
  public boolean forwardsByRcode() {
    return since(13, 0);
  }

  /**
   * Whether the plugin {@code loadbalance} can prefer blocks of addresses (since 1.12.4).
   *
   * @return true if so
   */
  public boolean prefersAddresses() {
    return since(12, 4);
  }

  /** The version as a release is named, such as {@code 1.13.1}. */
  @Override
  public String toString() {
    return "1." + minor + "." + patch;
  }
}
