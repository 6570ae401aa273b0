package dev.hairpin.path;

import dev.hairpin.net.IpAddress;

/** Where a connection starts. */
public sealed interface Source {

  /**
   * The address of the client outside, if none is said; its block is reserved for documentation.
   */
  IpAddress INTERNET_CLIENT = IpAddress.parse("203.0.113.7");

  /**
   * A process in a pod.
   *
   * @param namespace the pod's namespace
   * @param name the pod's name
   */
  record InPod(String namespace, String name) implements Source {
    @Override
    public String toString() {
      return "pod/" + namespace + "/" + name;
    }
  }

  /**
   * A process of a node itself, such as the kubelet.
   *
   * @param name the node's name
   */
  record OnNode(String name) implements Source {
    @Override
    public String toString() {
      return "node/" + name;
    }
  }

  /**
   * A client on the Internet.
   *
   * @param address its address
   */
  record Internet(IpAddress address) implements Source {
    @Override
    public String toString() {
      return "internet";
    }
  }
}
