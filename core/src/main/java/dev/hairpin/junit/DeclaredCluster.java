package dev.hairpin.junit;

import dev.hairpin.Cluster;
import dev.hairpin.ClusterBuilder;
import dev.hairpin.manifest.Manifests;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * What a declaration says, so far as it decides what is built: equal ones share a cluster.
 *
 * @param declaration the annotation; annotations are equal if all their elements are
 * @param manifests where the manifests are
 */
record DeclaredCluster(HairpinTest declaration, List<URI> manifests) {

  static DeclaredCluster of(HairpinTest declaration, Class<?> besides) {
    List<URI> places = new ArrayList<>();
    for (String name : declaration.manifests()) {
      places.add(place(name, besides));
    }
    return new DeclaredCluster(declaration, places);
  }

  private static URI place(String name, Class<?> besides) {
    if (name.startsWith("file:")) {
      return Path.of(name.substring("file:".length())).toUri();
    }
    URL url = besides.getResource(name);
    if (url == null) {
      throw new IllegalArgumentException("no manifests \"" + name + "\" on the class path"
          + (name.startsWith("/") ? "" : " beside " + besides.getName()));
    }
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("manifests \"" + name + "\" are at " + url, e);
    }
  }

  Cluster build() {
    Duration settle = settle();
    Cluster cluster = declaration.cluster() == HairpinTest.Declared.class
        ? builder()
            .name(declaration.name())
            .seed(declaration.seed())
            .allAddOns(declaration.without())
            .build()
        : supplied(declaration.cluster());
    manifests.forEach(place -> apply(cluster, place));
    return cluster.advance(settle);
  }

  private Duration settle() {
    try {
      return Duration.parse(declaration.settle());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "settle = \"" + declaration.settle() + "\" is no duration such as \"PT5M\"", e);
    }
  }

  private ClusterBuilder builder() {
    return declaration.shape() == HairpinTest.Shape.EKS
        ? Cluster.builder().eks(declaration.nodes(), declaration.zones())
        : Cluster.builder().kubeadm(declaration.nodes());
  }

  private static Cluster supplied(Class<? extends Supplier<Cluster>> source) {
    return ReflectionSupport.newInstance(source).get();
  }

  private static void apply(Cluster cluster, URI place) {
    if (!"jar".equals(place.getScheme())) {
      cluster.apply(Manifests.load(Path.of(place)));
      return;
    }
    String text = place.toString();
    String inside = text.substring(text.indexOf("!/") + 1);
    URI jar = URI.create(text.substring("jar:".length(), text.indexOf("!/")));
    try (FileSystem files = FileSystems.newFileSystem(Path.of(jar), Map.of())) {
      cluster.apply(Manifests.load(files.getPath(inside)));
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + place, e);
    }
  }
}
