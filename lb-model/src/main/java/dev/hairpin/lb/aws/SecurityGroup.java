package dev.hairpin.lb.aws;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

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
    ingress = ImmutableSortedSet.copyOfSorted(ingress);
  }

  SecurityGroup withIngress(Collection<IpPermission> newIngress) {
    return new SecurityGroup(
        id, name, description, vpcId, tags, ImmutableSortedSet.copyOf(newIngress));
  }

  SecurityGroup withTags(Map<String, String> newTags) {
    return new SecurityGroup(id, name, description, vpcId, newTags, ingress);
  }
}
