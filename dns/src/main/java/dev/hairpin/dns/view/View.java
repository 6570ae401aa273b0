package dev.hairpin.dns.view;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.plugin.Handler;
import dev.hairpin.dns.plugin.Labels;
import dev.hairpin.dns.plugin.Plugin;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plugin view: which questions a server block is for, beside its zone.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. All expressions must be true; one that fails, or is neither
 * true nor false, counts as false.
 */
public final class View implements Plugin {
  private static final String NAME_LABEL = "view/name";

  private final Setup setup;
  private final String name;
  private final List<Expression> expressions = new ArrayList<>();

  private View(Setup setup, String name) {
    this.setup = setup;
    this.name = name;
  }

  /**
   * Sets the plugin up.
   *
   * @param setup what the server block has
   * @param cursor the plugin's words
   * @return the plugin
   */
  public static View setUp(Setup setup, Cursor cursor) {
    cursor.next();
    if (!cursor.nextArg()) {
      throw cursor.argError();
    }
    View view = new View(setup, cursor.value());
    cursor.noArgs();
    while (cursor.nextBlock()) {
      if (!cursor.value().equals("expr")) {
        throw cursor.error("unknown property '" + cursor.value() + "'");
      }
      List<String> words = cursor.remainingArgs();
      if (words.isEmpty()) {
        throw cursor.error("missing expression");
      }
      try {
        view.expressions.add(Expression.parse(String.join(" ", words)));
      } catch (IllegalArgumentException e) {
        throw cursor.error(String.valueOf(e.getMessage()));
      }
    }
    if (cursor.next()) {
      throw new CorefileException("this plugin can only be used once per Server Block");
    }
    setup.share(View.class, view);
    Labels behind = setup.shared(Labels.class).orElse(Labels.NONE);
    setup.share(
        Labels.class,
        (query, label) ->
            label.equals(NAME_LABEL) ? Optional.of(view.name) : behind.value(query, label));
    return view;
  }

  /**
   * Whether a question is one that the block is for.
   *
   * @param query the question, about a name in the block's zone
   * @return true if all expressions are
   */
  public boolean takes(Query query) {
    Labels labels = Labels.of(setup);
    return expressions.stream().allMatch(e -> e.isTrue(query, labels));
  }

  @Override
  public Handler before(Handler next) {
    return next;
  }
}
