/** Tables, chains and rules: their text, and what they do to a packet. */
package dev.hairpin.iptables;
