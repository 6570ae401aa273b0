package dev.hairpin.dns.upstream;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.List;
import java.util.Map;

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
    Map<SocketAddress, Upstream> more = new java.util.HashMap<>(upstreams);
    more.put(address, upstream);
    List<SocketAddress> servers = new java.util.ArrayList<>(nameservers);
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
