package dev.hairpin.lb.aws;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An AWS account in one region, as the controller and the load balancers see it.
 *
 * <p>What was there before (the network, the instances, the certificates) is put in with
 * {@code add}; what the controller builds comes and goes with methods named like the calls of the
 * API, each with the service that answers it: {@link #ec2}, {@link #elbv2}, {@link #protection}.
 * Ids that AWS draws at random follow from the names here. Single-writer, as is the cluster that it
 * belongs to.
 */
public final class Aws {
  private final String region;
  private final String account;
  private final Vpc vpc;
  private final Ec2 ec2 = new Ec2(this);
  private final Elbv2 elbv2 = new Elbv2(this);
  private final Protection protection = new Protection(this);
  private final List<Certificate> certificates = new ArrayList<>();
  private long changes;

  /**
   * An account with an empty network.
   *
   * @param region the region, such as {@code us-west-2}
   * @param account the account's 12 digits
   * @param vpc the cluster's network
   */
  public Aws(String region, String account, Vpc vpc) {
    this.region = region;
    this.account = account;
    this.vpc = vpc;
  }

  /**
   * An independent copy, in which a change can be tried.
   *
   * @return the copy
   */
  public Aws copy() {
    Aws copy = new Aws(region, account, vpc);
    copy.ec2.putAll(ec2);
    copy.elbv2.putAll(elbv2);
    copy.protection.putAll(protection);
    copy.certificates.addAll(certificates);
    copy.changes = changes;
    return copy;
  }

  /**
   * The network: zones, subnets, instances, security groups.
   *
   * @return the service; it stays the same
   */
  public Ec2 ec2() {
    return ec2;
  }

  /**
   * The load balancers and their target groups.
   *
   * @return the service; it stays the same
   */
  public Elbv2 elbv2() {
    return elbv2;
  }

  /**
   * Web ACLs and AWS Shield.
   *
   * @return what guards load balancers; it stays the same
   */
  public Protection protection() {
    return protection;
  }

  /**
   * The region.
   *
   * @return the region's name
   */
  public String region() {
    return region;
  }

  /**
   * The account.
   *
   * @return its 12 digits
   */
  public String account() {
    return account;
  }

  /**
   * The cluster's network.
   *
   * @return the VPC
   */
  public Vpc vpc() {
    return vpc;
  }

  /**
   * How many calls changed something so far.
   *
   * @return the number; it never falls
   */
  public long changes() {
    return changes;
  }

  /**
   * Adds a certificate.
   *
   * @param certificate the certificate
   */
  public void add(Certificate certificate) {
    certificates.add(certificate);
  }

  /**
   * The certificates.
   *
   * @return an unmodifiable view
   */
  public List<Certificate> certificates() {
    return Collections.unmodifiableList(certificates);
  }

  /** A call to one of the services changed something. */
  void changed() {
    changes++;
  }
}
