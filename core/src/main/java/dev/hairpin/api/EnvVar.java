package dev.hairpin.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a container's {@code env}.
 *
 * <p>Source: {@code v1.EnvVar}
 *
 * @param name the name
 * @param value the value before expansion; empty if it comes from elsewhere
 * @param valueFrom where the value comes from, as the manifest says it, or null
 */
public record EnvVar(String name, String value, @Nullable Map<String, Object> valueFrom) {

  /** Copies the collections. */
  public EnvVar {
    valueFrom = valueFrom == null ? null : Values.copy(valueFrom);
  }
}
