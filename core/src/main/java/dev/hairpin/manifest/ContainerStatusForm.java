package dev.hairpin.manifest;

import dev.hairpin.api.ContainerStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What kubelets say of containers. Source: {@code v1.ContainerStatus}. */
final class ContainerStatusForm {
  private ContainerStatusForm() {}

  static ContainerStatus read(Fields f) {
    Fields last = f.object("lastState");
    ContainerStatus status = new ContainerStatus(
        f.text("name"),
        readState(f.object("state")),
        f.bool("ready", false),
        f.boolOrNull("started"),
        f.int32("restartCount", 0),
        last.object("terminated").timeOrNull("finishedAt"));
    f.ignoring(
            "image",
            "imageID",
            "containerID",
            "allocatedResources",
            "resources",
            "volumeMounts",
            "user",
            "allocatedResourcesStatus",
            "stopSignal")
        .end();
    return status;
  }

  /** A container of which nothing is said waits. */
  private static ContainerStatus.State readState(Fields f) {
    @Nullable Fields running = f.objectOrNull("running");
    if (running != null) {
      return new ContainerStatus.Running(running.timeOrNull("startedAt"));
    }
    @Nullable Fields terminated = f.objectOrNull("terminated");
    if (terminated != null) {
      return new ContainerStatus.Terminated(
          terminated.text("reason"),
          terminated.int32("exitCode", 0),
          terminated.int32("signal", 0));
    }
    return new ContainerStatus.Waiting(f.object("waiting").text("reason"));
  }

  static Map<String, Object> write(ContainerStatus status) {
    return new TreeWriter()
        .object(
            "lastState",
            new TreeWriter()
                .object("terminated", new TreeWriter().time("finishedAt", status.lastFinishedAt())))
        .text("name", status.name())
        .always("ready", status.ready())
        .always("restartCount", status.restartCount())
        .optional("started", status.started())
        .always("state", writeState(status.state()))
        .tree();
  }

  private static Map<String, Object> writeState(ContainerStatus.State state) {
    if (state instanceof ContainerStatus.Running running) {
      return Map.of(
          "running", new TreeWriter().time("startedAt", running.startedAt()).tree());
    }
    if (state instanceof ContainerStatus.Terminated terminated) {
      return Map.of(
          "terminated",
          new TreeWriter()
              .always("exitCode", terminated.exitCode())
              .text("reason", terminated.reason())
              .number("signal", terminated.signal())
              .tree());
    }
    ContainerStatus.Waiting waiting = (ContainerStatus.Waiting) state;
    return Map.of("waiting", new TreeWriter().text("reason", waiting.reason()).tree());
  }
}
