package dev.hairpin.cluster.ipam;

/** There is no address or block left, or one was asked for that does not belong here. */
public final class IpamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IpamException(String message) {
    super(message);
  }
}
