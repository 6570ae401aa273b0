package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The webhooks of a component, which the API server asks about every object that a client creates
 * or replaces, before it stores it.
 *
 * <p>Source: "Dynamic Admission Control": mutating webhooks see the request after it was decoded;
 * then the object is validated; then validating webhooks have the last word. Deletions and changes
 * that components write themselves are not asked about.
 */
public interface Admission {

  /**
   * Changes a request.
   *
   * @param tree the object as the client wrote it
   * @param stored the object as it is stored; null if it is new
   * @return the same tree, or a changed copy
   * @throws ApiError made by {@link ApiError#denied} if the request is refused
   */
  default Map<String, ?> mutate(Map<String, ?> tree, @Nullable KubeObject stored) {
    return tree;
  }

  /**
   * Looks at a valid object.
   *
   * @param object the object as it is about to be stored
   * @param stored the object as it is stored; null if it is new
   * @throws ApiError made by {@link ApiError#denied} if the request is refused
   */
  default void validate(KubeObject object, @Nullable KubeObject stored) {}
}
