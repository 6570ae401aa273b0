package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;

/**
 * Takes rules piece by piece, in the order in which kube-proxy writes the pieces.
 *
 * <p>There is one generator of rules and two sinks: {@link TextSink} makes the text that
 * iptables-restore is given, {@link RecordSink} the rules that the kernel holds then.
 */
interface RuleSink {

  /** Creates or flushes a chain. */
  void chain(String name);

  /** Begins a rule in a chain; one of the methods that return nothing ends it. */
  RuleSink append(String chain);

  /** A comment that the text has in quotes. */
  RuleSink comment(String text);

  /** A comment that the text has without quotes. */
  RuleSink plainComment(String text);

  RuleSink protocol(Protocol protocol);

  RuleSink to(IpAddress address);

  /** {@code -d 127.0.0.0/8}. */
  RuleSink toLoopback();

  /** {@code ! -d}, for a block. */
  RuleSink notTo(Cidr block);

  RuleSink toPort(int port);

  RuleSink from(Cidr block);

  RuleSink from(IpAddress address);

  RuleSink notFrom(Cidr block);

  RuleSink from(EndpointInfo endpoint);

  /** The packet comes from a pod, or does not. */
  RuleSink local(LocalTraffic test, boolean inverted);

  RuleSink fromLocalAddress();

  RuleSink toLocalAddress();

  /** Matches one of so many packets by chance. */
  RuleSink oneOf(int count);

  /** Matches if the source was recorded in the list within a time; purges older entries. */
  RuleSink recorded(String list, int seconds);

  /** Records the source in a list. */
  RuleSink record(String list);

  RuleSink count(String counter);

  /** {@code --mark mark/mark}. */
  RuleSink marked(int mark, boolean inverted);

  RuleSink state(ConntrackStates states);

  void jump(String chain);

  /** {@code ACCEPT}, {@code DROP} or {@code RETURN}. */
  void verdict(dev.hairpin.iptables.Target.Verdict verdict);

  void reject();

  void dnat(EndpointInfo endpoint);

  void orMark(int mark);

  void xorMark(int mark);

  void masqueradeRandomly();

  /** Ends a rule without target. */
  void none();

  /** The sets of states that kube-proxy's rules name. */
  enum ConntrackStates {
    NEW,
    INVALID,
    RELATED_ESTABLISHED,
    NOT_RELATED_ESTABLISHED_DNAT
  }
}
