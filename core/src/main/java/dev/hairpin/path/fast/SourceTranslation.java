package dev.hairpin.path.fast;

import dev.hairpin.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a connection's source is translated to.
 *
 * @param address the address; null for the node's own, as {@code MASQUERADE} takes it
 * @param firstPort the first port that may be taken, or 0 to let the kernel choose
 * @param lastPort the last port, or 0
 * @param random whether {@code --random} was given
 * @param randomFully whether {@code --random-fully} was given
 */
public record SourceTranslation(
    @Nullable IpAddress address,
    int firstPort,
    int lastPort,
    boolean random,
    boolean randomFully) {}
