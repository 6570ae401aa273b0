package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.collect.ForkableSortedMap;
import dev.hairpin.iptables.kubeproxy.EndpointReader.Endpoints;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The commands by which v1.30 deletes UDP entries that lead nowhere.
 *
 * <p>Source: {@code pkg/proxy/conntrack/cleanup.go} of v1.30.
 */
final class ConntrackCommands {

  private record DeletedEndpoint(ServicePortName service, EndpointInfo endpoint) {}

  private final TreeSet<String> addresses = new TreeSet<>();
  private final List<ServicePortName> newlyActive = new ArrayList<>();
  private final List<DeletedEndpoint> deleted = new ArrayList<>();

  /** A service port is gone. */
  void removed(ServicePortInfo port) {
    if (port.name().protocol() == Protocol.UDP) {
      addresses.add(port.clusterIp().toString());
    }
  }

  /** The endpoints of a Service have changed. */
  void changed(Endpoints before, Endpoints after) {
    before.byPort().forEach((name, endpoints) -> {
      if (name.protocol() == Protocol.UDP) {
        List<EndpointInfo> now = after.of(name);
        for (EndpointInfo endpoint : endpoints) {
          if (endpoint.serving() && now.stream().noneMatch(e -> e.text().equals(endpoint.text()))) {
            deleted.add(new DeletedEndpoint(name, endpoint));
          }
        }
      }
    });
    after.byPort().forEach((name, endpoints) -> {
      if (name.protocol() == Protocol.UDP
          && endpoints.stream().anyMatch(EndpointInfo::serving)
          && before.of(name).stream().noneMatch(EndpointInfo::serving)) {
        newlyActive.add(name);
      }
    });
  }

  /** The commands, sorted: the original's order within each kind is random. */
  List<String> commands(ForkableSortedMap<ServicePortName, PortState> ports) {
    List<String> commands = new ArrayList<>();
    TreeSet<Integer> nodePorts = new TreeSet<>();
    boolean v6 = false;
    newlyActive.sort(null);
    for (ServicePortName name : newlyActive) {
      @Nullable PortState port = ports.get(name);
      if (port == null) {
        continue;
      }
      ServicePortInfo service = port.service();
      addressesOf(service).forEach(address -> addresses.add(address.toString()));
      if (service.nodePort() != 0) {
        nodePorts.add(service.nodePort());
        v6 = !service.clusterIp().isV4();
      }
    }
    for (String address : addresses) {
      commands.add(
          "conntrack -D --orig-dst " + address + " -p udp" + suffix(address.indexOf(':') >= 0));
    }
    for (int nodePort : nodePorts) {
      commands.add("conntrack -D -p udp --dport " + nodePort + suffix(v6));
    }
    for (DeletedEndpoint gone : deleted) {
      @Nullable PortState port = ports.get(gone.service());
      if (port != null) {
        addEndpoint(commands, port.service(), gone.endpoint().ipText());
      }
    }
    commands.sort(null);
    return commands;
  }

  private static void addEndpoint(List<String> commands, ServicePortInfo service, String endpoint) {
    boolean v6 = endpoint.indexOf(':') >= 0;
    if (service.nodePort() != 0) {
      commands.add("conntrack -D -p udp --dport "
          + service.nodePort()
          + " --dst-nat "
          + endpoint
          + suffix(v6));
    }
    for (IpAddress address : addressesOf(service)) {
      commands.add("conntrack -D --orig-dst "
          + address
          + " --dst-nat "
          + endpoint
          + " -p udp"
          + suffix(!address.isV4()));
    }
  }

  private static List<IpAddress> addressesOf(ServicePortInfo service) {
    List<IpAddress> all = new ArrayList<>();
    all.add(service.clusterIp());
    all.addAll(service.externalIps());
    all.addAll(service.loadBalancerVips());
    return all;
  }

  private static String suffix(boolean v6) {
    return v6 ? " -f ipv6" : "";
  }
}
