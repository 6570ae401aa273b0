import org.jspecify.annotations.NullMarked;

/** The cluster, the wire and the questions: what the add-ons of Hairpin build on. */
@NullMarked
module dev.hairpin.core {
  requires com.google.common;
  requires it.unimi.dsi.fastutil.core;
  requires org.snakeyaml.engine;
  requires static transitive org.jspecify;
  requires static org.assertj.core;
  requires static org.junit.jupiter.api;
  requires static kubernetes.client.api;
  requires static kubernetes.model.common;
  requires static kubernetes.model.core;

  exports dev.hairpin;
  exports dev.hairpin.analysis;
  exports dev.hairpin.analysis.explain;
  exports dev.hairpin.analysis.lint;
  exports dev.hairpin.analysis.topology;
  exports dev.hairpin.api;
  exports dev.hairpin.cluster;
  exports dev.hairpin.junit;
  exports dev.hairpin.kubectl;
  exports dev.hairpin.fabric8;
  exports dev.hairpin.manifest;
  exports dev.hairpin.cluster.control;
  exports dev.hairpin.cluster.endpoints;
  exports dev.hairpin.cluster.environment;
  exports dev.hairpin.cluster.ipam;
  exports dev.hairpin.cluster.workloads;
  exports dev.hairpin.cluster.scheduling;
  exports dev.hairpin.cluster.nodes;
  exports dev.hairpin.cluster.manager;
  exports dev.hairpin.cluster.kubelet;
  exports dev.hairpin.collect;
  exports dev.hairpin.net;
  exports dev.hairpin.path;
  exports dev.hairpin.path.addon;
  exports dev.hairpin.path.trace;
  exports dev.hairpin.path.conntrack;
  exports dev.hairpin.render;
  exports dev.hairpin.path.fast;
  exports dev.hairpin.time;
  exports dev.hairpin.whatif;
  exports dev.hairpin.whatif.law;

  uses dev.hairpin.path.addon.AddOnProvider;
}
