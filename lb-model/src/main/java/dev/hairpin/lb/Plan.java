package dev.hairpin.lb;

import dev.hairpin.render.Escape;
import java.util.List;

/**
 * What a change of the cluster would do in AWS, before it is made.
 *
 * @param items what would happen, load balancers first
 * @param failures what the controller would refuse, in its words; of that nothing would change
 */
public record Plan(List<Item> items, List<String> failures) {

  /** Copies the lists. */
  public Plan {
    items = List.copyOf(items);
    failures = List.copyOf(failures);
  }

  /** What happens to a resource. */
  public enum Action {
    /** It is made. */
    CREATE("+"),
    /** It is changed in place. */
    UPDATE("~"),
    /** It is deleted, and another takes its place. */
    REPLACE("-/+"),
    /** It is deleted. */
    DELETE("-");

    private final String sign;

    Action(String sign) {
      this.sign = sign;
    }

    /** The sign before a line of a plan. */
    @Override
    public String toString() {
      return sign;
    }
  }

  /**
   * One resource that would be made, changed or deleted.
   *
   * @param action what happens to it
   * @param kind {@code ALB}, {@code NLB}, {@code target group}, {@code security group}
   * @param name its name; for a replacement both, with an arrow
   * @param reason why
   * @param details what differs, a line each
   * @param clients what clients notice; empty if nothing
   */
  public record Item(
      Action action,
      String kind,
      String name,
      String reason,
      List<String> details,
      String clients) {

    /** Copies the details. */
    public Item {
      details = List.copyOf(details);
    }

    /** The item as a plan prints it. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      text.append(String.format("%-3s ", action))
          .append(kind)
          .append(' ')
          .append(name)
          .append('\n');
      if (!reason.isEmpty()) {
        text.append("      because: ").append(reason).append('\n');
      }
      details.forEach(d -> text.append("      ").append(d).append('\n'));
      if (!clients.isEmpty()) {
        text.append("      clients: ").append(clients).append('\n');
      }
      return text.toString();
    }
  }

  /**
   * Whether nothing would happen.
   *
   * @return true if AWS would stay as it is
   */
  public boolean isEmpty() {
    return items.isEmpty() && failures.isEmpty();
  }

  /**
   * How many resources something happens to.
   *
   * @param action what happens
   * @return the number
   */
  public long count(Action action) {
    return items.stream().filter(i -> i.action == action).count();
  }

  /** All items and a line that counts them. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    items.forEach(text::append);
    failures.forEach(f -> text.append("!   ").append(f).append('\n'));
    if (isEmpty()) {
      return "No changes.\n";
    }
    return Escape.terminal(text.append("Plan: ")
        .append(count(Action.CREATE))
        .append(" to create, ")
        .append(count(Action.UPDATE))
        .append(" to change, ")
        .append(count(Action.REPLACE))
        .append(" to replace, ")
        .append(count(Action.DELETE))
        .append(" to delete.\n")
        .toString());
  }
}
