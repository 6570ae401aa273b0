package dev.hairpin.cluster.environment;

import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The variables that Services become, in the order in which the kubelet makes them. */
public final class ServiceVariables {
  private ServiceVariables() {}

  /**
   * The variables of several Services, one Service after the other. Names may come up twice.
   *
   * @param services the Services
   * @return the variables; none of a Service without a ClusterIP
   */
  public static List<Variable> of(Collection<Service> services) {
    List<Variable> variables = new ArrayList<>();
    services.forEach(service -> variables.addAll(of(service)));
    return variables;
  }

  /**
   * The variables of one Service.
   *
   * @param service the Service
   * @return the variables; none if it has no ClusterIP
   */
  public static List<Variable> of(Service service) {
    String ip = service.spec().clusterIp();
    if (ip.isEmpty() || ip.equals("None") || service.spec().ports().isEmpty()) {
      return List.of();
    }
    Maker maker = new Maker(service);
    String name = upper(service.metadata().name());
    ServicePort first = service.spec().ports().get(0);
    maker.add(name + "_SERVICE_HOST", ip);
    maker.add(name + "_SERVICE_PORT", Integer.toString(first.port()));
    for (ServicePort port : service.spec().ports()) {
      if (!port.name().isEmpty()) {
        maker.add(name + "_SERVICE_PORT_" + upper(port.name()), Integer.toString(port.port()));
      }
    }
    maker.add(name + "_PORT", url(ip, first));
    for (ServicePort port : service.spec().ports()) {
      String prefix = name + "_PORT_" + port.port() + "_" + port.protocol().name();
      maker.add(prefix, url(ip, port));
      maker.add(prefix + "_PROTO", protocol(port));
      maker.add(prefix + "_PORT", Integer.toString(port.port()));
      maker.add(prefix + "_ADDR", ip);
    }
    return maker.variables;
  }

  /**
   * The variable prefix of a Service's or port's name: upper case, {@code -} as {@code _}.
   *
   * @param name the name
   * @return the prefix, such as {@code KUBE_DNS}
   */
  public static String upper(String name) {
    return name.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static String url(String ip, ServicePort port) {
    String host = ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
    return protocol(port) + "://" + host + ":" + port.port();
  }

  private static String protocol(ServicePort port) {
    return port.protocol().name().toLowerCase(Locale.ROOT);
  }

  /** Collects the variables of one Service. */
  private static final class Maker {
    private final Variable.Origin origin;
    private final List<Variable> variables = new ArrayList<>();

    private Maker(Service service) {
      this.origin = new Variable.Origin(Variable.Source.SERVICE, service.key().toString());
    }

    private void add(String name, String value) {
      variables.add(new Variable(name, value, origin));
    }
  }
}
