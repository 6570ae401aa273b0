package dev.hairpin.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of an object.
 *
 * <p>Source: {@code metav1.ObjectMeta}
 *
 * @param namespace the namespace; empty for kinds without one
 * @param name the name
 * @param generateName what the name begins with if the API server is to make one up; empty if the
 *     client gives the name
 * @param uid the uid; empty until the API server gave one
 * @param labels the labels, in the order given
 * @param annotations the annotations, in the order given
 * @param ownerReferences the owners
 * @param finalizers what must happen before the object may go
 * @param creationTimestamp when it was created; null until it is
 * @param deletionTimestamp when its deletion was asked for; null if it was not
 * @param resourceVersion the version of the store at its last change; 0 until it is stored
 * @param generation counts the changes of the spec; 0 until it is stored
 */
public record ObjectMeta(
    String namespace,
    String name,
    String generateName,
    String uid,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<OwnerReference> ownerReferences,
    List<String> finalizers,
    @Nullable Instant creationTimestamp,
    @Nullable Instant deletionTimestamp,
    long resourceVersion,
    long generation) {

  /** Copies the collections. */
  public ObjectMeta {
    labels = Values.copy(labels);
    annotations = Values.copy(annotations);
    ownerReferences = List.copyOf(ownerReferences);
    finalizers = List.copyOf(finalizers);
  }

  /**
   * Metadata with a name only.
   *
   * @param namespace the namespace; empty for kinds without one
   * @param name the name
   * @return the metadata
   */
  public static ObjectMeta of(String namespace, String name) {
    return new ObjectMeta(
        namespace, name, "", "", Map.of(), Map.of(), List.of(), List.of(), null, null, 0, 0);
  }

  /**
   * Metadata with a name that was made up.
   *
   * @param namespace the namespace; empty for kinds without one
   * @param generateName what the name was to begin with
   * @param name the name
   * @return the metadata
   */
  public static ObjectMeta generated(String namespace, String generateName, String name) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        "",
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        null,
        null,
        0,
        0);
  }

  /**
   * The same metadata with other labels.
   *
   * @param newLabels the labels
   * @return the copy
   */
  public ObjectMeta withLabels(Map<String, String> newLabels) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        uid,
        newLabels,
        annotations,
        ownerReferences,
        finalizers,
        creationTimestamp,
        deletionTimestamp,
        resourceVersion,
        generation);
  }

  /**
   * The same metadata with other annotations.
   *
   * @param newAnnotations the annotations
   * @return the copy
   */
  public ObjectMeta withAnnotations(Map<String, String> newAnnotations) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        uid,
        labels,
        newAnnotations,
        ownerReferences,
        finalizers,
        creationTimestamp,
        deletionTimestamp,
        resourceVersion,
        generation);
  }

  /**
   * The same metadata with other finalizers.
   *
   * @param newFinalizers the finalizers
   * @return the copy
   */
  public ObjectMeta withFinalizers(List<String> newFinalizers) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        uid,
        labels,
        annotations,
        ownerReferences,
        newFinalizers,
        creationTimestamp,
        deletionTimestamp,
        resourceVersion,
        generation);
  }

  /**
   * The same metadata as the API server stores it.
   *
   * @param newUid the uid
   * @param created when the object was created
   * @param deleted when its deletion was asked for, or null
   * @param version the version of the store
   * @param newGeneration the generation of the spec
   * @return the copy
   */
  public ObjectMeta stored(
      String newUid, Instant created, @Nullable Instant deleted, long version, long newGeneration) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        newUid,
        labels,
        annotations,
        ownerReferences,
        finalizers,
        created,
        deleted,
        version,
        newGeneration);
  }

  /**
   * The same metadata with what only the server writes taken from the stored object: uid, creation
   * and deletion time.
   *
   * @param stored the stored object's metadata
   * @return the copy
   */
  public ObjectMeta withSystemFields(ObjectMeta stored) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        stored.uid,
        labels,
        annotations,
        ownerReferences,
        finalizers,
        stored.creationTimestamp,
        stored.deletionTimestamp,
        resourceVersion,
        generation);
  }

  /**
   * The same metadata of an object that is owned.
   *
   * @param owners the owners
   * @return the copy
   */
  public ObjectMeta withOwners(List<OwnerReference> owners) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        uid,
        labels,
        annotations,
        owners,
        finalizers,
        creationTimestamp,
        deletionTimestamp,
        resourceVersion,
        generation);
  }

  /**
   * The same metadata of an object whose deletion was asked for.
   *
   * @param time when it is to be gone
   * @return the copy
   */
  public ObjectMeta withDeletion(Instant time) {
    return new ObjectMeta(
        namespace,
        name,
        generateName,
        uid,
        labels,
        annotations,
        ownerReferences,
        finalizers,
        creationTimestamp,
        time,
        resourceVersion,
        generation);
  }

  /**
   * The owner that manages the object.
   *
   * @return the reference whose {@code controller} is true, or nothing
   */
  public Optional<OwnerReference> controller() {
    for (OwnerReference owner : ownerReferences) {
      if (owner.controller()) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }
}
