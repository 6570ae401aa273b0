/**
 * CoreDNS's configuration file, read as CoreDNS reads it.
 *
 * <p>Start at {@link dev.hairpin.dns.corefile.Corefile}. It holds server blocks with the words of
 * each plugin's lines; what the words mean is the plugins' own business.
 */
package dev.hairpin.dns.corefile;
