import org.jspecify.annotations.NullMarked;

/** CoreDNS's answers, and a pod's questions. */
@NullMarked
module dev.hairpin.dns {
  requires com.google.common;
  requires it.unimi.dsi.fastutil.core;
  requires transitive dev.hairpin.core;
  requires static transitive org.jspecify;

  exports dev.hairpin.dns.corefile;
  exports dev.hairpin.dns.message;
  exports dev.hairpin.dns.resolver;
  exports dev.hairpin.dns.server;
  exports dev.hairpin.dns.upstream;
  exports dev.hairpin.dns;

  provides dev.hairpin.path.addon.AddOnProvider with
      dev.hairpin.dns.CoreDnsProvider;
}
