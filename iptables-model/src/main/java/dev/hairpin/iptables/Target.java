package dev.hairpin.iptables;

import dev.hairpin.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a packet that matches a rule.
 *
 * <p>A target prints itself as iptables-save does. Names, options and their meaning are those of
 * iptables 1.8.9 and its {@code iptables-extensions}.
 */
public sealed interface Target {

  /** Nothing: the rule only counts. */
  None NONE = new None();

  /** {@code -j ACCEPT}. */
  Verdict ACCEPT = Verdict.ACCEPT;

  /** {@code -j DROP}. */
  Verdict DROP = Verdict.DROP;

  /** {@code -j RETURN}. */
  Verdict RETURN = Verdict.RETURN;

  /** The rule has no target: it only counts, and the walk goes on. */
  record None() implements Target {
    @Override
    public String toString() {
      return "";
    }
  }

  /** The targets without options that decide by themselves. */
  enum Verdict implements Target {
    /** The packet passes this table. */
    ACCEPT,
    /** The packet is dropped without a word. */
    DROP,
    /** The walk goes on after the jump that led here, or ends with the policy. */
    RETURN,
    /** The packet is handed to a process. */
    QUEUE;

    @Override
    public String toString() {
      return "-j " + name();
    }
  }

  /**
   * {@code -j CHAIN}: the walk goes on in a chain, and comes back from its end.
   *
   * @param chain the chain's name
   */
  record Jump(String chain) implements Target {
    @Override
    public String toString() {
      return "-j " + chain;
    }
  }

  /**
   * {@code -g CHAIN}: the walk goes on in a chain, and from its end to where the last jump came
   * from.
   *
   * @param chain the chain's name
   */
  record Goto(String chain) implements Target {
    @Override
    public String toString() {
      return "-g " + chain;
    }
  }

  /**
   * {@code -j SNAT}.
   *
   * @param to the new source
   * @param random {@code --random}: whether the port is drawn by a keyed hash
   * @param randomFully {@code --random-fully}: whether the port is drawn at random
   * @param persistent {@code --persistent}: whether a client keeps its address
   */
  record Snat(NatTo to, boolean random, boolean randomFully, boolean persistent) implements Target {
    @Override
    public String toString() {
      return "-j SNAT --to-source "
          + to
          + (random ? " --random" : "")
          + (randomFully ? " --random-fully" : "")
          + (persistent ? " --persistent" : "");
    }
  }

  /**
   * {@code -j DNAT}.
   *
   * @param to the new destination
   * @param random {@code --random}: whether the port is drawn by a keyed hash
   * @param persistent {@code --persistent}: whether a client keeps its address
   */
  record Dnat(NatTo to, boolean random, boolean persistent) implements Target {
    @Override
    public String toString() {
      return "-j DNAT --to-destination "
          + to
          + (random ? " --random" : "")
          + (persistent ? " --persistent" : "");
    }
  }

  /**
   * {@code -j REDIRECT}: the destination becomes this host.
   *
   * @param ports the new port; null if it stays
   * @param random whether the port is drawn by a keyed hash
   */
  record Redirect(@Nullable PortRange ports, boolean random) implements Target {
    @Override
    public String toString() {
      return "-j REDIRECT" + toPorts(ports) + (random ? " --random" : "");
    }
  }

  /**
   * {@code -j MASQUERADE}: the source becomes the address of the device that the packet leaves
   * through.
   *
   * @param ports the new port; null for any
   * @param random whether the port is drawn by a keyed hash
   * @param randomFully whether the port is drawn at random
   */
  record Masquerade(@Nullable PortRange ports, boolean random, boolean randomFully)
      implements Target {
    @Override
    public String toString() {
      return "-j MASQUERADE"
          + toPorts(ports)
          + (random ? " --random" : "")
          + (randomFully ? " --random-fully" : "");
    }
  }

  private static String toPorts(@Nullable PortRange ports) {
    if (ports == null) {
      return "";
    }
    return " --to-ports " + ports.toString().replace(':', '-');
  }

  /**
   * {@code -j NETMAP}: a block of addresses is mapped on another.
   *
   * @param to the other block
   */
  record Netmap(AddressMask to) implements Target {
    @Override
    public String toString() {
      return "-j NETMAP --to " + to;
    }
  }

  /**
   * {@code -j MARK}, in the form to which {@code --set-mark}, {@code --or-mark}, {@code --and-mark}
   * and {@code --xor-mark} boil down.
   *
   * @param mark the bits to clear, and the bits to flip then
   */
  record SetMark(MarkValue mark) implements Target {
    /**
     * {@code --or-mark}.
     *
     * @param bits the bits to set
     * @return the target
     */
    public static SetMark or(int bits) {
      return new SetMark(new MarkValue(bits, bits));
    }

    /**
     * {@code --xor-mark}.
     *
     * @param bits the bits to flip
     * @return the target
     */
    public static SetMark xor(int bits) {
      return new SetMark(new MarkValue(bits, 0));
    }

    @Override
    public String toString() {
      return "-j MARK --set-xmark " + mark;
    }
  }

  /**
   * {@code -j CONNMARK --set-xmark}: writes the connection's mark.
   *
   * @param mark the bits to clear, and the bits to flip then
   */
  record SetConnMark(MarkValue mark) implements Target {
    @Override
    public String toString() {
      return "-j CONNMARK --set-xmark " + mark;
    }
  }

  /**
   * {@code -j CONNMARK --save-mark}: the connection's mark becomes {@code (ctmark &
   * ~connectionMask) ^ (nfmark & packetMask)}.
   *
   * @param packetMask the bits of the packet's mark that are copied
   * @param connectionMask the bits of the connection's mark that are cleared
   */
  record SaveMark(int packetMask, int connectionMask) implements Target {
    @Override
    public String toString() {
      return "-j CONNMARK --save-mark " + masks(packetMask, connectionMask);
    }
  }

  /**
   * {@code -j CONNMARK --restore-mark}: the packet's mark becomes {@code (nfmark & ~packetMask) ^
   * (ctmark & connectionMask)}.
   *
   * @param packetMask the bits of the packet's mark that are cleared
   * @param connectionMask the bits of the connection's mark that are copied
   */
  record RestoreMark(int packetMask, int connectionMask) implements Target {
    @Override
    public String toString() {
      return "-j CONNMARK --restore-mark " + masks(packetMask, connectionMask);
    }
  }

  private static String masks(int packetMask, int connectionMask) {
    return "--nfmask 0x"
        + Integer.toHexString(packetMask)
        + " --ctmask 0x"
        + Integer.toHexString(connectionMask);
  }

  /**
   * {@code -j REJECT}: the packet is dropped and its sender told.
   *
   * @param type what the sender is told
   */
  record Reject(RejectType type) implements Target {
    @Override
    public String toString() {
      return "-j REJECT --reject-with " + type;
    }
  }

  /**
   * {@code -j LOG}: the packet is logged by the kernel, and the walk goes on.
   *
   * @param prefix what the line begins with, at most 29 bytes; may be empty
   * @param level the level, 0 to 7; 4 if none is given
   * @param tcpSequence whether TCP sequence numbers are logged
   * @param tcpOptions whether TCP options are logged
   * @param ipOptions whether IP options are logged
   * @param userId whether the sending user is logged
   * @param macDecode whether the link addresses are decoded
   */
  record Log(
      String prefix,
      int level,
      boolean tcpSequence,
      boolean tcpOptions,
      boolean ipOptions,
      boolean userId,
      boolean macDecode)
      implements Target {
    /** The level of a rule that names none: warning. */
    public static final int DEFAULT_LEVEL = 4;

    @Override
    public String toString() {
      return "-j LOG"
          + (prefix.isEmpty() ? "" : " --log-prefix " + Quoting.quoted(prefix))
          + (level == DEFAULT_LEVEL ? "" : " --log-level " + level)
          + (tcpSequence ? " --log-tcp-sequence" : "")
          + (tcpOptions ? " --log-tcp-options" : "")
          + (ipOptions ? " --log-ip-options" : "")
          + (userId ? " --log-uid" : "")
          + (macDecode ? " --log-macdecode" : "");
    }
  }

  /**
   * {@code -j NFLOG}: the packet is handed to a logging process, and the walk goes on.
   *
   * @param prefix a text that goes with it; may be empty
   * @param group the netlink group
   * @param size how many bytes are copied; 0 for all
   * @param threshold how many packets are collected; 0 for the process's own number
   */
  record Nflog(String prefix, int group, long size, int threshold) implements Target {
    @Override
    public String toString() {
      return "-j NFLOG"
          + (prefix.isEmpty() ? "" : " --nflog-prefix " + Quoting.quoted(prefix))
          + (group == 0 ? "" : " --nflog-group " + group)
          + (size == 0 ? "" : " --nflog-size " + size)
          + (threshold == 0 ? "" : " --nflog-threshold " + threshold);
    }
  }

  /** {@code -j TRACE}: the kernel reports every rule that the packet meets from here on. */
  record Trace() implements Target {
    @Override
    public String toString() {
      return "-j TRACE";
    }
  }

  /**
   * {@code -j NOTRACK} or {@code -j CT}: how the packet's connection is tracked.
   *
   * @param notrack whether it is not tracked at all
   * @param alias whether the rule says {@code NOTRACK}
   * @param zone the zone; null for zone 0
   * @param helper the helper; empty for none
   */
  record Ct(boolean notrack, boolean alias, @Nullable Zone zone, String helper) implements Target {
    /**
     * A zone of connection tracking.
     *
     * @param id the zone, or -1 if it is the packet's mark
     * @param scope {@code --zone}, {@code --zone-orig} or {@code --zone-reply}
     */
    public record Zone(int id, Scope scope) {
      /** Which direction of a connection a zone is for. */
      public enum Scope {
        /** Both. */
        BOTH("--zone"),
        /** That of the first packet. */
        ORIGINAL("--zone-orig"),
        /** That of the replies. */
        REPLY("--zone-reply");

        private final String option;

        Scope(String option) {
          this.option = option;
        }

        String option() {
          return option;
        }
      }
    }

    @Override
    public String toString() {
      if (alias) {
        return "-j NOTRACK";
      }
      return "-j CT"
          + (notrack ? " --notrack" : "")
          + (helper.isEmpty() ? "" : " --helper " + helper)
          + (zone == null
              ? ""
              : " " + zone.scope().option() + " " + (zone.id() < 0 ? "mark" : zone.id()));
    }
  }

  /**
   * {@code -j TPROXY}: the packet is given to a local socket without a change of its address.
   *
   * @param port the socket's port; 0 for the packet's own
   * @param address the socket's address; null for the device's own
   * @param mark the mark that the packet gets
   */
  record Tproxy(int port, @Nullable IpAddress address, MarkValue mark) implements Target {
    @Override
    public String toString() {
      return "-j TPROXY --on-port "
          + port
          + (address == null ? "" : " --on-ip " + AddressText.of(address))
          + (mark.value() == 0 && mark.mask() == 0 ? "" : " --tproxy-mark " + mark);
    }
  }

  /**
   * {@code -j NFQUEUE}: a process decides.
   *
   * @param first the first queue
   * @param last the last queue that packets are spread over
   * @param bypass whether the packet passes if no process listens
   */
  record Nfqueue(int first, int last, boolean bypass) implements Target {
    @Override
    public String toString() {
      return "-j NFQUEUE"
          + (first == last ? " --queue-num " + first : " --queue-balance " + first + ":" + last)
          + (bypass ? " --queue-bypass" : "");
    }
  }

  /**
   * {@code -j TCPMSS}: limits the segment size of a connection; the walk goes on.
   *
   * @param size the size, or -1 for that of the path's MTU
   */
  record TcpMss(int size) implements Target {
    @Override
    public String toString() {
      return size < 0 ? "-j TCPMSS --clamp-mss-to-pmtu" : "-j TCPMSS --set-mss " + size;
    }
  }

  /** {@code -j CHECKSUM --checksum-fill}: fills in a missing checksum; the walk goes on. */
  record Checksum() implements Target {
    @Override
    public String toString() {
      return "-j CHECKSUM --checksum-fill";
    }
  }

  /**
   * A target that this model does not know; a walk that meets it must say so.
   *
   * @param name the target's name
   * @param text its options as they were given; may be empty
   */
  record UnknownTarget(String name, String text) implements Target {
    @Override
    public String toString() {
      return "-j " + name + (text.isEmpty() ? "" : " " + text);
    }
  }
}
