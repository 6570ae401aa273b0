package dev.hairpin.path.addon;

import dev.hairpin.api.KubeObject;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Relay;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A component that runs load balancers beside the cluster, reached by DNS name and address. */
public interface LoadBalancing extends AddOn.Component {

  /**
   * What public DNS answers for the name of a load balancer.
   *
   * @param name the name, in any case, with or without a trailing dot
   * @return the addresses it has now; nothing if it is the name of no load balancer. The list is
   *     empty while the load balancer is being made
   */
  Optional<List<IpAddress>> addressesOf(String name);

  /**
   * Finds the load balancer node that has an address.
   *
   * @param address a public or private address
   * @return the node, or nothing
   */
  Optional<BalancerNode> at(IpAddress address);

  /**
   * Takes the way on which health checks reach their targets from now on. The front door offers it
   * when the component is installed.
   *
   * @param checks walks a check's connection
   */
  default void checkHealthBy(HealthChecks checks) {}

  /** Walks the connections of health checks through the network of the cluster. */
  @FunctionalInterface
  interface HealthChecks {

    /**
     * Opens a connection from a load balancer to a target. It leaves no trace in the network that
     * other questions are asked of, and takes no time.
     *
     * @param from the load balancer's address in the VPC
     * @param to the target's address and the port of the check
     * @param path the path of the request that follows; without meaning where none does
     * @param patience how long the load balancer waits
     * @return what came of it; nothing if no component says what nodes do with packets, so that
     *     there is nothing to walk
     */
    Optional<HealthCheck> connect(IpAddress from, SocketAddress to, String path, Duration patience);
  }

  /**
   * What came of a health check's connection.
   *
   * @param outcome how it ended, and at which process
   * @param status what that process answers to an HTTP request, if it is one that the cluster
   *     itself runs, such as kube-proxy on a health check node port
   */
  record HealthCheck(Outcome outcome, OptionalInt status) {}

  /**
   * The zone of the load balancer node that has an address.
   *
   * @param address a public or private address
   * @return the zone; empty if there is no such node, or it is in no zone
   */
  default String zoneAt(IpAddress address) {
    return "";
  }

  /**
   * Asks to be told when a load balancer ends what is still open to a target that was taken from
   * it. It is told at that moment on the clock, which with a delay of 0 is that of the
   * deregistration; never of targets whose connections go on until they end by themselves. Forks
   * tell nobody.
   *
   * @param told is told of each from now on
   */
  default void whenDrained(Consumer<Drained> told) {}

  /**
   * A load balancer has ended what was open to a target.
   *
   * @param balancer all addresses of the load balancer
   * @param target the target
   */
  record Drained(List<IpAddress> balancer, SocketAddress target) {

    /** Copies the addresses. */
    public Drained {
      balancer = List.copyOf(balancer);
    }
  }

  /**
   * The annotations by which the load balancer of an object drains targets for another time.
   *
   * @param object the object, such as a Service or an Ingress
   * @param seconds for how long, from 0 on
   * @return annotations to be set; none if the component makes no load balancer for it
   */
  default Map<String, String> drainingFor(KubeObject object, int seconds) {
    return Map.of();
  }

  /** One load balancer in one zone. */
  sealed interface BalancerNode {

    /**
     * How traces name it.
     *
     * @return the name, such as {@code NLB k8s-ui-uinlb-e1c1ebaeb4 (us-west-2a)}
     */
    String label();

    /**
     * Its addresses: the one asked for, and the one in the VPC from which it calls targets.
     *
     * @return the addresses; the last one is the one in the VPC
     */
    List<IpAddress> addresses();
  }

  /**
   * A load balancer of layer 4, such as an NLB.
   *
   * @param label how traces name it
   * @param addresses its addresses; the last one is the one in the VPC
   * @param relay what it does with connections
   */
  record Layer4(String label, List<IpAddress> addresses, Relay relay) implements BalancerNode {

    /** Copies the addresses. */
    public Layer4 {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A load balancer of layer 7, such as an ALB, which ends the client's connection and opens one of
   * its own.
   *
   * @param label how traces name it
   * @param addresses its addresses; the last one is the one in the VPC
   * @param ports the ports of its listeners
   * @param router what it does with requests
   */
  record Layer7(String label, List<IpAddress> addresses, List<Integer> ports, HttpRouter router)
      implements BalancerNode {

    /** Copies the lists. */
    public Layer7 {
      addresses = List.copyOf(addresses);
      ports = List.copyOf(ports);
    }
  }

  /** Decides what a load balancer of layer 7 does with a request. */
  @FunctionalInterface
  interface HttpRouter {

    /**
     * Decides about a request.
     *
     * @param request the request
     * @param connection the client and the address that it dialled
     * @param chooser makes what is left to chance
     * @return what becomes of it
     */
    HttpDecision route(HttpRequest request, FiveTuple connection, Chooser chooser);
  }

  /** What becomes of a request. */
  sealed interface HttpDecision {

    /**
     * Lines for the trace: the rules that were looked at, and the target group.
     *
     * @return the lines
     */
    List<String> notes();

    /**
     * It is sent on.
     *
     * @param target the target
     * @param notes lines for the trace
     */
    record Forward(SocketAddress target, List<String> notes) implements HttpDecision {

      /** Copies the lines. */
      public Forward {
        notes = List.copyOf(notes);
      }
    }

    /**
     * The load balancer answers by itself.
     *
     * @param status the HTTP status, such as 404
     * @param reason why
     * @param notes lines for the trace
     */
    record Answer(int status, Reason reason, List<String> notes) implements HttpDecision {

      /** Copies the lines. */
      public Answer {
        notes = List.copyOf(notes);
      }
    }

    /**
     * There is no connection that a request could come on.
     *
     * @param silent true if the client hears nothing, as where a security group drops its packets;
     *     false if it gets a RST
     * @param reason why
     * @param notes lines for the trace
     */
    record Refused(boolean silent, Reason reason, List<String> notes) implements HttpDecision {

      /** Copies the lines. */
      public Refused {
        notes = List.copyOf(notes);
      }
    }
  }
}
