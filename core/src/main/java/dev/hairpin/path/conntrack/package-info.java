/**
 * Connection tracking and address translation, as the kernel keeps them for each host.
 *
 * <p>Start at {@link dev.hairpin.path.conntrack.Conntrack}. Entries lie in flat arrays and no
 * operation on a packet allocates; {@link dev.hairpin.path.conntrack.ConntrackEntry} is the picture
 * of one for people. Source of the behaviour: Linux 6.18, measured and read; where older kernels
 * differ there is a switch.
 */
package dev.hairpin.path.conntrack;
