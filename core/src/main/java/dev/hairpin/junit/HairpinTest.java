package dev.hairpin.junit;

import dev.hairpin.Cluster;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test of a class a cluster of its own, as a parameter of type {@link Cluster}.
 *
 * <p>What is said here is built once; each test gets a fork of it, so that no test sees what
 * another did. The annotation on a method or a nested class takes the place of the outer one. Other
 * parameters that are filled in: {@link dev.hairpin.cluster.ClusterState},
 * {@link dev.hairpin.cluster.ApiServer}, {@link dev.hairpin.cluster.manager.ControllerManager}, and
 * each add-on's running component by its type. A test that fails prints the last connection it
 * made.
 *
 * <p>A declaration that cannot be built fails the test with the reason, such as the place of an
 * error in a manifest.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HairpinExtension.class)
@SuppressWarnings("exports") // who uses this has JUnit, as the package says
public @interface HairpinTest {

  /** The shape of a cluster. */
  enum Shape {
    /** See {@link dev.hairpin.ClusterBuilder#eks(int, int)}. */
    EKS,
    /** See {@link dev.hairpin.ClusterBuilder#kubeadm(int)}. */
    KUBEADM
  }

  /** Stands for no source of clusters: the other elements say what to build. */
  final class Declared implements Supplier<Cluster> {
    private Declared() {}

    @Override
    public Cluster get() {
      throw new IllegalStateException("the annotation says what to build");
    }
  }

  /** {@return the shape of the cluster} */
  Shape shape() default Shape.EKS;

  /** {@return how many nodes it has} */
  int nodes() default 3;

  /** {@return in how many zones they are, 1 to 3; a cluster of kubeadm's shape has none} */
  int zones() default 3;

  /** {@return what every random choice is derived from} */
  long seed() default 1;

  /**
   * {@return the name of the cluster in its AWS account, from which load balancers' names follow}
   */
  String name() default "hairpin";

  /**
   * The manifests that are applied, in this order.
   *
   * @return files or folders on the class path, beside the test class unless they begin with
   *     {@code /}; or after {@code file:} in the file system, from the working directory on
   */
  String[] manifests() default {};

  /**
   * What is not to be installed. Everything else on the class path is.
   *
   * @return names such as {@code CoreDNS}, {@code kube-proxy} or
   *     {@code aws-load-balancer-controller}
   */
  String[] without() default {};

  /**
   * How much virtual time passes before the tests begin, so that load balancers have checked their
   * targets.
   *
   * @return a duration as {@link java.time.Duration#parse} reads it, such as {@code PT5M}
   */
  String settle() default "PT1M";

  /**
   * Makes the cluster by code instead; shape, nodes, zones, seed, name and without do not count
   * then, manifests and settle do.
   *
   * @return a class with a constructor without parameters
   */
  Class<? extends Supplier<Cluster>> cluster() default Declared.class;
}
