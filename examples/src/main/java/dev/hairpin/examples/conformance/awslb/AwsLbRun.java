package dev.hairpin.examples.conformance.awslb;

import com.google.common.hash.Hashing;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonParser;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.lb.AwsManifest;
import dev.hairpin.lb.ControllerRun;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.model.AdmissionException;
import dev.hairpin.lb.model.Reconciliation;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** One case: a cluster and an account that go through the phases of a recording. */
final class AwsLbRun {
  private final Path dir;
  private final ClusterState state;
  private final Aws aws;
  private final ControllerRun controller;

  private AwsLbRun(Path dir, ClusterState state, Aws aws, ControllerRun controller) {
    this.dir = dir;
    this.state = state;
    this.aws = aws;
    this.controller = controller;
  }

  static AwsLbRun start(Path dir) throws IOException {
    AwsManifest manifest = AwsManifest.read(yaml(dir.resolve("aws.yaml")));
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    return new AwsLbRun(
        dir, state, manifest.aws(), ControllerRun.of(state, manifest.aws(), manifest.options()));
  }

  /** {@code name.ext} in the first phase, {@code name-N.ext} in later ones. */
  static Path file(Path dir, String name, int phase, String extension) {
    return dir.resolve(name + (phase == 1 ? "." : "-" + phase + ".") + extension);
  }

  Optional<String> phase(int phase) throws IOException {
    Path laterAccount = file(dir, "aws", phase, "yaml");
    if (phase > 1 && Files.exists(laterAccount)) {
      AwsManifest.readHealth(yaml(laterAccount), aws);
    }
    int eventsBefore = state.events().size();
    List<String> errors = new ArrayList<>();
    apply(file(dir, "cluster", phase, "yaml"), errors);
    List<Reconciliation> results = controller.reconcileAll();
    for (Reconciliation result : results) {
      if (result.error() != null) {
        errors.add(result.kind() + " " + result.id() + ": " + result.error());
      }
    }
    List<ObjectEvent> events = state.events();
    StringBuilder eventText = new StringBuilder();
    for (ObjectEvent event : events.subList(eventsBefore, events.size())) {
      eventText
          .append(event.warning() ? "Warning " : "Normal ")
          .append(event.object())
          .append(' ')
          .append(event.reason())
          .append(": ")
          .append(event.message())
          .append('\n');
    }
    AwsLbOutputs outputs = new AwsLbOutputs(state, aws);
    return text("expected-error", phase, String.join("\n", errors))
        .or(() -> text("expected-events", phase, eventText.toString()))
        .or(() -> json("expected-stack", phase, AwsLbOutputs.stacks(results)))
        .or(() -> json("expected-aws", phase, outputs.account()))
        .or(() -> json("expected-targets", phase, outputs.targets()))
        .or(() -> json("expected-status", phase, outputs.status()));
  }

  private Optional<String> text(String name, int phase, String actual) {
    Path file = file(dir, name, phase, "txt");
    String expected = read(file).strip();
    return expected.equals(actual.strip())
        ? Optional.empty()
        : Optional.of(file.getFileName()
            + ": expected \""
            + expected.replace("\n", "\\n")
            + "\" but was \""
            + actual.strip().replace("\n", "\\n")
            + "\"");
  }

  private Optional<String> json(String name, int phase, JsonElement actual) {
    Path file = file(dir, name, phase, "json");
    String text = read(file);
    JsonElement expected = text.isEmpty() ? JsonNull.INSTANCE : JsonParser.parseString(text);
    return JsonDifference.first("", expected, actual).map(d -> file.getFileName() + " " + d);
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<?, ?> yaml(Path file) throws IOException {
    Load yaml = new Load(LoadSettings.builder().setLabel(file.toString()).build());
    return yaml.loadFromString(Files.readString(file)) instanceof Map<?, ?> map ? map : Map.of();
  }

  // The cluster

  private void apply(Path file, List<String> errors) throws IOException {
    List<Manifest> manifests =
        Manifests.parse(Files.readString(file), file.toString()).manifests();
    // Classes and Services are there before the webhooks look at what refers to them.
    for (boolean referring : new boolean[] {false, true}) {
      for (Manifest manifest : manifests) {
        if (isReferring(manifest) == referring) {
          apply(manifest, errors);
        }
      }
    }
  }

  private static boolean isReferring(Manifest manifest) {
    Object kind = manifest.tree().get("kind");
    return "Ingress".equals(kind) || "TargetGroupBinding".equals(kind);
  }

  private void apply(Manifest manifest, List<String> errors) {
    Map<?, ?> meta = manifest.tree().get("metadata") instanceof Map<?, ?> map ? map : Map.of();
    if (meta.get("annotations") instanceof Map<?, ?> annotations
        && "true".equals(String.valueOf(annotations.get("oracle/delete")))) {
      delete(new ObjectKey(
          String.valueOf(manifest.tree().get("kind")),
          meta.get("namespace") == null ? "" : String.valueOf(meta.get("namespace")),
          String.valueOf(meta.get("name"))));
      return;
    }
    KubeObject object = manifest.object();
    Optional<KubeObject> old = state.get(object.key());
    ObjectMeta given = object.metadata();
    ObjectMeta stored =
        given.withFinalizers(old.map(o -> o.metadata().finalizers()).orElse(given.finalizers()));
    String uid = given.uid().isEmpty()
        ? old.map(o -> o.metadata().uid()).orElseGet(() -> uid(object.key()))
        : given.uid();
    KubeObject named = keepStatus(
        object.withMetadata(stored.stored(
            uid, VirtualClock.EPOCH, null, given.resourceVersion(), given.generation())),
        old);
    try {
      state.store(controller.admit(named));
    } catch (AdmissionException e) {
      errors.add(e.getMessage());
    }
  }

  /** An update of the spec leaves what the controller wrote. */
  private static KubeObject keepStatus(KubeObject object, Optional<KubeObject> old) {
    if (object instanceof dev.hairpin.api.Service service
        && old.orElse(null) instanceof dev.hairpin.api.Service before) {
      return service.withLoadBalancer(before.loadBalancer());
    }
    if (object instanceof dev.hairpin.api.Ingress ingress
        && old.orElse(null) instanceof dev.hairpin.api.Ingress before) {
      return ingress.withLoadBalancer(before.loadBalancer());
    }
    return object;
  }

  private void delete(ObjectKey key) {
    Optional<KubeObject> object = state.get(key);
    if (object.isEmpty()) {
      return;
    }
    ObjectMeta meta = object.get().metadata();
    if (meta.finalizers().isEmpty()) {
      state.remove(key);
    } else {
      Instant created =
          meta.creationTimestamp() == null ? VirtualClock.EPOCH : meta.creationTimestamp();
      state.store(object
          .get()
          .withMetadata(
              meta.stored(meta.uid(), created, state.clock().now(), meta.resourceVersion(), 0)));
    }
  }

  private static String uid(ObjectKey key) {
    String hex = Hashing.sha256()
        .hashString(
            "uid|" + key.kind() + "|" + key.namespace() + "|" + key.name(), StandardCharsets.UTF_8)
        .toString();
    return hex.substring(0, 8)
        + "-"
        + hex.substring(8, 12)
        + "-"
        + hex.substring(12, 16)
        + "-"
        + hex.substring(16, 20)
        + "-"
        + hex.substring(20, 32);
  }
}
