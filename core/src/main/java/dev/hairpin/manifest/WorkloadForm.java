package dev.hairpin.manifest;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What makes pods: Deployments, ReplicaSets, StatefulSets and DaemonSets, with the API server's
 * defaults. Source: {@code appsv1}.
 */
final class WorkloadForm {
  private static final IntOrString QUARTER = IntOrString.of("25%");

  private static final String ROLLING = "RollingUpdate";
  private static final int HISTORY = 10;

  private WorkloadForm() {}

  static Deployment readDeployment(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields strategy = spec.object("strategy");
    Fields rolling = strategy.object("rollingUpdate");
    Deployment deployment = new Deployment(
        meta,
        spec.int32("replicas", 1),
        MetaForm.readSelector(spec.object("selector")),
        PodForm.readTemplate(spec.object("template")),
        strategy.text("type", ROLLING),
        rolling.intOrString("maxSurge", QUARTER),
        rolling.intOrString("maxUnavailable", QUARTER),
        spec.int32("minReadySeconds", 0),
        spec.int32("revisionHistoryLimit", HISTORY),
        spec.bool("paused", false),
        spec.int32OrNull("progressDeadlineSeconds"),
        readDeploymentStatus(f.object("status")));
    rolling.end();
    strategy.end();
    spec.end();
    return deployment;
  }

  private static Deployment.Status readDeploymentStatus(Fields status) {
    Deployment.Status read = new Deployment.Status(
        status.int64("observedGeneration", 0),
        status.int32("replicas", 0),
        status.int32("updatedReplicas", 0),
        status.int32("readyReplicas", 0),
        status.int32("availableReplicas", 0),
        status.int32("unavailableReplicas", 0),
        status.int32OrNull("terminatingReplicas"),
        status.int32OrNull("collisionCount"),
        status.list("conditions", WorkloadForm::readCondition));
    status.end();
    return read;
  }

  private static Deployment.Condition readCondition(Fields f) {
    Deployment.Condition condition = new Deployment.Condition(
        f.text("type"),
        f.text("status"),
        f.text("reason"),
        f.text("message"),
        f.timeOrNull("lastUpdateTime"),
        f.timeOrNull("lastTransitionTime"));
    f.end();
    return condition;
  }

  static void write(Deployment deployment, TreeWriter tree) {
    TreeWriter strategy = new TreeWriter().text("type", deployment.strategy());
    if (deployment.strategy().equals(ROLLING)) {
      strategy.object("rollingUpdate", rolling(deployment.maxSurge(), deployment.maxUnavailable()));
    }
    tree.always(
        "spec",
        new TreeWriter()
            .number("minReadySeconds", deployment.minReadySeconds())
            .flag("paused", deployment.paused())
            .optional("progressDeadlineSeconds", deployment.progressDeadlineSeconds())
            .always("replicas", deployment.replicas())
            .always("revisionHistoryLimit", deployment.revisionHistoryLimit())
            .always("selector", MetaForm.writeSelector(deployment.selector()).tree())
            .object("strategy", strategy)
            .object("template", PodForm.writeTemplate(deployment.template()))
            .tree());
    Deployment.Status status = deployment.status();
    if (!status.equals(Deployment.Status.NONE)) {
      tree.object(
          "status",
          new TreeWriter()
              .number("availableReplicas", status.availableReplicas())
              .optional("collisionCount", status.collisionCount())
              .list("conditions", status.conditions(), WorkloadForm::writeCondition)
              .number("observedGeneration", status.observedGeneration())
              .number("readyReplicas", status.readyReplicas())
              .number("replicas", status.replicas())
              .optional("terminatingReplicas", status.terminatingReplicas())
              .number("unavailableReplicas", status.unavailableReplicas())
              .number("updatedReplicas", status.updatedReplicas()));
    }
  }

  private static Map<String, Object> writeCondition(Deployment.Condition condition) {
    return new TreeWriter()
        .time("lastTransitionTime", condition.lastTransitionTime())
        .time("lastUpdateTime", condition.lastUpdateTime())
        .text("message", condition.message())
        .text("reason", condition.reason())
        .text("status", condition.status())
        .text("type", condition.type())
        .tree();
  }

  private static TreeWriter rolling(IntOrString maxSurge, IntOrString maxUnavailable) {
    return new TreeWriter()
        .always("maxSurge", ServiceForm.writeIntOrString(maxSurge))
        .always("maxUnavailable", ServiceForm.writeIntOrString(maxUnavailable));
  }

  static ReplicaSet readReplicaSet(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    ReplicaSet set = new ReplicaSet(
        meta,
        spec.int32("replicas", 1),
        MetaForm.readSelector(spec.object("selector")),
        PodForm.readTemplate(spec.object("template")),
        spec.int32("minReadySeconds", 0),
        readReplicaSetStatus(f.object("status")));
    spec.end();
    return set;
  }

  private static ReplicaSet.Status readReplicaSetStatus(Fields status) {
    ReplicaSet.Status read = new ReplicaSet.Status(
        status.int64("observedGeneration", 0),
        status.int32("replicas", 0),
        status.int32("fullyLabeledReplicas", 0),
        status.int32("readyReplicas", 0),
        status.int32("availableReplicas", 0),
        status.int32OrNull("terminatingReplicas"),
        status.list("conditions", MetaForm::readCondition));
    status.end();
    return read;
  }

  static void write(ReplicaSet set, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .number("minReadySeconds", set.minReadySeconds())
            .always("replicas", set.replicas())
            .always("selector", MetaForm.writeSelector(set.selector()).tree())
            .object("template", PodForm.writeTemplate(set.template()))
            .tree());
    ReplicaSet.Status status = set.status();
    if (!status.equals(ReplicaSet.Status.NONE)) {
      tree.object(
          "status",
          new TreeWriter()
              .number("availableReplicas", status.availableReplicas())
              .list("conditions", status.conditions(), MetaForm::writeCondition)
              .number("fullyLabeledReplicas", status.fullyLabeledReplicas())
              .number("observedGeneration", status.observedGeneration())
              .number("readyReplicas", status.readyReplicas())
              .always("replicas", status.replicas())
              .optional("terminatingReplicas", status.terminatingReplicas()));
    }
  }

  static StatefulSet readStatefulSet(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields ordinals = spec.object("ordinals");
    Fields status = f.object("status");
    StatefulSet set = new StatefulSet(
        meta,
        spec.int32("replicas", 1),
        MetaForm.readSelector(spec.object("selector")),
        PodForm.readTemplate(spec.object("template")),
        spec.text("serviceName"),
        spec.text("podManagementPolicy", "OrderedReady"),
        readStrategy(spec.object("updateStrategy")),
        spec.int32("minReadySeconds", 0),
        ordinals.int32("start", 0),
        spec.int32("revisionHistoryLimit", HISTORY),
        spec.keeping("persistentVolumeClaimRetentionPolicy", "volumeClaimTemplates"),
        readStatus(status));
    ordinals.end();
    spec.end();
    status.end();
    return set;
  }

  /** A strategy without a type rolls from the last pod to the first. */
  private static StatefulSet.UpdateStrategy readStrategy(Fields strategy) {
    String type = strategy.text("type");
    @Nullable Fields rolling = strategy.objectOrNull("rollingUpdate");
    strategy.end();
    if (rolling == null) {
      return type.isEmpty()
          ? StatefulSet.UpdateStrategy.rolling(0)
          : new StatefulSet.UpdateStrategy(type, null, null);
    }
    StatefulSet.UpdateStrategy read = new StatefulSet.UpdateStrategy(
        type.isEmpty() ? ROLLING : type,
        rolling.int32("partition", 0),
        rolling.intOrStringOrNull("maxUnavailable"));
    rolling.end();
    return read;
  }

  private static StatefulSet.Status readStatus(Fields status) {
    return new StatefulSet.Status(
        status.int64("observedGeneration", 0),
        status.int32("replicas", 0),
        status.int32("readyReplicas", 0),
        status.int32("availableReplicas", 0),
        status.int32("currentReplicas", 0),
        status.int32("updatedReplicas", 0),
        status.text("currentRevision"),
        status.text("updateRevision"),
        status.int32("collisionCount", 0),
        status.list("conditions", MetaForm::readCondition));
  }

  static void write(StatefulSet set, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .number("minReadySeconds", set.minReadySeconds())
            .object("ordinals", new TreeWriter().number("start", set.firstOrdinal()))
            .text("podManagementPolicy", set.podManagementPolicy())
            .always("replicas", set.replicas())
            .always("revisionHistoryLimit", set.revisionHistoryLimit())
            .always("selector", MetaForm.writeSelector(set.selector()).tree())
            .text("serviceName", set.serviceName())
            .object("template", PodForm.writeTemplate(set.template()))
            .object("updateStrategy", writeStrategy(set.updateStrategy()))
            .all(set.others())
            .tree());
    if (!set.status().equals(StatefulSet.Status.NONE)) {
      tree.object("status", writeStatus(set.status()));
    }
  }

  private static TreeWriter writeStrategy(StatefulSet.UpdateStrategy strategy) {
    return new TreeWriter()
        .object(
            "rollingUpdate",
            new TreeWriter()
                .optional("maxUnavailable", shown(strategy.maxUnavailable()))
                .optional("partition", strategy.partition()))
        .text("type", strategy.type());
  }

  private static @Nullable Object shown(@Nullable IntOrString value) {
    return value == null ? null : ServiceForm.writeIntOrString(value);
  }

  private static TreeWriter writeStatus(StatefulSet.Status status) {
    return new TreeWriter()
        .always("availableReplicas", status.availableReplicas())
        .always("collisionCount", status.collisionCount())
        .list("conditions", status.conditions(), MetaForm::writeCondition)
        .number("currentReplicas", status.currentReplicas())
        .text("currentRevision", status.currentRevision())
        .number("observedGeneration", status.observedGeneration())
        .number("readyReplicas", status.readyReplicas())
        .always("replicas", status.replicas())
        .text("updateRevision", status.updateRevision())
        .number("updatedReplicas", status.updatedReplicas());
  }

  static DaemonSet readDaemonSet(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields strategy = spec.object("updateStrategy");
    Fields rolling = strategy.object("rollingUpdate");
    DaemonSet set = new DaemonSet(
        meta,
        MetaForm.readSelector(spec.object("selector")),
        PodForm.readTemplate(spec.object("template")),
        strategy.text("type", ROLLING),
        rolling.intOrString("maxUnavailable", IntOrString.of(1)),
        rolling.intOrString("maxSurge", IntOrString.of(0)),
        spec.int32("minReadySeconds", 0),
        spec.int32("revisionHistoryLimit", HISTORY),
        readDaemonSetStatus(f.object("status")));
    rolling.end();
    strategy.end();
    spec.end();
    return set;
  }

  private static DaemonSet.Status readDaemonSetStatus(Fields status) {
    DaemonSet.Status read = new DaemonSet.Status(
        status.int64("observedGeneration", 0),
        status.int32("desiredNumberScheduled", 0),
        status.int32("currentNumberScheduled", 0),
        status.int32("numberMisscheduled", 0),
        status.int32("numberReady", 0),
        status.int32("updatedNumberScheduled", 0),
        status.int32("numberAvailable", 0),
        status.int32("numberUnavailable", 0),
        status.int32OrNull("collisionCount"),
        status.list("conditions", MetaForm::readCondition));
    status.end();
    return read;
  }

  static void write(DaemonSet set, TreeWriter tree) {
    TreeWriter strategy = new TreeWriter().text("type", set.updateStrategy());
    if (set.updateStrategy().equals(ROLLING)) {
      strategy.object("rollingUpdate", rolling(set.maxSurge(), set.maxUnavailable()));
    }
    tree.always(
        "spec",
        new TreeWriter()
            .number("minReadySeconds", set.minReadySeconds())
            .always("revisionHistoryLimit", set.revisionHistoryLimit())
            .always("selector", MetaForm.writeSelector(set.selector()).tree())
            .object("template", PodForm.writeTemplate(set.template()))
            .object("updateStrategy", strategy)
            .tree());
    DaemonSet.Status status = set.status();
    if (!status.equals(DaemonSet.Status.NONE)) {
      tree.object(
          "status",
          new TreeWriter()
              .optional("collisionCount", status.collisionCount())
              .list("conditions", status.conditions(), MetaForm::writeCondition)
              .always("currentNumberScheduled", status.currentNumberScheduled())
              .always("desiredNumberScheduled", status.desiredNumberScheduled())
              .number("numberAvailable", status.numberAvailable())
              .always("numberMisscheduled", status.numberMisscheduled())
              .always("numberReady", status.numberReady())
              .number("numberUnavailable", status.numberUnavailable())
              .number("observedGeneration", status.observedGeneration())
              .number("updatedNumberScheduled", status.updatedNumberScheduled()));
    }
  }
}
