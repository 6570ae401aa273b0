package dev.hairpin.lb.elb.nlb;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.Protocol;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol v2 header that a target gets before the data.
 *
 * <p>Source: HAProxy's "The PROXY protocol", version 2; user guide for Network Load Balancers,
 * "Proxy protocol": a client by PrivateLink has its endpoint's id in a TLV of type {@code 0xEA},
 * subtype 1.
 */
public final class ProxyProtocol {
  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int AWS_TLV = 0xea;

  private ProxyProtocol() {}

  /**
   * The header of a health check: command LOCAL, without addresses.
   *
   * @return 16 octets
   */
  public static byte[] local() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    out.write(LOCAL);
    out.write(0);
    two(out, 0);
    return out.toByteArray();
  }

  /**
   * The header of a connection.
   *
   * @param flow the tuple as the client sees it
   * @param vpcEndpointId the endpoint that the client came through, or null
   * @return 28 octets for IPv4 and 52 for IPv6, and the TLV
   * @throws IllegalArgumentException if source and destination are not of one family
   */
  public static byte[] header(FiveTuple flow, @Nullable String vpcEndpointId) {
    boolean v4 = flow.source().address().isV4();
    if (v4 != flow.destination().address().isV4()) {
      throw new IllegalArgumentException(flow + " mixes address families");
    }
    byte[] tlv =
        vpcEndpointId == null ? new byte[0] : vpcEndpointId.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    out.write(PROXY);
    out.write((v4 ? 0x10 : 0x20) | (flow.protocol() == Protocol.UDP ? 2 : 1));
    two(out, (v4 ? 12 : 36) + (vpcEndpointId == null ? 0 : 4 + tlv.length));
    out.writeBytes(flow.source().address().toBytes());
    out.writeBytes(flow.destination().address().toBytes());
    two(out, flow.source().port());
    two(out, flow.destination().port());
    if (vpcEndpointId != null) {
      out.write(AWS_TLV);
      two(out, tlv.length + 1);
      out.write(1);
      out.writeBytes(tlv);
    }
    return out.toByteArray();
  }

  private static void two(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }
}
