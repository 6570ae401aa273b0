package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.iptables.Target;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;

/** Writes rules as kube-proxy writes them for iptables-restore, chain lines and rules apart. */
final class TextSink implements RuleSink {
  private final StringBuilder chains;
  private final StringBuilder rules;

  TextSink(StringBuilder chains, StringBuilder rules) {
    this.chains = chains;
    this.rules = rules;
  }

  @Override
  public void chain(String name) {
    chains.append(':').append(name).append(" - [0:0]\n");
  }

  @Override
  public RuleSink append(String chain) {
    rules.append("-A ").append(chain);
    return this;
  }

  @Override
  public RuleSink comment(String text) {
    rules.append(" -m comment --comment \"").append(text).append('"');
    return this;
  }

  @Override
  public RuleSink plainComment(String text) {
    rules.append(" -m comment --comment ").append(text);
    return this;
  }

  @Override
  public RuleSink protocol(Protocol protocol) {
    String name = protocol.lowerCase();
    rules.append(" -m ").append(name).append(" -p ").append(name);
    return this;
  }

  @Override
  public RuleSink to(IpAddress address) {
    rules.append(" -d ").append(address);
    return this;
  }

  @Override
  public RuleSink toLoopback() {
    rules.append(" -d 127.0.0.0/8");
    return this;
  }

  @Override
  public RuleSink notTo(Cidr block) {
    rules.append(" ! -d ").append(block);
    return this;
  }

  @Override
  public RuleSink toPort(int port) {
    rules.append(" --dport ").append(port);
    return this;
  }

  @Override
  public RuleSink from(Cidr block) {
    rules.append(" -s ").append(block);
    return this;
  }

  @Override
  public RuleSink from(IpAddress address) {
    rules.append(" -s ").append(address);
    return this;
  }

  @Override
  public RuleSink notFrom(Cidr block) {
    rules.append(" ! -s ").append(block);
    return this;
  }

  @Override
  public RuleSink from(EndpointInfo endpoint) {
    rules.append(" -s ").append(endpoint.ipText());
    return this;
  }

  @Override
  public RuleSink local(LocalTraffic test, boolean inverted) {
    rules.append(inverted ? " ! " : " ");
    if (test instanceof LocalTraffic.FromBlock block) {
      rules.append("-s ").append(block.block());
    } else if (test instanceof LocalTraffic.FromDevice device) {
      rules.append("-i ").append(device.device());
    } else {
      throw new IllegalStateException("a text is of one node, whose block it names");
    }
    return this;
  }

  @Override
  public RuleSink fromLocalAddress() {
    rules.append(" -m addrtype --src-type LOCAL");
    return this;
  }

  @Override
  public RuleSink toLocalAddress() {
    rules.append(" -m addrtype --dst-type LOCAL");
    return this;
  }

  @Override
  public RuleSink oneOf(int count) {
    rules.append(" -m statistic --mode random --probability ").append(Probabilities.oneOf(count));
    return this;
  }

  @Override
  public RuleSink recorded(String list, int seconds) {
    rules
        .append(" -m recent --name ")
        .append(list)
        .append(" --rcheck --seconds ")
        .append(seconds)
        .append(" --reap");
    return this;
  }

  @Override
  public RuleSink record(String list) {
    rules.append(" -m recent --name ").append(list).append(" --set");
    return this;
  }

  @Override
  public RuleSink count(String counter) {
    rules.append(" -m nfacct --nfacct-name ").append(counter);
    return this;
  }

  @Override
  public RuleSink marked(int mark, boolean inverted) {
    rules.append(" -m mark ").append(inverted ? "! --mark " : "--mark ");
    appendMark(mark);
    rules.append('/');
    appendMark(mark);
    return this;
  }

  private void appendMark(int mark) {
    String digits = Integer.toHexString(mark);
    rules.append("0x").append("0".repeat(8 - digits.length())).append(digits);
  }

  @Override
  public RuleSink state(ConntrackStates states) {
    rules.append(
        switch (states) {
          case NEW -> " -m conntrack --ctstate NEW";
          case INVALID -> " -m conntrack --ctstate INVALID";
          case RELATED_ESTABLISHED -> " -m conntrack --ctstate RELATED,ESTABLISHED";
          case NOT_RELATED_ESTABLISHED_DNAT -> " -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT";
        });
    return this;
  }

  @Override
  public void jump(String chain) {
    rules.append(" -j ").append(chain).append('\n');
  }

  @Override
  public void verdict(Target.Verdict verdict) {
    rules.append(" -j ").append(verdict.name()).append('\n');
  }

  @Override
  public void reject() {
    rules.append(" -j REJECT\n");
  }

  @Override
  public void dnat(EndpointInfo endpoint) {
    rules.append(" -j DNAT --to-destination ").append(endpoint.text()).append('\n');
  }

  @Override
  public void orMark(int mark) {
    rules.append(" -j MARK --or-mark ");
    appendMark(mark);
    rules.append('\n');
  }

  @Override
  public void xorMark(int mark) {
    rules.append(" -j MARK --xor-mark ");
    appendMark(mark);
    rules.append('\n');
  }

  @Override
  public void masqueradeRandomly() {
    rules.append(" -j MASQUERADE --random-fully\n");
  }

  @Override
  public void none() {
    rules.append('\n');
  }
}
