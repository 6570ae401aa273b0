package dev.hairpin.cluster.kubelet;

import dev.hairpin.api.Container;
import dev.hairpin.api.PodSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What probes and hooks of a pod say about time. */
final class Hooks {
  private static final Pattern SLEEP = Pattern.compile("\\bsleep\\s+(\\d{1,6})\\b");

  private Hooks() {}

  /** The longest {@code initialDelaySeconds} of the containers' readiness probes. */
  static Duration initialDelay(PodSpec pod) {
    long longest = 0;
    for (Container container : pod.containers()) {
      if (container.readinessProbe() != null
          && container.readinessProbe().get("initialDelaySeconds") instanceof Number seconds) {
        longest = Math.max(longest, seconds.longValue());
      }
    }
    return Duration.ofSeconds(longest);
  }

  /**
   * The longest {@code preStop} hook: {@code sleep: {seconds: n}}, or a command that sleeps. Other
   * hooks are taken to end at once.
   */
  static Duration preStop(PodSpec pod) {
    long longest = 0;
    for (Container container : pod.containers()) {
      if (container.lifecycle() != null
          && container.lifecycle().get("preStop") instanceof Map<?, ?> hook) {
        longest = Math.max(longest, seconds(hook));
      }
    }
    return Duration.ofSeconds(longest);
  }

  private static long seconds(Map<?, ?> hook) {
    if (hook.get("sleep") instanceof Map<?, ?> sleep
        && sleep.get("seconds") instanceof Number seconds) {
      return Math.max(0, seconds.longValue());
    }
    if (hook.get("exec") instanceof Map<?, ?> exec
        && exec.get("command") instanceof List<?> command) {
      Matcher matcher =
          SLEEP.matcher(command.stream().map(String::valueOf).collect(Collectors.joining(" ")));
      return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
    return 0;
  }
}
