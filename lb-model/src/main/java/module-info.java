import org.jspecify.annotations.NullMarked;

/** The AWS Load Balancer Controller, and what NLB and ALB do. */
@NullMarked
module dev.hairpin.lb {
  requires com.google.common;
  requires it.unimi.dsi.fastutil.core;
  requires transitive dev.hairpin.core;
  requires static transitive org.jspecify;
  requires static org.assertj.core;

  exports dev.hairpin.lb;
  exports dev.hairpin.lb.aws;
  exports dev.hairpin.lb.junit;
  exports dev.hairpin.lb.model;
  exports dev.hairpin.lb.options;
  exports dev.hairpin.lb.elb;
  exports dev.hairpin.lb.elb.alb;
  exports dev.hairpin.lb.elb.cli;
  exports dev.hairpin.lb.elb.cost;
  exports dev.hairpin.lb.elb.network;
  exports dev.hairpin.lb.elb.nlb;

  provides dev.hairpin.path.addon.AddOnProvider with
      dev.hairpin.lb.AwsLoadBalancerControllerProvider;
}
