package dev.hairpin.api;

import java.util.List;

/**
 * The old list of all endpoints of the Service of the same name.
 *
 * <p>Source: {@code v1.Endpoints}, deprecated since 1.33
 *
 * @param metadata its metadata
 * @param subsets the subsets
 */
public record Endpoints(ObjectMeta metadata, List<EndpointSubset> subsets) implements KubeObject {

  /** Copies the collections. */
  public Endpoints {
    subsets = List.copyOf(subsets);
  }

  /** The kind. */
  public static final String KIND = "Endpoints";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "v1";
  }

  @Override
  public Endpoints withMetadata(ObjectMeta newMetadata) {
    return new Endpoints(newMetadata, subsets);
  }
}
