package dev.hairpin.lb.junit;

import dev.hairpin.lb.Plan;
import dev.hairpin.lb.Plan.Action;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Assertions on what a change would do in AWS. A failure shows the whole plan. */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class PlanAssert extends AbstractAssert<PlanAssert, Plan> {

  private PlanAssert(Plan actual) {
    super(actual, PlanAssert.class);
  }

  /**
   * Assertions on a plan.
   *
   * @param actual the plan
   * @return the assertions
   */
  public static PlanAssert assertThat(Plan actual) {
    return new PlanAssert(actual);
  }

  private PlanAssert require(boolean holds, String expectation) {
    isNotNull();
    if (!holds) {
      failWithMessage("%s", "expected a plan that " + expectation + ", but it is\n" + actual);
    }
    return this;
  }

  /**
   * Nothing would happen, and nothing is refused.
   *
   * @return this
   */
  public PlanAssert changesNothing() {
    return require(actual.isEmpty(), "changes nothing");
  }

  /**
   * No resource would be replaced or deleted, so that no client loses what it uses.
   *
   * @return this
   */
  public PlanAssert takesNothingAway() {
    return require(
        actual.count(Action.REPLACE) == 0 && actual.count(Action.DELETE) == 0,
        "takes nothing away");
  }

  /**
   * Something would happen to a resource.
   *
   * @param action what
   * @param kind {@code ALB}, {@code NLB}, {@code target group} or {@code security group}
   * @param name its name or part of it
   * @return this
   */
  public PlanAssert has(Action action, String kind, String name) {
    return require(
        actual.items().stream()
            .anyMatch(
                i -> i.action() == action && i.kind().equals(kind) && i.name().contains(name)),
        "has \"" + action + " " + kind + " " + name + "\"");
  }

  /**
   * The controller would refuse the change.
   *
   * @param text part of what it says
   * @return this
   */
  public PlanAssert isRefusedWith(String text) {
    List<String> failures = actual.failures();
    return require(
        failures.stream().anyMatch(f -> f.contains(text)), "is refused with \"" + text + "\"");
  }
}
