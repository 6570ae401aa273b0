package dev.hairpin.lb;

import com.google.common.base.Splitter;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.path.addon.LoadBalancing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What becomes of connections that are open to a target when it is deregistered. */
final class Draining {
  private static final String OF_SERVICE =
      "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes";
  private static final String OF_INGRESS = "alb.ingress.kubernetes.io/target-group-attributes";
  private static final String DELAY = "deregistration_delay.timeout_seconds";

  private Draining() {}

  /** What a group has ended now that a target of it has drained; nothing if it lets them go on. */
  static Optional<LoadBalancing.Drained> ended(TargetGroupState group, TargetState target) {
    return group
        .loadBalancer()
        .filter(user -> group.endsConnectionsAfterDraining())
        .map(user -> new LoadBalancing.Drained(user.addresses(), target.socketAddress()));
  }

  /** The annotation with the attributes that are set already and this one. */
  static Map<String, String> setting(KubeObject object, int seconds) {
    boolean balanced = object instanceof Ingress
        || (object instanceof Service service
            && service.spec().type() == ServiceType.LOAD_BALANCER);
    if (!balanced) {
      return Map.of();
    }
    String key = object instanceof Ingress ? OF_INGRESS : OF_SERVICE;
    List<String> attributes = new ArrayList<>();
    Splitter.on(',')
        .trimResults()
        .omitEmptyStrings()
        .split(object.metadata().annotations().getOrDefault(key, ""))
        .forEach(attribute -> {
          if (!attribute.startsWith(DELAY + "=")) {
            attributes.add(attribute);
          }
        });
    attributes.add(DELAY + "=" + seconds);
    return Map.of(key, String.join(",", attributes));
  }
}
