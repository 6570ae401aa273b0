package dev.hairpin.analysis.lint;

import dev.hairpin.analysis.explain.ServiceDiagnosis;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.trace.Reason;
import java.util.function.Consumer;

/** Services whose ports have no endpoint, and the first link that is broken. */
final class EndpointRules implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    ServiceDiagnosis diagnosis = new ServiceDiagnosis(state);
    for (Service service : state.list(Service.class)) {
      if (service.key().namespacedName().equals("default/kubernetes")) {
        continue;
      }
      for (ServicePort port : service.spec().ports()) {
        diagnosis
            .brokenLink(service, port)
            .ifPresent(b -> found.accept(
                Finding.of(severity(b.cause()), b.cause(), service, b.field(), b.because())
                    .suggesting(b.didYouMean())));
      }
    }
  }

  private static Severity severity(Reason cause) {
    return switch (cause) {
      case SELECTOR_MATCHES_NOTHING, TARGET_PORT_NOT_DECLARED -> Severity.ERROR;
      case SERVICE_WITHOUT_SELECTOR -> Severity.INFO;
      default -> Severity.WARNING;
    };
  }
}
