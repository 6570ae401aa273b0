package dev.hairpin.dns.server;

/**
 * What a server has done since it was started.
 *
 * @param datagrams datagrams that arrived
 * @param messages messages that arrived over TCP
 * @param answers answers that were sent
 * @param unanswered packets for which there was no answer
 * @param failures packets at which the handler failed; they got no answer
 * @param connections connections that were accepted
 * @param refusedConnections connections that were closed at once because there were too many
 * @param openConnections connections that are open now
 */
public record ServerCounts(
    long datagrams,
    long messages,
    long answers,
    long unanswered,
    long failures,
    long connections,
    long refusedConnections,
    int openConnections) {}
