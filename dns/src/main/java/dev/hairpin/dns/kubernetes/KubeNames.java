package dev.hairpin.dns.kubernetes;

import dev.hairpin.api.Pod;
import dev.hairpin.dns.kubernetes.KubernetesOptions.PodMode;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.plugin.ReverseNames;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds what a name of the cluster stands for.
 *
 * <p>Source: the plugin kubernetes of CoreDNS 1.11.3 and 1.13.1.
 */
final class KubeNames {
  private static final String SVC = "svc";
  private static final String POD = "pod";
  private static final String NS_DNS = "ns.dns.";

  private final KubernetesOptions options;
  private final KubeIndex index;
  private final List<IpAddress> ownAddresses;
  private final boolean padsIpv6Names;

  KubeNames(
      KubernetesOptions options,
      KubeIndex index,
      List<IpAddress> ownAddresses,
      boolean padsIpv6Names) {
    this.options = options;
    this.index = index;
    this.ownAddresses = List.copyOf(ownAddresses);
    this.padsIpv6Names = padsIpv6Names;
  }

  KubernetesOptions options() {
    return options;
  }

  KubeIndex index() {
    return index;
  }

  /**
   * Finds what a name stands for, for every type but TXT, NS and PTR.
   *
   * @param name the name
   * @param zone the zone as the question spells it
   * @param type the type that is asked for
   * @param chooser decides in which order slices are walked
   */
  Found find(DnsName name, DnsName zone, RecordType type, Chooser chooser) {
    String lower = name.lowerCase().toString();
    if (isDefaultNs(lower, zone.toString())) {
      List<KubeRecord> own = new ArrayList<>();
      for (KubeRecord server : nameServers(zone)) {
        boolean v4 = server.address().orElseThrow().isV4();
        if (type.equals(v4 ? RecordType.A : RecordType.AAAA)) {
          own.add(server);
        }
      }
      return new Found(true, own, "the name that stands for CoreDNS itself");
    }
    Found found = records(name, zone, chooser);
    if (!type.equals(RecordType.SRV) || found.records().stream().noneMatch(KubeRecord::isAlias)) {
      return found;
    }
    // Aliases have no SRV records.
    return new Found(
        found.exists(), found.records().stream().filter(r -> !r.isAlias()).toList(), found.why());
  }

  /** As the original compares: the zone in the spelling of the question, the name in lower case. */
  private static boolean isDefaultNs(String lowerName, String zone) {
    return lowerName.startsWith(NS_DNS) && lowerName.indexOf(zone) == NS_DNS.length();
  }

  Found records(DnsName name, DnsName zone, Chooser chooser) {
    List<String> labels = name.lowerCase().labels();
    int last = labels.size() - zone.labelCount() - 1;
    if (last < 0) {
      return Found.noData("the top of the zone has no such record");
    }
    String kind = labels.get(last);
    boolean known = kind.equals(SVC) || kind.equals(POD);
    if (last == 0 && known) {
      return Found.noData("\"" + kind + "\" is a branch of the zone");
    }
    if (!known) {
      return Found.nothing("names below the zone end in svc or pod, not in \"" + kind + "\"");
    }
    // What is left of the service's label: nothing, an endpoint, or a port and a protocol.
    if (last > 4) {
      return Found.nothing("the name has more labels than a port of a service has");
    }
    if (KubernetesOptions.isReverse(name.lowerCase().toString())) {
      return Found.nothing("a reverse zone has no names of services");
    }
    String namespace = labels.get(last - 1);
    if (!isVisible(namespace)) {
      return Found.nothing("there is no visible namespace \"" + namespace + "\"");
    }
    String thing = last >= 2 ? labels.get(last - 2) : "";
    if (kind.equals(POD)) {
      return pod(thing, namespace, zone);
    }
    if (thing.isEmpty()) {
      return Found.noData("\"" + namespace + "\" is a namespace");
    }
    if (options.multiclusterZones.contains(zone.lowerCase())) {
      return Found.nothing("there is no ServiceImport " + namespace + "/" + thing);
    }
    String endpoint = last == 3 ? labels.get(0) : "";
    String protocol = last == 4 ? withoutUnderscore(labels.get(1)) : "";
    String port = last == 4 ? withoutUnderscore(labels.get(0)) : "";
    return service(new Asked(namespace, thing, endpoint, port, protocol), zone, chooser);
  }

  /** What a name says of a service; texts that are not said are empty. */
  private record Asked(
      String namespace, String service, String endpoint, String port, String protocol) {}

  private static String withoutUnderscore(String label) {
    return label.startsWith("_") ? label.substring(1) : label;
  }

  boolean isVisible(String namespace) {
    return (options.namespaces.isEmpty() || options.namespaces.contains(namespace))
        && index.hasNamespace(namespace);
  }

  private Found pod(String name, String namespace, DnsName zone) {
    if (options.pods == PodMode.DISABLED) {
      return Found.nothing("names of pods are disabled");
    }
    if (name.isEmpty()) {
      return Found.noData("\"" + namespace + "\" is a namespace");
    }
    boolean dotted = name.chars().filter(c -> c == '-').count() == 3 && !name.contains("--");
    String ip = name.replace('-', dotted ? '.' : ':');
    String target = name + "." + namespace + "." + POD + "." + zone;
    if (options.pods == PodMode.INSECURE) {
      return IpAddress.tryParse(ip).isPresent()
          ? new Found(
              true, List.of(KubeRecord.of(ip, 0, target)), "the name of a pod spells its address")
          : Found.nothing("\"" + name + "\" does not spell an address");
    }
    List<KubeRecord> records = new ArrayList<>();
    for (Pod pod : index.podsWithIp(ip)) {
      if (pod.metadata().namespace().equals(namespace)) {
        records.add(KubeRecord.of(ip, 0, target));
      }
    }
    return records.isEmpty()
        ? Found.nothing("no pod in " + namespace + " has the address " + ip)
        : new Found(true, records, "a pod in " + namespace + " has the address " + ip);
  }

  private Found service(Asked asked, DnsName zone, Chooser chooser) {
    KubeIndex.Entry entry = index.entry(asked.namespace, asked.service);
    KubeService service = entry == null ? null : entry.service();
    String what = "Service " + asked.namespace + "/" + asked.service;
    if (entry == null || service == null) {
      return Found.nothing("there is no " + what);
    }
    String target = service.name() + "." + service.namespace() + "." + SVC + "." + zone;
    if (service.isExternalName()) {
      boolean bare = asked.endpoint.isEmpty() && asked.port.isEmpty() && asked.protocol.isEmpty();
      KubeRecord alias = KubeRecord.of(service.externalName(), 0, target);
      return bare && alias.isAlias()
          ? new Found(true, List.of(alias), what + " is an alias of " + service.externalName())
          : Found.nothing(
              what + (bare ? " is an alias of an address" : " is an alias, which has no ports"));
    }
    if (service.isHeadless() || !asked.endpoint.isEmpty()) {
      return endpoints(asked, entry, target, chooser, what);
    }
    if (options.ignoreEmptyServices && isEmpty(entry)) {
      return Found.nothing(what + " has no ready endpoint");
    }
    List<KubeRecord> records = new ArrayList<>();
    boolean matched = false;
    for (KubePort port : service.ports()) {
      if (port.matches(asked.port, asked.protocol)) {
        matched = true;
        for (String ip : service.clusterIps()) {
          records.add(KubeRecord.of(ip, port.number(), target));
        }
      }
    }
    return matched
        ? new Found(true, records, what)
        : Found.nothing(what + " has no port " + asked.port + "/" + asked.protocol);
  }

  private static boolean isEmpty(KubeIndex.Entry entry) {
    for (KubeSlice slice : entry.slices()) {
      if (!slice.addresses().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private Found endpoints(
      Asked asked, KubeIndex.Entry entry, String target, Chooser chooser, String what) {
    List<KubeRecord> records = new ArrayList<>();
    for (KubeSlice slice : shuffled(entry, chooser)) {
      for (KubeSlice.Address address : slice.addresses()) {
        String label = label(address);
        if (!asked.endpoint.isEmpty() && !asked.endpoint.equalsIgnoreCase(label)) {
          continue;
        }
        for (KubePort port : slice.ports()) {
          if (port.matches(asked.port, asked.protocol)) {
            records.add(KubeRecord.of(address.ip(), port.number(), label + "." + target));
          }
        }
      }
    }
    if (!records.isEmpty()) {
      return new Found(true, records, "ready endpoints of " + what);
    }
    return Found.nothing(
        asked.endpoint.isEmpty()
            ? what + " is headless and has no ready endpoint"
            : what + " has no ready endpoint named \"" + asked.endpoint + "\"");
  }

  String label(KubeSlice.Address address) {
    return address.label(options.endpointPodNames, padsIpv6Names);
  }

  /** The original walks a Go map of slices: any order. */
  static List<KubeSlice> shuffled(KubeIndex.Entry entry, Chooser chooser) {
    List<KubeSlice> slices = new ArrayList<>(entry.slices());
    chooser.shuffle(slices);
    return slices;
  }

  /** The names that an address of a reverse name points to, or why there are none. */
  Found reverse(DnsName name, DnsName zone, Chooser chooser) {
    Optional<String> ip = ReverseNames.address(name.lowerCase().toString());
    if (ip.isEmpty()) {
      Found found = records(name, zone, chooser);
      return found.exists() ? Found.noData(found.why()) : found;
    }
    String address = ip.get();
    for (KubeService service : index.servicesWithIp(address)) {
      if (options.namespaces.isEmpty() || isVisible(service.namespace())) {
        String domain =
            service.name() + "." + service.namespace() + "." + SVC + "." + options.primaryZone;
        return new Found(
            true,
            List.of(KubeRecord.of(domain, 0, domain)),
            address + " is an address of Service " + service.namespace() + "/" + service.name());
      }
    }
    List<KubeRecord> records = new ArrayList<>();
    for (KubeSlice slice : index.slicesWithIp(address)) {
      if (!options.namespaces.isEmpty() && !isVisible(slice.namespace())) {
        continue;
      }
      for (KubeSlice.Address found : slice.addresses()) {
        if (found.ip().equals(address)) {
          String domain = label(found) + "." + slice.service() + "." + slice.namespace() + "." + SVC
              + "." + options.primaryZone;
          records.add(KubeRecord.of(domain, 0, domain));
        }
      }
    }
    return records.isEmpty()
        ? Found.nothing("no Service and no ready endpoint has the address " + address)
        : new Found(true, records, address + " is an address of ready endpoints");
  }

  /**
   * The zone's name servers: the services of CoreDNS's own addresses, or {@code ns.dns} of the zone
   * with its own addresses if it is behind no service.
   */
  List<KubeRecord> nameServers(DnsName zone) {
    List<KubeRecord> servers = new ArrayList<>();
    boolean found = false;
    for (IpAddress own : ownAddresses) {
      for (KubeSlice slice : index.slicesWithIp(own.toString())) {
        found = true;
        KubeIndex.Entry entry = index.entry(slice.namespace(), slice.service());
        KubeService service = entry == null ? null : entry.service();
        if (service != null) {
          addServers(servers, service, slice, zone);
        }
      }
    }
    if (!found) {
      for (IpAddress own : ownAddresses) {
        servers.add(KubeRecord.of(own.toString(), 0, NS_DNS + zone));
      }
    }
    return servers;
  }

  private void addServers(
      List<KubeRecord> servers, KubeService service, KubeSlice slice, DnsName zone) {
    String name = service.name() + "." + service.namespace() + "." + SVC + "." + zone;
    if (service.isHeadless()) {
      for (KubeSlice.Address address : slice.addresses()) {
        addServer(servers, address.ip(), label(address) + "." + name);
      }
    } else {
      service.clusterIps().forEach(ip -> addServer(servers, ip, name));
    }
  }

  private static void addServer(List<KubeRecord> servers, String ip, String name) {
    KubeRecord server = KubeRecord.of(ip, 0, name);
    if (!server.isAlias()) {
      servers.add(server);
    }
  }

  /** The search list of the pod that has an address, or nothing if none is known. */
  Optional<List<String>> searchOf(IpAddress client, DnsName asked, List<String> ownSearch) {
    DnsName zone = dev.hairpin.dns.plugin.Setup.match(options.zones, asked);
    if (zone == null || options.pods != PodMode.VERIFIED) {
      return Optional.empty();
    }
    for (Pod pod : index.podsWithIp(client.toString())) {
      String svc = zone.isRoot() ? SVC + "." : SVC + "." + zone;
      List<String> search = new ArrayList<>();
      search.add(pod.metadata().namespace() + "." + svc);
      search.add(svc);
      search.add(zone.toString());
      search.addAll(ownSearch);
      search.add("");
      return Optional.of(search);
    }
    return Optional.empty();
  }

  /** What a name of the zone of k8s_external stands for. */
  Found external(DnsName name, DnsName zone, boolean headless, Chooser chooser) {
    List<String> labels = name.lowerCase().labels();
    int last = labels.size() - zone.labelCount() - 1;
    String namespace = labels.get(last);
    if (!isVisible(namespace)) {
      return Found.nothing("there is no visible namespace \"" + namespace + "\"");
    }
    if (last == 0) {
      return Found.noData("\"" + namespace + "\" is a namespace");
    }
    if (last > 3) {
      return Found.nothing("the name has more labels than a port of a service has");
    }
    String endpoint = last == 2 ? withoutUnderscore(labels.get(0)) : "";
    String protocol = last == 3 ? withoutUnderscore(labels.get(1)) : "";
    String port = last == 3 ? withoutUnderscore(labels.get(0)) : "";
    String thing = labels.get(last - 1);
    KubeIndex.Entry entry = index.entry(namespace, thing);
    KubeService service = entry == null ? null : entry.service();
    String what = "Service " + namespace + "/" + thing;
    if (entry == null || service == null) {
      return Found.nothing("there is no " + what);
    }
    String target = thing + "." + namespace + "." + zone;
    if (headless
        && service.externalIps().isEmpty()
        && (service.isHeadless() || !endpoint.isEmpty())) {
      return endpoints(
          new Asked(namespace, thing, endpoint, port, protocol), entry, target, chooser, what);
    }
    List<KubeRecord> records = new ArrayList<>();
    for (String ip : service.externalIps()) {
      for (KubePort p : service.ports()) {
        if (p.matches(port, protocol)) {
          records.add(KubeRecord.of(ip, p.number(), target));
        }
      }
    }
    return records.isEmpty()
        ? Found.nothing(what + " has no external address")
        : new Found(true, records, "external addresses of " + what);
  }

  /** The services that have an external address. */
  Found externalReverse(String ip) {
    List<KubeRecord> records = new ArrayList<>();
    for (KubeService service : index.servicesWithExternalIp(ip)) {
      if (options.namespaces.isEmpty() || isVisible(service.namespace())) {
        String domain = service.name() + "." + service.namespace();
        records.add(KubeRecord.of(domain, 0, domain));
      }
    }
    return records.isEmpty()
        ? Found.nothing("no Service has the external address " + ip)
        : new Found(true, records, ip + " is an external address");
  }

  /** The external addresses of the services that CoreDNS itself is behind. */
  List<IpAddress> externalServers(boolean headless) {
    List<IpAddress> servers = new ArrayList<>();
    boolean found = false;
    for (IpAddress own : ownAddresses) {
      for (KubeSlice slice : index.slicesWithIp(own.toString())) {
        found = true;
        KubeIndex.Entry entry = index.entry(slice.namespace(), slice.service());
        KubeService service = entry == null ? null : entry.service();
        if (service == null) {
          continue;
        }
        List<String> ips = headless && service.isHeadless()
            ? slice.addresses().stream().map(KubeSlice.Address::ip).toList()
            : service.externalIps();
        ips.forEach(ip -> IpAddress.tryParse(ip).ifPresent(servers::add));
      }
    }
    return found ? servers : ownAddresses;
  }
}
