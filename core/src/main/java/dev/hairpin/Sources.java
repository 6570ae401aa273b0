package dev.hairpin;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Source;
import java.util.List;

/** Finds the sources of connections that people name, and says what they are. */
final class Sources {
  private final ClusterView state;
  private final PodNames pods;

  Sources(ClusterView state, PodNames pods) {
    this.state = state;
    this.pods = pods;
  }

  List<String> nodeNames() {
    return state.list(Node.class).stream().map(n -> n.metadata().name()).toList();
  }

  /**
   * Finds the source of a connection.
   *
   * @param text as {@link Cluster#from} takes it
   * @throws IllegalArgumentException if there is no such source, with the name that was meant
   */
  Source find(String text) {
    if (text.equals("internet")) {
      return new Source.Internet(Source.INTERNET_CLIENT);
    }
    if (text.startsWith("internet/")) {
      return new Source.Internet(IpAddress.parse(text.substring("internet/".length())));
    }
    if (text.startsWith("node/")) {
      String name = text.substring("node/".length());
      if (state.get(Node.class, "", name).isEmpty()) {
        throw Suggestions.unknown("node", name, nodeNames());
      }
      return new Source.OnNode(name);
    }
    String pod = text.startsWith("pod/") ? text.substring("pod/".length()) : text;
    Pod found = pods.find(pod).get(0);
    return new Source.InPod(found.metadata().namespace(), found.metadata().name());
  }

  /** The source with its address, as a trace's question begins. */
  String describe(Source source) {
    if (source instanceof Source.InPod in) {
      Pod pod = pods.find(in.namespace() + "/" + in.name()).get(0);
      String address = pod.podIps().isEmpty() ? "no address" : pod.podIps().get(0);
      return in.namespace() + "/" + in.name() + " (" + address + ", node "
          + pod.spec().nodeName() + ")";
    }
    if (source instanceof Source.OnNode on) {
      String address = state
          .get(Node.class, "", on.name())
          .flatMap(n -> n.internalIp(IpFamily.IPV4).or(() -> n.internalIp(IpFamily.IPV6)))
          .map(IpAddress::toString)
          .orElse("no address");
      return "a process on node " + on.name() + " (" + address + ")";
    }
    return "a client outside (" + ((Source.Internet) source).address() + ")";
  }
}
