import org.jspecify.annotations.NullMarked;

/** kube-proxy's iptables rules, and what they do to a packet. */
@NullMarked
module dev.hairpin.iptables {
  requires com.google.common;
  requires it.unimi.dsi.fastutil.core;
  requires transitive dev.hairpin.core;
  requires static transitive org.jspecify;
  requires static org.assertj.core;

  exports dev.hairpin.iptables;
  exports dev.hairpin.iptables.compile;
  exports dev.hairpin.iptables.junit;
  exports dev.hairpin.iptables.kubeproxy;
  exports dev.hairpin.iptables.walk;

  provides dev.hairpin.path.addon.AddOnProvider with
      dev.hairpin.iptables.kubeproxy.KubeProxyProvider;
}
