package dev.hairpin.cluster.environment;

/**
 * A container cannot be created, because its environment cannot be made. The kubelet reports it as
 * {@code CreateContainerConfigError} with this message.
 */
public final class EnvironmentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EnvironmentException(String message) {
    super(message);
  }
}
