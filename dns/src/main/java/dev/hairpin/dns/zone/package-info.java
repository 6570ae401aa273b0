/**
 * The plugins file and auto: zones from files.
 *
 * <p>{@link dev.hairpin.dns.zone.ZoneFile} reads a file; {@link dev.hairpin.dns.zone.Zone} finds
 * what a name stands for; {@link dev.hairpin.dns.zone.FilePlugin} and
 * {@link dev.hairpin.dns.zone.AutoPlugin} answer.
 */
package dev.hairpin.dns.zone;
