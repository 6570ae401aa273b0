package dev.hairpin.lb.elb;

import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The account of the tests: three zones, a public and a private subnet and a node in each. */
public final class Workshop {
  public static final String A = "us-west-2a";
  public static final String B = "us-west-2b";
  public static final String C = "us-west-2c";
  public static final List<String> NODES = List.of("i-0aa", "i-0bb", "i-0cc");

  public final VpcSketch vpc = VpcSketch.of("10.0.0.0/16")
      .subnet("pub-a", A, "10.0.20.0/24")
      .subnet("pub-b", B, "10.0.21.0/24")
      .subnet("pub-c", C, "10.0.22.0/24")
      .subnet("priv-a", A, "10.0.10.0/24")
      .subnet("priv-b", B, "10.0.11.0/24")
      .subnet("priv-c", C, "10.0.12.0/24")
      .instance("i-0aa", A, "10.0.10.5", "10.0.10.21", "10.0.10.77", "10.0.10.81")
      .instance("i-0bb", B, "10.0.11.5", "10.0.11.34")
      .instance("i-0cc", C, "10.0.12.5", "10.0.12.80", "10.0.12.81")
      .certificate(Certificate.rsa("arn:c/shop", "shop.example", "*.shop.example"))
      .certificate(Certificate.rsa("arn:c/other", "other.example"))
      .certificate(new Certificate(
          "arn:c/shop-ec", List.of("shop.example"), Certificate.KeyAlgorithm.ECDSA, 256));

  public final VirtualClock clock = new VirtualClock();

  /** What checks of a target come to; without an entry it connects, or answers 200. */
  public final Map<String, HealthProbe.Result> answers = new HashMap<>();

  public final List<HealthProbe.Request> probes = new ArrayList<>();
  public final ElasticLoadBalancing elb;

  public Workshop() {
    this(Timings.INSTANT);
  }

  public Workshop(Timings timings) {
    elb = new ElasticLoadBalancing(
        vpc,
        clock,
        request -> {
          probes.add(request);
          return answers.getOrDefault(request.target().id(), HealthProbe.Result.Answered.code(200));
        },
        timings,
        1);
  }

  public String network(String... attributes) {
    LoadBalancer.Builder builder = LoadBalancer.network("k8s-ui-uinlb-cad95071ca")
        .internetFacing()
        .subnets("pub-a", "pub-b", "pub-c");
    for (int i = 0; i < attributes.length; i += 2) {
      builder.attribute(attributes[i], attributes[i + 1]);
    }
    return elb.createLoadBalancer(builder.build());
  }

  public String application(String... attributes) {
    LoadBalancer.Builder builder = LoadBalancer.application("k8s-retailappgroup-085b071a94")
        .internetFacing()
        .subnets("pub-a", "pub-b", "pub-c");
    for (int i = 0; i < attributes.length; i += 2) {
      builder.attribute(attributes[i], attributes[i + 1]);
    }
    return elb.createLoadBalancer(builder.build());
  }

  public String group(TargetGroup.Builder group) {
    return elb.createTargetGroup(group.build());
  }

  public void register(String group, int port, String... ids) {
    List<TargetDescription> targets = new ArrayList<>();
    for (String id : ids) {
      targets.add(TargetDescription.of(id, port));
    }
    elb.registerTargets(group, targets);
  }

  public void deregister(String group, int port, String... ids) {
    List<TargetDescription> targets = new ArrayList<>();
    for (String id : ids) {
      targets.add(TargetDescription.of(id, port));
    }
    elb.deregisterTargets(group, targets);
  }

  public TargetHealth health(String group, String id, int port) {
    return elb.targetGroup(group)
        .target(id, port)
        .map(TargetState::health)
        .orElse(TargetHealth.NOT_REGISTERED);
  }

  public void settle() {
    clock.advance(Duration.ZERO);
  }

  public void pass(long seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }

  public void fail(String... ids) {
    for (String id : ids) {
      answers.put(id, HealthProbe.Result.Failed.refused());
    }
    pass(60);
  }
}
