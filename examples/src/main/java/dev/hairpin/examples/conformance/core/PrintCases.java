package dev.hairpin.examples.conformance.core;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.kubectl.KubectlDescribe;
import dev.hairpin.kubectl.KubectlGet;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.time.VirtualClock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Cases of kind {@code print}, tables, and {@code describe}. */
final class PrintCases implements CoreCaseRunner {
  private static final Instant NOW = VirtualClock.EPOCH;

  @Override
  public Set<String> kinds() {
    return Set.of("print", "describe");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    Object age = recorded.input().getOrDefault("ageSeconds", 0);
    Instant created = NOW.minusSeconds(Long.parseLong(String.valueOf(age)));
    List<KubeObject> objects = recorded.objects("objects").stream()
        .map(KubeObjects::fromTree)
        .map(object -> created(object, created))
        .toList();
    String text = recorded.kind().equals("print")
        ? new KubectlGet(
                Boolean.TRUE.equals(recorded.input().get("wide")),
                Boolean.TRUE.equals(recorded.input().get("withNamespace")),
                NOW)
            .print(objects)
        : describe(recorded, objects);
    return firstDifferentLine(String.valueOf(recorded.expected()), text);
  }

  private static KubeObject created(KubeObject object, Instant created) {
    ObjectMeta meta = object.metadata();
    return meta.creationTimestamp() != null
        ? object
        : object.withMetadata(meta.stored(
            meta.uid(),
            created,
            meta.deletionTimestamp(),
            meta.resourceVersion(),
            meta.generation()));
  }

  private static String describe(CoreCase recorded, List<KubeObject> objects) {
    Service service = (Service) objects.stream()
        .filter(o -> o instanceof Service
            && o.metadata().name().equals(recorded.input().get("name"))
            && o.metadata().namespace().equals(recorded.input().get("namespace")))
        .findFirst()
        .orElseThrow();
    List<EndpointSlice> slices = objects.stream()
        .filter(EndpointSlice.class::isInstance)
        .map(EndpointSlice.class::cast)
        .filter(s -> s.serviceName().equals(service.metadata().name())
            && s.metadata().namespace().equals(service.metadata().namespace()))
        .toList();
    return KubectlDescribe.service(service, slices);
  }

  /** Lines are compared whole; blanks at their ends do not show and are not recorded everywhere. */
  private static Optional<String> firstDifferentLine(String expected, String actual) {
    List<String> left = expected.lines().map(String::stripTrailing).toList();
    List<String> right = actual.lines().map(String::stripTrailing).toList();
    return Trees.firstDifference(left, right);
  }
}
