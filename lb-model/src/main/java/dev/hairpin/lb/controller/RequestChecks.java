package dev.hairpin.lb.controller;

import dev.hairpin.lb.aws.AwsException;
import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.StackResource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the AWS SDK refuses to send: lower bounds and missing parts that it knows of itself.
 *
 * <p>Source: the {@code Validate} methods of {@code service/elbv2/api.go}, aws-sdk-go v1.51, and
 * {@code aws/request/validation.go} for the text.
 */
final class RequestChecks {
  private final String context;
  private final List<String> errors = new ArrayList<>();

  private RequestChecks(String context) {
    this.context = context;
  }

  static void targetGroup(StackResource.TargetGroup group, boolean isNew) {
    HealthCheck check = group.healthCheck();
    RequestChecks checks =
        new RequestChecks(isNew ? "CreateTargetGroupInput" : "ModifyTargetGroupInput");
    checks.minimum(5, check.intervalSeconds(), "HealthCheckIntervalSeconds");
    checks.minimumLength(1, check.path(), "HealthCheckPath");
    checks.minimum(2, check.timeoutSeconds(), "HealthCheckTimeoutSeconds");
    checks.minimum(2, check.healthyThreshold(), "HealthyThresholdCount");
    if (isNew) {
      checks.minimum(1, group.port(), "Port");
    }
    checks.minimum(2, check.unhealthyThreshold(), "UnhealthyThresholdCount");
    checks.raise();
  }

  static void actions(String request, String field, List<Action> actions) {
    RequestChecks checks = new RequestChecks(request);
    for (int i = 0; i < actions.size(); i++) {
      if (actions.get(i) instanceof Action.Redirect redirect) {
        String path = field + "[" + i + "].RedirectConfig.";
        checks.minimumLength(1, redirect.host(), path + "Host");
        checks.minimumLength(1, redirect.path(), path + "Path");
      }
    }
    checks.raise();
  }

  private void minimum(long least, long value, String field) {
    if (value < least) {
      errors.add("minimum field value of " + least + ", " + context + "." + field + ".");
    }
  }

  private void minimumLength(int least, @Nullable String value, String field) {
    if (value != null && value.length() < least) {
      errors.add("minimum field size of " + least + ", " + context + "." + field + ".");
    }
  }

  private void raise() {
    if (!errors.isEmpty()) {
      StringBuilder text = new StringBuilder("InvalidParameter: ")
          .append(errors.size())
          .append(" validation error(s) found.\n");
      errors.forEach(e -> text.append("- ").append(e).append('\n'));
      throw new AwsException("InvalidParameter", text.toString());
    }
  }
}
