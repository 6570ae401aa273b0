package dev.hairpin.lb.aws;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What guards the load balancers of an account: web ACLs (WAF) and AWS Shield. */
public final class Protection {
  private final Aws account;
  private final Map<String, String> webAcls = new TreeMap<>();
  private final Map<String, String> regionalWebAcls = new TreeMap<>();
  private final Map<String, String> shields = new TreeMap<>();
  private boolean shieldSubscribed;

  Protection(Aws account) {
    this.account = account;
  }

  /** Takes over what another has; what is changed here later does not show there. */
  void putAll(Protection other) {
    webAcls.putAll(other.webAcls);
    regionalWebAcls.putAll(other.regionalWebAcls);
    shields.putAll(other.shields);
    shieldSubscribed = other.shieldSubscribed;
  }

  /** A load balancer is gone. */
  void forget(String loadBalancerArn) {
    webAcls.remove(loadBalancerArn);
    regionalWebAcls.remove(loadBalancerArn);
    shields.remove(loadBalancerArn);
  }

  /**
   * Subscribes to AWS Shield Advanced, or not.
   *
   * @param subscribed whether the account has it
   */
  public void shieldSubscribed(boolean subscribed) {
    this.shieldSubscribed = subscribed;
  }

  /**
   * Whether the account has AWS Shield Advanced.
   *
   * @return true if it is subscribed
   */
  public boolean isShieldSubscribed() {
    return shieldSubscribed;
  }

  /**
   * The web ACL of WAFv2 in front of each load balancer.
   *
   * @return ACLs by load balancer; an unmodifiable view
   */
  public Map<String, String> webAcls() {
    return Collections.unmodifiableMap(webAcls);
  }

  /**
   * The web ACL of WAF Classic in front of each load balancer.
   *
   * @return ACLs by load balancer; an unmodifiable view
   */
  public Map<String, String> regionalWebAcls() {
    return Collections.unmodifiableMap(regionalWebAcls);
  }

  /**
   * The name of the Shield Advanced protection of each load balancer.
   *
   * @return names by load balancer; an unmodifiable view
   */
  public Map<String, String> shields() {
    return Collections.unmodifiableMap(shields);
  }

  /**
   * Puts a web ACL of WAFv2 in front of a load balancer.
   *
   * @param loadBalancerArn the load balancer
   * @param webAclArn the ACL; empty for none
   */
  public void associateWebAcl(String loadBalancerArn, String webAclArn) {
    put(webAcls, loadBalancerArn, webAclArn);
  }

  /**
   * Puts a web ACL of WAF Classic in front of a load balancer.
   *
   * @param loadBalancerArn the load balancer
   * @param webAclId the ACL; empty for none
   */
  public void associateRegionalWebAcl(String loadBalancerArn, String webAclId) {
    put(regionalWebAcls, loadBalancerArn, webAclId);
  }

  /**
   * Protects a load balancer with Shield Advanced.
   *
   * @param loadBalancerArn the load balancer
   * @param name the protection's name; empty for none
   */
  public void protect(String loadBalancerArn, String name) {
    put(shields, loadBalancerArn, name);
  }

  private void put(Map<String, String> map, String key, String value) {
    @Nullable String before = value.isEmpty() ? map.remove(key) : map.put(key, value);
    if (!value.equals(before)) {
      account.changed();
    }
  }
}
