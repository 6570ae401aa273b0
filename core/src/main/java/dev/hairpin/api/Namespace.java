package dev.hairpin.api;

import java.util.List;
import java.util.Map;

/**
 * A scope of names.
 *
 * <p>Source: {@code v1.Namespace}
 *
 * @param metadata its metadata
 */
public record Namespace(ObjectMeta metadata) implements KubeObject {

  /** The kind. */
  public static final String KIND = "Namespace";

  /** Those that the API server makes when it starts, by name. */
  public static final List<String> SYSTEM =
      List.of("default", "kube-node-lease", "kube-public", "kube-system");

  /** The label that carries a namespace's own name. */
  public static final String NAME_LABEL = "kubernetes.io/metadata.name";

  /**
   * A namespace that nobody has written down, such as one of {@link #SYSTEM}, or one that objects
   * are in.
   *
   * @param name its name
   * @return the namespace, with the label that the API server gives it
   */
  public static Namespace unwritten(String name) {
    return new Namespace(ObjectMeta.of("", name).withLabels(Map.of(NAME_LABEL, name)));
  }

  /**
   * Whether its deletion was asked for: what is in it goes, and nothing new may be made there.
   *
   * @return true until it is gone
   */
  public boolean isTerminating() {
    return metadata.deletionTimestamp() != null;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "v1";
  }

  @Override
  public Namespace withMetadata(ObjectMeta newMetadata) {
    return new Namespace(newMetadata);
  }
}
