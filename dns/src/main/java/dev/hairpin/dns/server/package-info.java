/**
 * The model's DNS on a real socket: any DNS client of the machine can ask it.
 *
 * <p>Start at {@link dev.hairpin.dns.server.DnsServer}.
 */
@NullMarked
package dev.hairpin.dns.server;

import org.jspecify.annotations.NullMarked;
