package dev.hairpin.api;

import dev.hairpin.net.Protocol;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which connections the pods of a namespace may have.
 *
 * <p>The API server keeps it; a cluster's network plugin enforces it, or does not.
 *
 * <p>Source: {@code networkingv1.NetworkPolicy}
 *
 * @param metadata its metadata
 * @param podSelector the pods of its namespace that it is about
 * @param policyTypes the directions in which these pods are isolated
 * @param ingress what may come in; several rules add up
 * @param egress what may go out; several rules add up
 */
public record NetworkPolicy(
    ObjectMeta metadata,
    LabelSelector podSelector,
    List<Direction> policyTypes,
    List<Rule> ingress,
    List<Rule> egress)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "NetworkPolicy";

  /** Copies the lists. */
  public NetworkPolicy {
    policyTypes = List.copyOf(policyTypes);
    ingress = List.copyOf(ingress);
    egress = List.copyOf(egress);
  }

  /** A direction, seen from the pods that a policy selects. */
  public enum Direction {
    /** Connections to the pods. */
    INGRESS("Ingress"),
    /** Connections from the pods. */
    EGRESS("Egress");

    private final String text;

    Direction(String text) {
      this.text = text;
    }

    /**
     * Finds a value by the text that a manifest writes.
     *
     * @param text the text, exactly
     * @return the value, or nothing if the API knows no such text
     */
    public static Optional<Direction> byText(String text) {
      return Texts.find(values(), text);
    }

    /** The value as a manifest writes it. */
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * What is allowed: any of the peers, at any of the ports.
   *
   * @param peers {@code from} or {@code to}; none stand for everybody
   * @param ports the ports of the pods; none stand for all ports and protocols
   */
  public record Rule(List<Peer> peers, List<Port> ports) {

    /** Copies the lists. */
    public Rule {
      peers = List.copyOf(peers);
      ports = List.copyOf(ports);
    }
  }

  /**
   * Some other ends of connections. With both selectors a pod must fulfil both.
   *
   * @param podSelector pods, of the policy's namespace unless namespaces are selected; or null
   * @param namespaceSelector namespaces; or null
   * @param ipBlock addresses; or null
   */
  public record Peer(
      @Nullable LabelSelector podSelector,
      @Nullable LabelSelector namespaceSelector,
      @Nullable IpBlock ipBlock) {}

  /**
   * Addresses, meant for those outside of the cluster.
   *
   * @param cidr the block as the manifest writes it
   * @param except blocks within it that are left out
   */
  public record IpBlock(String cidr, List<String> except) {

    /** Copies the list. */
    public IpBlock {
      except = List.copyOf(except);
    }
  }

  /**
   * Ports of pods, as they are after the translation of a Service's address.
   *
   * @param protocol the protocol
   * @param port the number, or the name of a container's port, which may differ by pod; null for
   *     all ports
   * @param endPort the last port of a range that {@code port} begins; null for that port alone
   */
  public record Port(
      Protocol protocol,
      @Nullable IntOrString port,
      @Nullable Integer endPort) {}

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "networking.k8s.io/v1";
  }

  @Override
  public NetworkPolicy withMetadata(ObjectMeta newMetadata) {
    return new NetworkPolicy(newMetadata, podSelector, policyTypes, ingress, egress);
  }
}
