package dev.hairpin.dns.kubernetes;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.dns.plugin.Transferable;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The zone of the cluster as a whole, for the plugin transfer: Services by name, each with what it
 * stands for.
 *
 * <p>Source: CoreDNS 1.13.1. Unlike in answers, every SRV record of a ClusterIP has the weight 100,
 * and ports without a name have no name of their own.
 */
final class KubeTransfer implements Transferable {
  private static final int CLUSTER_IP_WEIGHT = 100;

  private final KubernetesPlugin plugin;
  private final KubeNames names;

  KubeTransfer(KubernetesPlugin plugin) {
    this.plugin = plugin;
    this.names = plugin.names();
  }

  @Override
  public Optional<List<ResourceRecord>> records(Query query) {
    DnsName zone = query.name();
    if (Setup.match(names.options().zones, zone) == null) {
      return Optional.empty();
    }
    ResourceRecord soa = plugin.soa(zone);
    List<ResourceRecord> records = new ArrayList<>(List.of(soa));
    servers(zone, records);
    List<KubeService> services = new ArrayList<>(names.index().services());
    services.sort(Comparator.comparing(KubeService::name).thenComparing(KubeService::namespace));
    for (KubeService service : services) {
      if (names.isVisible(service.namespace())) {
        add(service, zone, records);
      }
    }
    records.add(soa);
    return Optional.of(records);
  }

  private void servers(DnsName zone, List<ResourceRecord> records) {
    Set<String> seen = new HashSet<>();
    List<ResourceRecord> addresses = new ArrayList<>();
    for (KubeRecord server : names.nameServers(zone)) {
      DnsName host = Names.of(server.target());
      if (seen.add(server.target())) {
        records.add(record(zone, new RecordData.Ns(host)));
      }
      addresses.add(record(host, RecordData.of(server.address().orElseThrow())));
    }
    records.addAll(addresses);
  }

  private ResourceRecord record(DnsName name, RecordData data) {
    return new ResourceRecord(name, names.options().ttl, data);
  }

  private void add(KubeService service, DnsName zone, List<ResourceRecord> records) {
    String text =
        service.name() + "." + service.namespace() + ".svc." + (zone.isRoot() ? "" : zone);
    DnsName name = Names.of(text);
    if (service.isExternalName()) {
      if (IpAddress.tryParse(service.externalName()).isEmpty()) {
        records.add(record(name, new RecordData.Cname(Names.absolute(service.externalName()))));
      }
      return;
    }
    if (IpAddress.tryParse(service.clusterIps().get(0)).isPresent()) {
      for (String ip : service.clusterIps()) {
        records.add(record(name, RecordData.of(IpAddress.parse(ip))));
      }
      for (KubePort port : service.ports()) {
        if (port.number() >= 0) {
          RecordData data = new RecordData.Srv(0, CLUSTER_IP_WEIGHT, port.number(), name);
          records.add(record(name, data));
          named(port, text, data, records);
        }
      }
      return;
    }
    KubeIndex.Entry entry = names.index().entry(service.namespace(), service.name());
    if (entry != null) {
      entry.slices().forEach(slice -> endpoints(slice, name, text, records));
    }
  }

  private void endpoints(KubeSlice slice, DnsName name, String text, List<ResourceRecord> records) {
    int weight = slice.addresses().isEmpty()
        ? 0
        : ServiceRecords.weight(slice.addresses().size());
    for (KubeSlice.Address address : slice.addresses()) {
      Optional<IpAddress> ip = IpAddress.tryParse(address.ip());
      if (ip.isEmpty()) {
        continue;
      }
      DnsName own = Names.of(names.label(address) + "." + text);
      records.add(record(name, RecordData.of(ip.get())));
      records.add(record(own, RecordData.of(ip.get())));
      for (KubePort port : slice.ports()) {
        if (port.number() >= 0) {
          named(port, text, new RecordData.Srv(0, weight, port.number(), own), records);
        }
      }
    }
  }

  /** A port with a name has one in the zone, with its protocol. */
  private void named(KubePort port, String text, RecordData data, List<ResourceRecord> records) {
    if (!port.name().isEmpty()) {
      String labels = "_" + port.name() + "._" + port.protocol();
      records.add(record(Names.of(labels.toLowerCase(Locale.ROOT) + "." + text), data));
    }
  }
}
