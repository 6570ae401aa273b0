package dev.hairpin.cluster;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.collect.ForkableMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives objects their uids: by the seed, by what an object is, and by how many of its name have
 * gone before it. So nothing that happens to other objects changes one, and who comes after another
 * of the same name is told from it.
 *
 * <p>They look like those of an API server, random UUIDs of RFC 9562's version 4. Only names that
 * have gone are remembered. Not thread-safe.
 */
final class Uids {
  private final long seed;
  private final ForkableMap<ObjectKey, Integer> gone;

  Uids(long seed) {
    this(seed, new ForkableMap<>());
  }

  private Uids(long seed, ForkableMap<ObjectKey, Integer> gone) {
    this.seed = seed;
    this.gone = gone;
  }

  Uids fork() {
    return new Uids(seed, gone.fork());
  }

  /** The uid of the object that is to be, or is, of this name. */
  String of(ObjectKey key) {
    HashCode bits = Hashing.murmur3_128()
        .newHasher()
        .putLong(seed)
        .putInt(count(key))
        .putString(key.toString(), StandardCharsets.UTF_8)
        .hash();
    ByteBuffer halves = ByteBuffer.wrap(bits.asBytes());
    long upper = (halves.getLong() & ~0xf000L) | 0x4000L;
    long lower = (halves.getLong() & ~(0b11L << 62)) | (0b10L << 62);
    return new UUID(upper, lower).toString();
  }

  private int count(ObjectKey key) {
    @Nullable Integer count = gone.get(key);
    return count == null ? 0 : count;
  }

  void removed(ObjectKey key) {
    gone.put(key, count(key) + 1);
  }

  /** Takes {@link #removed} back. */
  void restored(ObjectKey key) {
    int left = count(key) - 1;
    if (left == 0) {
      gone.remove(key);
    } else {
      gone.put(key, left);
    }
  }
}
