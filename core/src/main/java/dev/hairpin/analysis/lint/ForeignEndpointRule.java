package dev.hairpin.analysis.lint;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.trace.Reason;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Endpoints of a Service with a selector that are the address of no pod. */
final class ForeignEndpointRule implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    Set<String> addresses = new HashSet<>();
    state.list(Pod.class).forEach(p -> addresses.addAll(p.podIps()));
    for (EndpointSlice slice : state.list(EndpointSlice.class)) {
      Optional<Service> service =
          state.get(Service.class, slice.metadata().namespace(), slice.serviceName());
      if (service.isEmpty() || !hasSelector(service.get())) {
        continue;
      }
      int index = 0;
      for (Endpoint endpoint : slice.endpoints()) {
        for (String address : endpoint.addresses()) {
          if (!addresses.contains(address)) {
            found.accept(Finding.of(
                Severity.WARNING,
                Reason.ENDPOINT_WITHOUT_POD,
                slice,
                "endpoints[" + index + "]",
                address + " is the address of no pod, and Service "
                    + service.get().key().namespacedName() + " sends to it"));
          }
        }
        index++;
      }
    }
  }

  private static boolean hasSelector(Service service) {
    @Nullable Map<String, String> selector = service.spec().selector();
    return selector != null && !selector.isEmpty();
  }
}
