package dev.hairpin.iptables.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.AddressClass;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.FilterVerdict;
import dev.hairpin.path.Hook;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.Passage;
import dev.hairpin.path.Route;
import dev.hairpin.path.TableName;
import dev.hairpin.path.conntrack.Tuple;
import dev.hairpin.path.fast.AffinityTable;
import dev.hairpin.path.fast.Decider;
import dev.hairpin.path.fast.Decision;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.path.fast.SourceTranslation;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Step;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node whose rules are walked and run as a program, with callers around it. */
public final class Stand {

  /**
   * A new connection.
   *
   * @param from {@code pod}, {@code client} or {@code n1}
   * @param protocol its protocol
   * @param sourcePort the caller's port
   * @param to what is called
   */
  public record Flow(String from, Protocol protocol, int sourcePort, SocketAddress to) {}

  private static final IpAddress GATEWAY = IpAddress.parse("192.168.10.254");
  private static final IpAddress NODE = IpAddress.parse("192.168.10.1");
  private static final Map<String, IpAddress> SOURCES = Map.of(
      "pod", IpAddress.parse("10.244.1.10"),
      "client", IpAddress.parse("192.168.10.100"),
      "n1", NODE);
  private static final Map<String, String> DEVICES = Map.of("pod", "veth1", "client", "eth0");

  private final VirtualClock clock = new VirtualClock();
  private final Network network = new Network(clock);
  private final RuleCompiler compiler;
  private final Decider decider;
  private DecisionProgram program;

  /** Sets rules up, and compiles them. */
  public Stand(RuleSet rules, List<Cidr> nodeBlocks) {
    this(rules, nodeBlocks, null);
  }

  /** Sets rules up with the program that somebody made of them. */
  public Stand(RuleSet rules, DecisionProgram program) {
    this(rules, List.of(), program);
  }

  private Stand(RuleSet rules, List<Cidr> nodeBlocks, @Nullable DecisionProgram made) {
    Fabric fabric = new Fabric(network);
    fabric.gateway(GATEWAY, 24, Route.Type.BLACKHOLE);
    Host node = fabric.node(NodeShape.ptp("n1", NODE, 24, Cidr.parse("10.244.1.0/24"), GATEWAY));
    fabric.pod("pod", "n1", sourceOf("pod"));
    fabric.client("client", sourceOf("client"), 24, NODE);
    node.filter(new Recorder(new RuleWalker(rules)));
    compiler = new RuleCompiler(new ProgramPool(), rules.family(), nodeBlocks);
    compiler.localAddresses(localAddresses(node));
    program = made != null ? made : compiler.compile(rules);
    decider = new Decider(program, new AffinityTable());
  }

  private static List<IpAddress> localAddresses(Host node) {
    List<IpAddress> addresses = new ArrayList<>();
    for (String candidate : List.of("192.168.10.1", "10.244.1.1")) {
      IpAddress address = IpAddress.parse(candidate);
      if (node.isLocal(address)) {
        addresses.add(address);
      }
    }
    return addresses;
  }

  /** The rules change, for both. */
  public void load(RuleSet rules) {
    load(rules, compiler.compile(rules));
  }

  /** The rules change, and somebody has made a program of them. */
  public void load(RuleSet rules, DecisionProgram made) {
    Recorder recorder = (Recorder) network.find("n1").orElseThrow().filter().orElseThrow();
    recorder.walker.load(rules);
    program = made;
    decider.follow(program);
  }

  /** The program. */
  public DecisionProgram program() {
    return program;
  }

  /** Time passes. */
  public void advance(Duration time) {
    clock.advance(time);
  }

  // ---- the walker's answer

  private static final class Recorder implements PacketFilter {
    private final RuleWalker walker;
    private @Nullable Fate fate;
    private boolean hostSends;

    Recorder(RuleWalker walker) {
      this.walker = walker;
    }

    @Override
    public PacketFilter copy() {
      return new Recorder(walker.copy());
    }

    @Override
    public FilterVerdict filter(TableName table, Hook hook, Passage p) {
      FilterVerdict verdict = walker.filter(table, hook, p);
      if (fate != null || p.isReply()) {
        return verdict;
      }
      hostSends |= hook == Hook.OUTPUT;
      boolean local = p.classify(p.packet().destination()) == AddressClass.LOCAL;
      boolean last = hook == Hook.POSTROUTING
          ? table == TableName.NAT && !local
          : hook == Hook.INPUT && table == (hostSends ? TableName.SECURITY : TableName.NAT);
      if (verdict instanceof FilterVerdict.Drop) {
        fate = fate("DROP", p);
      } else if (verdict instanceof FilterVerdict.Reject reject) {
        fate = fate("REJECT " + reject.with(), p);
      } else if (verdict instanceof FilterVerdict.Undecided) {
        fate = fate(Fate.UNDECIDED, p);
      } else if (last) {
        fate = fate("ACCEPT", p);
      }
      return verdict;
    }

    private static Fate fate(String verdict, Passage p) {
      if (verdict.equals(Fate.UNDECIDED)) {
        return new Fate(verdict, SocketAddress.parse("0.0.0.0:0"), "", 0);
      }
      Tuple reply = p.replyTuple().orElse(null);
      if (reply == null) {
        SocketAddress to =
            new SocketAddress(p.packet().destination(), p.packet().destinationPort());
        return new Fate(verdict, to, "kept", p.mark());
      }
      String source = reply.destination().equals(p.packet().source()) && !p.sourceTranslated()
          ? "kept"
          : reply.destination().toString();
      return new Fate(
          verdict, new SocketAddress(reply.source(), reply.sourcePort), source, p.mark());
    }
  }

  private static Fate walk(Network net, Flow flow, Chooser chooser) {
    Host node = net.find("n1").orElseThrow();
    Recorder recorder = (Recorder) node.filter().orElseThrow();
    recorder.fate = null;
    recorder.hostSends = false;
    Call call = Call.of(net.find(flow.from).orElseThrow(), flow.protocol, flow.to, chooser)
        .boundTo(flow.sourcePort, sourceOf(flow.from))
        .waiting(Duration.ofMillis(1));
    Attempt attempt = net.call(call);
    attempt.abort();
    Fate fate = recorder.fate;
    if (fate == null) {
      return new Fate("LOST", flow.to, "", 0);
    }
    boolean masqueraded = attempt.trace().first(Step.Masqueraded.class).isPresent();
    return masqueraded
        ? new Fate(fate.verdict(), fate.destination(), "masqueraded", fate.mark())
        : fate;
  }

  /** The walker's exact distribution. */
  public Map<Fate, Fraction> walked(Flow flow) {
    return Outcomes.of(chooser -> walk(network.fork(), flow, chooser));
  }

  /** The walker's answer, which leaves its traces in the lists of callers. */
  public Fate walkedOnce(Flow flow, Chooser chooser) {
    return walk(network, flow, chooser);
  }

  /**
   * Holds the program's answer to one draw equal to the walker's. What never arrives, and what the
   * program leaves open, is not compared.
   *
   * @param when at what the flow was sent, for the failure
   */
  public void assertDecidedAsWalked(Flow flow, long draw, Object when) {
    Fate walked = walkedOnce(flow, new OneDraw(draw));
    Fate decided = decidedOnce(flow, draw);
    if (!walked.verdict().equals("LOST") && !decided.isOpen()) {
      assertThat(decided)
          .as("%s at %s", flow, when)
          .isEqualTo(new Fate(walked.verdict(), walked.destination(), walked.source(), 0));
    }
  }

  private static IpAddress sourceOf(String host) {
    return Objects.requireNonNull(SOURCES.get(host));
  }

  // ---- the program's answer

  private long run(Flow flow, Function<Integer, Long> decide) {
    int link = flow.from.equals("n1")
        ? program.linkFromHost(flow.protocol)
        : program.link(flow.protocol, Objects.requireNonNull(DEVICES.get(flow.from)));
    return decide.apply(link);
  }

  /** The program's exact distribution. */
  public Map<Fate, Fraction> decided(Flow flow) {
    return Outcomes.of(chooser -> {
      Decider fresh = new Decider(program, new AffinityTable());
      long decision = decide(fresh, flow, chooser);
      return fate(flow, decision, fresh.mark());
    });
  }

  private long decide(Decider with, Flow flow, Chooser chooser) {
    IpAddress from = sourceOf(flow.from);
    IpAddress to = flow.to.address();
    return run(
        flow,
        link -> with.decide(
            link,
            from.high(),
            from.low(),
            to.high(),
            to.low(),
            flow.sourcePort << 16 | flow.to.port(),
            chooser));
  }

  /** The program's answer to one draw, which leaves its traces; the mark is not told. */
  public Fate decidedOnce(Flow flow, long draw) {
    decider.now(clock.now().toEpochMilli());
    IpAddress from = sourceOf(flow.from);
    IpAddress to = flow.to.address();
    long decision = run(
        flow,
        link -> decider.decide(
            link,
            from.high(),
            from.low(),
            to.high(),
            to.low(),
            flow.sourcePort << 16 | flow.to.port(),
            draw));
    return fate(flow, decision, 0);
  }

  private Fate fate(Flow flow, long decision, int mark) {
    Decision.Verdict verdict = Decision.verdict(decision);
    if (verdict == Decision.Verdict.UNDECIDED) {
      return new Fate(Fate.UNDECIDED, SocketAddress.parse("0.0.0.0:0"), "", 0);
    }
    SocketAddress to = flow.to;
    if (Decision.target(decision) != Decision.NO_TARGET) {
      SocketAddress target = program.targets().get(Decision.target(decision));
      to = target.port() == 0 ? new SocketAddress(target.address(), to.port()) : target;
    }
    String text = verdict == Decision.Verdict.REJECT
        ? "REJECT " + Decision.rejectWith(decision)
        : verdict.toString();
    return new Fate(text, to, source(flow, decision), mark);
  }

  private String source(Flow flow, long decision) {
    int number = Decision.sourceTranslation(decision);
    if (number == 0) {
      return "kept";
    }
    SourceTranslation translation = program.sourceTranslation(number);
    IpAddress address = translation.address();
    if (address == null) {
      return "masqueraded";
    }
    return address.equals(sourceOf(flow.from)) ? "kept" : address.toString();
  }
}
