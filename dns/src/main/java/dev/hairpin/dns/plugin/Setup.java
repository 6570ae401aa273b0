package dev.hairpin.dns.plugin;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.corefile.ServedZone;
import dev.hairpin.dns.corefile.ServerBlock;
import dev.hairpin.dns.corefile.Token;
import dev.hairpin.dns.corefile.ZoneNames;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the plugins of a server block are set up with, and what they tell one another. */
public final class Setup {
  private final ServerBlock block;
  private final CoreDnsVersion version;
  private final Surroundings surroundings;
  private final @Nullable ClusterState state;
  private final Lookup lookup;
  private final Upstreams upstreams;
  private final Set<Integer> ednsOptions;
  private final @Nullable Setup sibling;
  private final Map<Class<?>, Object> shared = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * A setup.
   *
   * @param block the server block
   * @param version CoreDNS's version
   * @param surroundings what CoreDNS finds around it
   * @param state the cluster; null while the API server cannot be reached
   * @param lookup asks the server itself
   * @param upstreams finds who answers at an address
   * @param ednsOptions the options that the server copies into replies, to which plugins add
   * @param sibling the same block's setup in a server that this is a replica of, or that runs in
   *     the cluster of which this one's is a fork; or null
   */
  public Setup(
      ServerBlock block,
      CoreDnsVersion version,
      Surroundings surroundings,
      @Nullable ClusterState state,
      Lookup lookup,
      Upstreams upstreams,
      Set<Integer> ednsOptions,
      @Nullable Setup sibling) {
    this.block = block;
    this.version = version;
    this.surroundings = surroundings;
    this.state = state;
    this.lookup = lookup;
    this.upstreams = upstreams;
    this.ednsOptions = ednsOptions;
    this.sibling = sibling;
  }

  /** Finds who answers at an address. */
  @FunctionalInterface
  public interface Upstreams {

    /**
     * Finds who answers.
     *
     * @param address the address
     * @return who answers there, or null if nobody does
     */
    @Nullable
    Upstream at(SocketAddress address);
  }

  /** Asks the server itself, as a plugin does to resolve a name that it has no data for. */
  @FunctionalInterface
  public interface Lookup {

    /**
     * Asks.
     *
     * @param query the question
     * @return the answer, cut to what its client takes; null if there is none
     */
    @Nullable
    Message ask(Query query);
  }

  /**
   * CoreDNS's version.
   *
   * @return the version
   */
  public CoreDnsVersion version() {
    return version;
  }

  /**
   * What CoreDNS finds around it.
   *
   * @return the surroundings
   */
  public Surroundings surroundings() {
    return surroundings;
  }

  /**
   * The cluster.
   *
   * @return its state, or null while the API server cannot be reached
   */
  public @Nullable ClusterState state() {
    return state;
  }

  /**
   * Asks the server itself.
   *
   * @return the way to do it
   */
  public Lookup lookup() {
    return lookup;
  }

  /**
   * Who answers at addresses.
   *
   * @return the way to find out
   */
  public Upstreams upstreams() {
    return upstreams;
  }

  /**
   * Lets the server copy an option of EDNS from questions to replies.
   *
   * @param code the option's number
   */
  public void supportOption(int code) {
    ednsOptions.add(code);
  }

  /**
   * The zones of the server block.
   *
   * @return the zones, in lower case
   */
  public List<DnsName> zones() {
    return block.zones().stream().map(ServedZone::zone).toList();
  }

  /**
   * Whether the server block has a plugin.
   *
   * @param plugin its name
   * @return true if it has
   */
  public boolean has(String plugin) {
    return block.plugins().containsKey(plugin);
  }

  /**
   * The path of a file that a plugin names: the plugin root says what a relative one is relative
   * to.
   *
   * @param word the word of the Corefile
   * @return the path, as the surroundings have it
   */
  public String path(String word) {
    List<Token> root = block.plugins().getOrDefault("root", List.of());
    return word.startsWith("/") || root.size() < 2
        ? word
        : root.get(1).text().replaceFirst("/+$", "") + "/" + word;
  }

  /**
   * Notes what the original would only log when it starts.
   *
   * @param warning the warning, with the plugin's name in front
   */
  public void warn(String warning) {
    warnings.add(warning);
  }

  /**
   * What the plugins of the block noted.
   *
   * @return the warnings
   */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * The zones that a plugin names, or those of the server block if it names none.
   *
   * @param words names or blocks of addresses
   * @param cursor where they stand, for errors
   * @return the zones, in lower case
   */
  public List<DnsName> zones(List<String> words, Cursor cursor) {
    return words.isEmpty() ? zones() : names(words, cursor);
  }

  /**
   * The zones that words name.
   *
   * @param words names or blocks of addresses
   * @param cursor where they stand, for errors
   * @return the zones, in lower case
   * @throws CorefileException if a word names none
   */
  public static List<DnsName> names(List<String> words, Cursor cursor) {
    try {
      return ZoneNames.expandAll(words);
    } catch (IllegalArgumentException e) {
      throw cursor.error(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The same block in a server that this one is a replica of.
   *
   * @return its setup, or nothing if this server is the first
   */
  public Optional<Setup> sibling() {
    return Optional.ofNullable(sibling);
  }

  /**
   * Tells other plugins of the block of a thing.
   *
   * @param type its type
   * @param thing the thing
   * @param <T> its type
   */
  public <T> void share(Class<T> type, T thing) {
    shared.put(type, thing);
  }

  /**
   * A thing that another plugin of the block told of. Plugins are set up in the reverse order of
   * the chain, so that those behind one's own are found.
   *
   * @param type its type
   * @param <T> its type
   * @return the thing, or nothing
   */
  public <T> Optional<T> shared(Class<T> type) {
    return Optional.ofNullable(type.cast(shared.get(type)));
  }

  /**
   * The longest of some zones that a name is in.
   *
   * @param zones the zones
   * @param name the name
   * @return the zone, or null if it is in none
   */
  public static @Nullable DnsName match(List<DnsName> zones, DnsName name) {
    DnsName longest = null;
    for (DnsName zone : zones) {
      if (name.isIn(zone) && (longest == null || zone.octets() > longest.octets())) {
        longest = zone;
      }
    }
    return longest;
  }
}
