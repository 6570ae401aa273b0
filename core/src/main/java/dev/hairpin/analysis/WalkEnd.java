package dev.hairpin.analysis;

import dev.hairpin.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What became of one connection.
 *
 * @param end where it ended
 * @param reached where the server was reached that the end names; null if the end names none
 */
public record WalkEnd(Shares.End end, @Nullable SocketAddress reached) {}
