package dev.hairpin.dns.upstream;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a DNS server finds around it when it starts.
 *
 * @param addresses the addresses of its interfaces, without loopback
 * @param nameservers the name servers of its {@code /etc/resolv.conf}
 * @param search the search list of its {@code /etc/resolv.conf}
 * @param upstreams the servers that can be reached, by address; whatever else is asked is
 *     unreachable
 * @param files the contents of the files that its Corefile names, by path; one that is not there is
 *     empty
 */
public record Surroundings(
    List<IpAddress> addresses,
    List<SocketAddress> nameservers,
    List<String> search,
    Map<SocketAddress, Upstream> upstreams,
    Map<String, String> files) {

  /** An address without anything around it: no upstream, no files. */
  public static final Surroundings NONE =
      new Surroundings(List.of(), List.of(), List.of(), Map.of(), Map.of());

  /** Copies the collections. */
  public Surroundings {
    addresses = List.copyOf(addresses);
    nameservers = List.copyOf(nameservers);
    search = List.copyOf(search);
    upstreams = Map.copyOf(upstreams);
    files = Map.copyOf(files);
  }

  /**
   * A file.
   *
   * @param path its path as a Corefile names it; {@code ./} in front does not matter
   * @return its contents, or nothing if it is not there
   */
  public Optional<String> file(String path) {
    String contents = files.get(path);
    return Optional.ofNullable(
        contents == null && path.startsWith("./") ? files.get(path.substring(2)) : contents);
  }

  /**
   * The same surroundings with the files of a folder beside those that it has.
   *
   * @param folder the folder
   * @param prefix what stands in front of their relative paths, such as {@code /etc/coredns/}
   * @return the copy
   * @throws IOException if a file cannot be read as UTF-8
   */
  public Surroundings withFilesOf(Path folder, String prefix) throws IOException {
    Map<String, String> all = new HashMap<>(files);
    List<Path> found;
    try (Stream<Path> walk = Files.walk(folder)) {
      found = walk.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : found) {
      String relative = folder.relativize(file).toString().replace('\\', '/');
      all.put(prefix + relative, Files.readString(file, StandardCharsets.UTF_8));
    }
    return withFiles(all);
  }

  /**
   * The same surroundings with other own addresses.
   *
   * @param newAddresses the addresses of its interfaces, without loopback
   * @return the copy
   */
  public Surroundings withAddresses(List<IpAddress> newAddresses) {
    return new Surroundings(newAddresses, nameservers, search, upstreams, files);
  }

  /**
   * The same surroundings with one server that {@code /etc/resolv.conf} names and that can be
   * reached.
   *
   * @param address the server's address
   * @param upstream the server
   * @return the copy
   */
  public Surroundings withNameserver(SocketAddress address, Upstream upstream) {
    Map<SocketAddress, Upstream> more = new HashMap<>(upstreams);
    more.put(address, upstream);
    List<SocketAddress> servers = new ArrayList<>(nameservers);
    servers.add(address);
    return new Surroundings(addresses, servers, search, more, files);
  }

  /**
   * The same surroundings with other servers that can be reached.
   *
   * @param newUpstreams the servers, by address
   * @return the copy
   */
  public Surroundings withUpstreams(Map<SocketAddress, Upstream> newUpstreams) {
    return new Surroundings(addresses, nameservers, search, newUpstreams, files);
  }

  /**
   * The same surroundings with other files.
   *
   * @param newFiles the contents by path
   * @return the copy
   */
  public Surroundings withFiles(Map<String, String> newFiles) {
    return new Surroundings(addresses, nameservers, search, upstreams, newFiles);
  }
}
