/**
 * A pod's side of DNS: the files that the kubelet gives it, and what resolver libraries ask.
 *
 * <p>Start at {@link dev.hairpin.dns.resolver.ResolverLibrary}: it makes the resolver of a process,
 * whose lookups ask a {@link dev.hairpin.dns.resolver.NameServers} and come back as a
 * {@link dev.hairpin.dns.resolver.Lookup} that lists every question.
 * {@link dev.hairpin.dns.resolver.KubeletDns} writes a pod's {@code resolv.conf} and
 * {@code /etc/hosts}.
 *
 * <p>Time is virtual: a lookup that takes 20 s by the library's timers returns at once and says so.
 */
@NullMarked
package dev.hairpin.dns.resolver;

import org.jspecify.annotations.NullMarked;
