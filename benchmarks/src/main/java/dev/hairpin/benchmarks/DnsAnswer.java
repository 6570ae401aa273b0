package dev.hairpin.benchmarks;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.Answer;
import dev.hairpin.dns.CoreDnsServer;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.time.VirtualClock;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long does CoreDNS of the model take to answer for a Service, in process? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class DnsAnswer {
  /** Questions in the ring: about 200 KB of messages, more than L1 and less than L2. */
  private static final int RING = 1024;

  private static final IpAddress FIRST = IpAddress.parse("10.96.0.1");
  private static final SocketAddress POD = SocketAddress.parse("10.244.1.10:40000");
  private static final SocketAddress DNS = SocketAddress.parse("10.96.0.10:53");
  private static final Client CLIENT = new Client(POD, DNS, Transport.UDP);

  /** Services of the cluster, in namespaces of 50. */
  @Param({"100", "2000", "100000"})
  int services;

  /** The configuration: kubeadm's does not cache the cluster's names, EKS' does. */
  @Param({"kubeadm", "eks"})
  String corefile = "kubeadm";

  private final Message[] found = new Message[RING];
  private final Message[] missing = new Message[RING];
  private final byte[][] packets = new byte[RING][];
  private final byte[][] missingPackets = new byte[RING][];
  private final Map<DnsName, IpAddress> bare = new HashMap<>();
  private ClusterState state = new ClusterState(new VirtualClock(), 1);
  private CoreDnsServer dns =
      CoreDnsServer.install(state, Corefile.kubeadm(), CoreDnsVersion.DEFAULT);
  private int at;
  private int changes;

  /** Makes the Services, and questions for some of them from a fixed seed. */
  @Setup
  public void prepare() {
    state = new ClusterState(new VirtualClock(), 1);
    for (int i = 0; i < services; i++) {
      if (i % 50 == 0) {
        state.store(new Namespace(ObjectMeta.of("", "namespace-" + i / 50)));
      }
      state.store(service(i, i));
      bare.put(name(i), FIRST.plus(i));
    }
    dns = CoreDnsServer.install(
        state,
        corefile.equals("eks") ? Corefile.eks() : Corefile.kubeadm(),
        CoreDnsVersion.DEFAULT);
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < RING; i++) {
      DnsName name = name(random.nextInt(services));
      found[i] = Message.query(i, new Question(name, RecordType.A));
      missing[i] = Message.query(i, new Question(DnsName.parse("nope-" + name), RecordType.A));
      packets[i] = found[i].encode();
      missingPackets[i] = missing[i].encode();
    }
  }

  private static Service service(int number, int address) {
    return new Service(
        ObjectMeta.of("namespace-" + number / 50, "service-" + number),
        ServiceSpec.builder()
            .clusterIps(List.of(FIRST.plus(address).toString()))
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  private static DnsName name(int number) {
    return DnsName.parse("service-" + number + ".namespace-" + number / 50 + ".svc.cluster.local.");
  }

  private int next() {
    at = (at + 1) & (RING - 1);
    return at;
  }

  /**
   * A ClusterIP's A answer as a message object.
   *
   * @return the answer
   */
  @Benchmark
  public Answer clusterIp() {
    return dns.answer(found[next()], CLIENT);
  }

  /**
   * NXDOMAIN as a message object.
   *
   * @return the answer
   */
  @Benchmark
  public Answer noSuchName() {
    return dns.answer(missing[next()], CLIENT);
  }

  /**
   * The octets of a question to the octets of its answer.
   *
   * @return the octets
   */
  @Benchmark
  public Optional<byte[]> wire() {
    return dns.answerPacket(packets[next()], CLIENT);
  }

  /**
   * The octets of a question for a name that does not exist to the octets of its answer.
   *
   * @return the octets
   */
  @Benchmark
  public Optional<byte[]> wireNoSuchName() {
    return dns.answerPacket(missingPackets[next()], CLIENT);
  }

  /**
   * A Service gets another address, and the next answer has it.
   *
   * @return the answer
   */
  @Benchmark
  public Answer changeAndAsk() {
    changes++;
    state.store(service(0, services + (changes & 1023)));
    return dns.answer(Message.query(1, new Question(name(0), RecordType.A)), CLIENT);
  }

  /**
   * The floor: the same look-ups in a hash map, without any DNS.
   *
   * @return the address
   */
  @Benchmark
  public IpAddress bareLookup() {
    return bare.getOrDefault(found[next()].question().name(), FIRST);
  }

  /**
   * The baseline of the wire: dnsjava reads the question and writes an answer with one record,
   * whose address a hash map gives.
   *
   * @return the octets
   * @throws IOException if dnsjava cannot read the question
   */
  @Benchmark
  public byte[] dnsjavaWire() throws IOException {
    int index = next();
    org.xbill.DNS.Message query = new org.xbill.DNS.Message(packets[index]);
    org.xbill.DNS.Record question = query.getQuestion();
    org.xbill.DNS.Message answer = new org.xbill.DNS.Message(query.getHeader().getID());
    answer.getHeader().setFlag(org.xbill.DNS.Flags.QR);
    answer.getHeader().setFlag(org.xbill.DNS.Flags.AA);
    answer.getHeader().setFlag(org.xbill.DNS.Flags.RD);
    answer.addRecord(question, org.xbill.DNS.Section.QUESTION);
    IpAddress address = bare.getOrDefault(found[index].question().name(), FIRST);
    answer.addRecord(
        new org.xbill.DNS.ARecord(
            question.getName(), org.xbill.DNS.DClass.IN, 30, address.toBytes()),
        org.xbill.DNS.Section.ANSWER);
    return answer.toWire();
  }
}
