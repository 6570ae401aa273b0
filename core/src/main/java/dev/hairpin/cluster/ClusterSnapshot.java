package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The objects of a cluster at one moment. Immutable; may be read from any thread however it got
 * there.
 */
public final class ClusterSnapshot implements ClusterView {
  private final ObjectTable objects;
  private final long resourceVersion;

  ClusterSnapshot(ObjectTable objects, long resourceVersion) {
    this.objects = objects;
    this.resourceVersion = resourceVersion;
  }

  @Override
  public long resourceVersion() {
    return resourceVersion;
  }

  @Override
  public Optional<KubeObject> get(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  @Override
  public Collection<KubeObject> list(String kind) {
    return objects.list(kind);
  }

  @Override
  public List<String> kinds() {
    return objects.kinds();
  }

  /** The number of objects and the version. */
  @Override
  public String toString() {
    return objects.size() + " objects at version " + resourceVersion;
  }
}
