package dev.hairpin.manifest;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;

/**
 * What makes pods: Deployments, ReplicaSets, StatefulSets and DaemonSets, with the API server's
 * defaults. Source: {@code appsv1}.
 */
final class WorkloadForm {
  private static final IntOrString QUARTER = IntOrString.of("25%");

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
        strategy.text("type", "RollingUpdate"),
        rolling.intOrString("maxSurge", QUARTER),
        rolling.intOrString("maxUnavailable", QUARTER),
        spec.int32("minReadySeconds", 0));
    rolling.end();
    strategy.end();
    spec.ignoring("revisionHistoryLimit", "paused", "progressDeadlineSeconds").end();
    f.ignoring("status");
    return deployment;
  }

  static void write(Deployment deployment, TreeWriter tree) {
    TreeWriter strategy = new TreeWriter().text("type", deployment.strategy());
    if (deployment.strategy().equals("RollingUpdate")) {
      strategy.object("rollingUpdate", rolling(deployment.maxSurge(), deployment.maxUnavailable()));
    }
    tree.always(
        "spec",
        new TreeWriter()
            .number("minReadySeconds", deployment.minReadySeconds())
            .always("replicas", deployment.replicas())
            .always("selector", MetaForm.writeSelector(deployment.selector()).tree())
            .object("strategy", strategy)
            .object("template", PodForm.writeTemplate(deployment.template()))
            .tree());
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
        PodForm.readTemplate(spec.object("template")));
    spec.ignoring("minReadySeconds").end();
    f.ignoring("status");
    return set;
  }

  static void write(ReplicaSet set, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .always("replicas", set.replicas())
            .always("selector", MetaForm.writeSelector(set.selector()).tree())
            .object("template", PodForm.writeTemplate(set.template()))
            .tree());
  }

  static StatefulSet readStatefulSet(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields strategy = spec.object("updateStrategy");
    Fields rolling = strategy.object("rollingUpdate");
    StatefulSet set = new StatefulSet(
        meta,
        spec.int32("replicas", 1),
        MetaForm.readSelector(spec.object("selector")),
        PodForm.readTemplate(spec.object("template")),
        spec.text("serviceName"),
        spec.text("podManagementPolicy", "OrderedReady"),
        rolling.int32("partition", 0));
    rolling.ignoring("maxUnavailable").end();
    strategy.ignoring("type").end();
    spec.ignoring(
            "volumeClaimTemplates",
            "revisionHistoryLimit",
            "minReadySeconds",
            "persistentVolumeClaimRetentionPolicy",
            "ordinals")
        .end();
    f.ignoring("status");
    return set;
  }

  static void write(StatefulSet set, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .text("podManagementPolicy", set.podManagementPolicy())
            .always("replicas", set.replicas())
            .always("selector", MetaForm.writeSelector(set.selector()).tree())
            .text("serviceName", set.serviceName())
            .object("template", PodForm.writeTemplate(set.template()))
            .object(
                "updateStrategy",
                new TreeWriter()
                    .object("rollingUpdate", new TreeWriter().always("partition", set.partition()))
                    .text("type", "RollingUpdate"))
            .tree());
  }

  static DaemonSet readDaemonSet(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields strategy = spec.object("updateStrategy");
    Fields rolling = strategy.object("rollingUpdate");
    DaemonSet set = new DaemonSet(
        meta,
        MetaForm.readSelector(spec.object("selector")),
        PodForm.readTemplate(spec.object("template")),
        rolling.intOrString("maxUnavailable", IntOrString.of(1)),
        rolling.intOrString("maxSurge", IntOrString.of(0)));
    rolling.end();
    strategy.ignoring("type").end();
    spec.ignoring("minReadySeconds", "revisionHistoryLimit").end();
    f.ignoring("status");
    return set;
  }

  static void write(DaemonSet set, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .always("selector", MetaForm.writeSelector(set.selector()).tree())
            .object("template", PodForm.writeTemplate(set.template()))
            .object(
                "updateStrategy",
                new TreeWriter()
                    .object("rollingUpdate", rolling(set.maxSurge(), set.maxUnavailable()))
                    .text("type", "RollingUpdate"))
            .tree());
  }
}
