/**
 * DNS messages as values, and as the bytes that travel.
 *
 * <p>Start at {@link dev.hairpin.dns.message.Message}: it is what is asked and answered. Names keep
 * the spelling in which they were written and compare without regard to case. Messages are read and
 * written as CoreDNS's DNS library (miekg/dns) does it, down to which names are compressed and what
 * is cut from a message that is too long, because sizes and truncation can be seen by clients.
 */
package dev.hairpin.dns.message;
