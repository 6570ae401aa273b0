package dev.hairpin.lb.aws;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A security group.
 *
 * @param id the id
 * @param name the name
 * @param description the description
 * @param vpcId its VPC
 * @param tags its tags
 * @param ingress who may come in
 */
public record SecurityGroup(
    String id,
    String name,
    String description,
    String vpcId,
    Map<String, String> tags,
    SortedSet<IpPermission> ingress) {

  /** Copies the collections. */
  public SecurityGroup {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    ingress = Collections.unmodifiableSortedSet(new TreeSet<>(ingress));
  }

  SecurityGroup withIngress(Collection<IpPermission> newIngress) {
    return new SecurityGroup(id, name, description, vpcId, tags, new TreeSet<>(newIngress));
  }

  SecurityGroup withTags(Map<String, String> newTags) {
    return new SecurityGroup(id, name, description, vpcId, newTags, ingress);
  }
}
