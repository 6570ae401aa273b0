package dev.hairpin.api;

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

  /** The label that carries a namespace's own name. */
  public static final String NAME_LABEL = "kubernetes.io/metadata.name";

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
