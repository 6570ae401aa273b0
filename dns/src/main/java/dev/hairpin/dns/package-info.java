/** Names: the messages, the server and the resolvers of a cluster's DNS. */
package dev.hairpin.dns;
