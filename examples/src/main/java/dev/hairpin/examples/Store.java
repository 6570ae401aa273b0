package dev.hairpin.examples;

import dev.hairpin.Suggestions;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The manifests of the retail store, and changes to them, as they come with the program. */
public final class Store {
  /** The file with the catalog's database. */
  public static final String CATALOG_DATABASE = "31-catalog-mysql.yaml";

  private Store() {}

  /**
   * The whole store.
   *
   * @return its manifests
   */
  public static ManifestSet all() {
    return Clusters.manifests("retail-store");
  }

  /**
   * The store without one of its files.
   *
   * @param file the file's name
   * @return the manifests
   */
  public static ManifestSet allBut(String file) {
    return filtered(m -> !m.origin().endsWith(file));
  }

  /**
   * One file of the store.
   *
   * @param file the file's name
   * @return the manifests
   */
  public static ManifestSet only(String file) {
    return filtered(m -> m.origin().endsWith(file));
  }

  private static ManifestSet filtered(Predicate<Manifest> wanted) {
    List<Manifest> manifests = all().manifests().stream().filter(wanted).toList();
    return new ManifestSet(manifests);
  }

  /**
   * A change to the store.
   *
   * @param file the file's name, such as {@code nlb-ip-mode.yaml}
   * @return the manifests
   */
  public static ManifestSet change(String file) {
    return Clusters.manifests("changes/" + file);
  }

  /**
   * Manifests that come with the program.
   *
   * @param name a folder such as {@code retail-store}, or a file, with or without its folder
   * @return the manifests
   * @throws IllegalArgumentException if there are none of that name, with the name that was meant
   */
  public static ManifestSet named(String name) {
    List<String> paths = Clusters.manifestNames();
    List<String> known = new ArrayList<>(paths);
    paths.forEach(path -> known.add(path.substring(path.indexOf('/') + 1)));
    return paths.stream()
        .filter(n -> n.equals(name) || n.endsWith("/" + name))
        .findFirst()
        .map(Clusters::manifests)
        .orElseThrow(() -> Suggestions.unknown("file, folder or manifest", name, known));
  }
}
