package dev.hairpin.examples.junit;

import static dev.hairpin.junit.HairpinAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.hairpin.Cluster;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.junit.HairpinTest;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** What the extension does for test classes; these are run by JUnit's own test kit. */
class HairpinTestTest {
  private static EngineExecutionResults run(Class<?> testClass) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(testClass))
        .execute();
  }

  private static String failure(Class<?> testClass) {
    return run(testClass).testEvents().failed().stream()
        .map(e -> e.getPayload(org.junit.platform.engine.TestExecutionResult.class)
            .flatMap(r -> r.getThrowable())
            .map(HairpinTestTest::messages)
            .orElse(""))
        .reduce("", (a, b) -> a + b);
  }

  private static String messages(Throwable error) {
    Throwable cause = error.getCause();
    return error.getMessage() + (cause == null ? "" : "\n" + messages(cause));
  }

  @Test
  void noTestSeesWhatAnotherDid() {
    run(Destructive.class).testEvents().assertStatistics(s -> s.succeeded(2).failed(0));
  }

  @TestMethodOrder(MethodOrderer.MethodName.class)
  @HairpinTest(manifests = "/manifests/retail-store")
  static class Destructive {
    private final Cluster ofConstructor;

    Destructive(Cluster store) {
      ofConstructor = store;
    }

    @BeforeEach
    void theSameClusterEverywhereInATest(Cluster store, ClusterState state) {
      assertThat(store).isSameAs(ofConstructor);
      assertThat(store.state()).isSameAs(state);
    }

    @Test
    void first(Cluster store) {
      store.delete("Service", "ui/ui");
      assertThat(store.state().get(Service.class, "ui", "ui")).isEmpty();
    }

    @Test
    void second(Cluster store) {
      assertThat(store.state().get(Service.class, "ui", "ui")).isPresent();
    }
  }

  @Test
  void aFailedTestReportsItsLastConnection() {
    List<String> reported = new ArrayList<>();
    run(Failing.class).testEvents().reportingEntryPublished().stream()
        .map(Event::getPayload)
        .forEach(p -> p.filter(ReportEntry.class::isInstance)
            .map(ReportEntry.class::cast)
            .ifPresent(r -> reported.add(r.getKeyValuePairs().get("last connection"))));

    assertThat(reported).singleElement().asString().contains("calls http://ui.ui", "DELIVERED");
  }

  @HairpinTest(manifests = "/manifests/retail-store")
  static class Failing {
    @Test
    void fails(Cluster store) {
      store.from("catalog/catalog").to("http://orders.orders");
      store.from("catalog/catalog").to("http://ui.ui");
      throw new IllegalStateException("on purpose");
    }

    @Test
    void passesAndReportsNothing(Cluster store) {
      assertThat(store.from("catalog/catalog").to("http://ui.ui")).arrives();
    }
  }

  @Test
  void aFailedAssertionShowsTheWayOfThePacket() {
    assertThat(failure(Wrong.class))
        .contains(
            "expected the connection to arrive at orders/orders, but it was",
            "DELIVERED ui/ui-",
            "KUBE-SVC-");
  }

  @HairpinTest(manifests = "/manifests/retail-store")
  static class Wrong {
    @Test
    void wrong(Cluster store) {
      assertThat(store.from("catalog/catalog").to("http://ui.ui")).arrivesAt("orders/orders");
    }
  }

  @Test
  void whatCannotBeBuiltSaysWhy() {
    assertThat(failure(NoManifest.class))
        .contains("no manifests \"/nowhere.yaml\" on the class path");
    assertThat(failure(NoAddOn.class)).contains("no add-on \"coredsn\"; did you mean \"coredns\"?");
    assertThat(failure(NoDuration.class)).contains("settle = \"5 minutes\" is no duration");
    assertThat(failure(NoComponent.class)).contains("no add-on of the cluster runs a");
  }

  @HairpinTest(manifests = "/nowhere.yaml")
  static class NoManifest {
    @Test
    void test(Cluster cluster) {}
  }

  @HairpinTest(without = "coredsn")
  static class NoAddOn {
    @Test
    void test(Cluster cluster) {}
  }

  @HairpinTest(settle = "5 minutes")
  static class NoDuration {
    @Test
    void test(Cluster cluster) {}
  }

  @HairpinTest(without = "CoreDNS")
  static class NoComponent {
    @Test
    void test(NameService names) {}
  }

  @Test
  void aClusterMayComeFromCode() {
    run(FromCode.class).testEvents().assertStatistics(s -> s.succeeded(1).failed(0));
  }

  @HairpinTest(cluster = FromCode.Bare.class, manifests = "file:manifests/retail-store")
  static class FromCode {
    static final class Bare implements Supplier<Cluster> {
      @Override
      public Cluster get() {
        return Cluster.kubeadm();
      }
    }

    @Test
    void withoutAnythingInstalledNoNameResolves(Cluster cluster) {
      assertThat(cluster.from("catalog/catalog").to("http://ui.ui")).endsWith(Reason.DNS_NO_ANSWER);
    }
  }
}
