package dev.hairpin.manifest;

import dev.hairpin.api.KubeObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The objects of one or more texts, in order; the items of {@code List} kinds stand for the list.
 *
 * @param manifests the objects as the texts give them
 */
public record ManifestSet(List<Manifest> manifests) {

  /** Copies the list. */
  public ManifestSet {
    manifests = List.copyOf(manifests);
  }

  /**
   * The same objects, where a number or a boolean is also taken for a text: {@code app: y} for
   * {@code app: "true"}. Clients that read YAML into typed objects with {@code sigs.k8s.io/yaml} do
   * so; {@code kubectl} and the API server refuse.
   *
   * @return the objects
   */
  public ManifestSet lenient() {
    return new ManifestSet(manifests.stream().map(Manifest::lenient).toList());
  }

  /**
   * The objects as they are, without admission.
   *
   * @return the objects, in order
   * @throws ManifestException if a field has a wrong type or value
   */
  public List<KubeObject> objects() {
    List<KubeObject> objects = new ArrayList<>(manifests.size());
    for (Manifest manifest : manifests) {
      objects.add(manifest.object());
    }
    return objects;
  }

  /**
   * The fields and kinds that Kubernetes does not know, such as misspelt ones.
   *
   * @return one line each, such as {@code shop.yaml: document 1, line 9: spec.selecter: unknown
   *     field}
   * @throws ManifestException if a field has a wrong type or value
   */
  public List<String> warnings() {
    return manifests.stream().flatMap(manifest -> manifest.warnings().stream()).toList();
  }
}
