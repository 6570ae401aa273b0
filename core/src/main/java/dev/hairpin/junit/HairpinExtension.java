package dev.hairpin.junit;

import dev.hairpin.Cluster;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.manager.ControllerManager;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.trace.Trace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Fills in the parameters that {@link HairpinTest} promises. Used through that annotation. */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class HairpinExtension implements ParameterResolver, AfterTestExecutionCallback {
  private static final ExtensionContext.Namespace HAIRPIN =
      ExtensionContext.Namespace.create(HairpinExtension.class);

  /** For JUnit. */
  public HairpinExtension() {}

  /** A constructor's parameters belong to the one test that the instance is made for. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Cluster.class
        || type == ClusterState.class
        || type == ApiServer.class
        || type == ControllerManager.class
        || (AddOn.Component.class.isAssignableFrom(type) && type != AddOn.Component.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    Cluster cluster = session(context).cluster;
    if (type == Cluster.class) {
      return cluster;
    }
    if (type == ClusterState.class) {
      return cluster.state();
    }
    if (type == ApiServer.class) {
      return cluster.api();
    }
    if (type == ControllerManager.class) {
      return cluster.controllers();
    }
    return cluster
        .component(type)
        .orElseThrow(() -> new ParameterResolutionException(
            "no add-on of the cluster runs a " + type.getName() + "; it has " + cluster));
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    Session session = context.getStore(HAIRPIN).get(Session.class, Session.class);
    boolean failed = context.getExecutionException().isPresent();
    if (failed && session != null && session.last != null) {
      context.publishReportEntry("last connection", "\n" + session.last);
    }
  }

  /** The cluster of one test, and what it did last. */
  private static final class Session {
    final Cluster cluster;

    @Nullable
    Trace last;

    Session(Cluster cluster) {
      this.cluster = cluster;
      cluster.watchTraces(trace -> last = trace);
    }
  }

  private static Session session(ExtensionContext context) {
    return context
        .getStore(HAIRPIN)
        .getOrComputeIfAbsent(
            Session.class, key -> new Session(base(context).fork()), Session.class);
  }

  /** The cluster that is declared, built once for all classes that declare the same. */
  private static Cluster base(ExtensionContext context) {
    HairpinTest declaration = declaration(context)
        .orElseThrow(() -> new ParameterResolutionException(
            "neither the test nor its class is annotated with @HairpinTest"));
    Class<?> besides = context.getRequiredTestClass();
    return context
        .getRoot()
        .getStore(HAIRPIN)
        .getOrComputeIfAbsent(
            DeclaredCluster.of(declaration, besides), DeclaredCluster::build, Cluster.class);
  }

  private static Optional<HairpinTest> declaration(ExtensionContext context) {
    Optional<HairpinTest> ofMethod = context
        .getTestMethod()
        .flatMap(m -> AnnotationSupport.findAnnotation(m, HairpinTest.class));
    return ofMethod.isPresent()
        ? ofMethod
        : AnnotationSupport.findAnnotation(
            context.getRequiredTestClass(), HairpinTest.class, context.getEnclosingTestClasses());
  }
}
