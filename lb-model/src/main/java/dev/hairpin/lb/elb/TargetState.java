package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A registered target: where it is, and its health as a state machine in virtual time.
 *
 * <pre>
 *   unused --in use--&gt; initial (registering) --known to the nodes--&gt; initial (checking)
 *   initial --first success--&gt; healthy            initial --n failures--&gt; unhealthy
 *   healthy --n failures--&gt; unhealthy             unhealthy --m successes--&gt; healthy
 *   any but unused --deregistered--&gt; draining --delay--&gt; gone
 * </pre>
 *
 * <p>Every zone's node of a real load balancer checks by itself; here one check stands for all, so
 * a real target sees as many checks as there are nodes.
 */
public final class TargetState {

  /** The zone of an address outside the VPC: within reach of every node. */
  static final String ALL_ZONES = "all";

  private final TargetDescription description;
  private final String availabilityZone;
  private final IpAddress address;
  private final @Nullable String instanceId;
  private final TargetGroupState group;
  private final ElasticLoadBalancing elb;

  private TargetHealth health = TargetHealth.NOT_IN_USE;
  private @Nullable Instant healthySince;
  private @Nullable Instant drainingSince;
  private boolean servedBeforeDraining;
  private boolean slowStart;
  private int successes;
  private int failures;
  private VirtualClock.@Nullable Timer next;
  private VirtualClock.@Nullable Timer answer;
  private TargetHealth awaited = TargetHealth.CHECKING;

  TargetState(
      TargetDescription description,
      String availabilityZone,
      IpAddress address,
      @Nullable String instanceId,
      TargetGroupState group,
      ElasticLoadBalancing elb) {
    this.description = description;
    this.availabilityZone = availabilityZone;
    this.address = address;
    this.instanceId = instanceId;
    this.group = group;
    this.elb = elb;
  }

  /** The same target in a fork, at the same point of its life. */
  TargetState fork(TargetGroupState twin, ElasticLoadBalancing other) {
    TargetState fork =
        new TargetState(description, availabilityZone, address, instanceId, twin, other);
    fork.health = health;
    fork.healthySince = healthySince;
    fork.drainingSince = drainingSince;
    fork.servedBeforeDraining = servedBeforeDraining;
    fork.slowStart = slowStart;
    fork.successes = successes;
    fork.failures = failures;
    VirtualClock clock = other.clock();
    if (answer != null) {
      fork.later(Duration.between(clock.now(), answer.due()), awaited);
    }
    if (next != null) {
      fork.next = clock.after(Duration.between(clock.now(), next.due()), fork.afterWait());
    }
    return fork;
  }

  /** What the running timer leads to; each state waits for one thing. */
  private Runnable afterWait() {
    if (isDraining()) {
      return () -> {
        group.remove(this);
        elb.drained(group, this);
      };
    }
    return health.equals(TargetHealth.REGISTERING) ? this::known : this::check;
  }

  /** {@return the target as registered} */
  public TargetDescription description() {
    return description;
  }

  /** {@return its zone, or {@code all} for an address outside the VPC} */
  public String availabilityZone() {
    return availabilityZone;
  }

  /** {@return where packets to it go} */
  public SocketAddress socketAddress() {
    return new SocketAddress(address, description.port());
  }

  /**
   * {@return the instance that it is, or that has its address; nothing if it is outside the VPC}
   */
  public Optional<String> instanceId() {
    return Optional.ofNullable(instanceId);
  }

  /** {@return its health} */
  public TargetHealth health() {
    return health;
  }

  /** {@return where health checks go to} */
  public int healthCheckPort() {
    Integer port = group.config().healthCheck().port();
    return port == null ? description.port() : port;
  }

  /** {@return when it last became healthy; nothing if it is not} */
  public Optional<Instant> healthySince() {
    return Optional.ofNullable(healthySince);
  }

  /** {@return when its draining ends; nothing if it does not drain} */
  public Optional<Instant> drainingUntil() {
    return Optional.ofNullable(drainingSince)
        .map(since -> since.plusSeconds(group.config().deregistrationDelaySeconds()));
  }

  /**
   * Its weight while it starts slowly, as parts of 1000: 1000 for a full share.
   *
   * <p>Source: user guide for Application Load Balancers, "Slow start mode": the share grows
   * linearly; it is for targets that become healthy beside another one that is not in slow start.
   *
   * @param now the time
   * @return 1 to 1000
   */
  public int slowStartPermille(Instant now) {
    int duration = group.config().attributes().number("slow_start.duration_seconds", 0);
    Instant since = healthySince;
    if (duration == 0 || !slowStart || since == null) {
      return 1000;
    }
    long elapsed = Duration.between(since, now).toMillis();
    return (int) Math.max(1, Math.min(1000, elapsed / duration));
  }

  boolean isHealthy() {
    return health.state() == TargetHealthState.HEALTHY;
  }

  boolean isDraining() {
    return health.state() == TargetHealthState.DRAINING;
  }

  /** Whether nodes send it new flows: also for the moment in which they do not know better. */
  boolean takesNewFlows(Instant now) {
    return isHealthy()
        || (drainingSince != null
            && servedBeforeDraining
            && now.isBefore(drainingSince.plus(elb.timings().deregistrationPropagation())));
  }

  /** Whether nodes that fail open send to it. */
  boolean isKnownToNodes() {
    return isHealthy()
        || health.state() == TargetHealthState.UNHEALTHY
        || health.equals(TargetHealth.CHECKING);
  }

  boolean isInZone(@Nullable String zone) {
    return health.state() != TargetHealthState.UNUSED
        && (zone == null || availabilityZone.equals(zone) || availabilityZone.equals(ALL_ZONES));
  }

  // --- transitions ---

  /** Begins anew from what the group's use and the target's place allow. */
  void begin() {
    stop();
    drainingSince = null;
    servedBeforeDraining = false;
    LoadBalancerState user = group.loadBalancer().orElse(null);
    if (user == null) {
      become(TargetHealth.NOT_IN_USE);
    } else if (!availabilityZone.equals(ALL_ZONES)
        && user.nodeIn(availabilityZone).isEmpty()) {
      become(TargetHealth.ZONE_NOT_ENABLED);
    } else if (elb.isLoadBalancerAddress(address)) {
      become(TargetHealth.IP_UNUSABLE);
    } else if (group.config().targetType() == TargetType.INSTANCE && isStopped()) {
      become(TargetHealth.STOPPED);
    } else {
      become(TargetHealth.REGISTERING);
      Duration provisioning = Duration.between(elb.clock().now(), user.activeAt());
      Duration wait = elb.timings().registration(user.config().type());
      next = elb.clock()
          .after(provisioning.isNegative() ? wait : wait.plus(provisioning), afterWait());
    }
  }

  private boolean isStopped() {
    return instanceId != null
        && elb.vpc().instance(instanceId).filter(Vpc.Instance::running).isEmpty();
  }

  /** Whether the machine stands where nothing moves it but a change of use, zone or instance. */
  boolean mustBeginAnew() {
    LoadBalancerState user = group.loadBalancer().orElse(null);
    boolean usable = user != null
        && (availabilityZone.equals(ALL_ZONES) || user.nodeIn(availabilityZone).isPresent())
        && !(group.config().targetType() == TargetType.INSTANCE && isStopped());
    boolean unused = health.state() == TargetHealthState.UNUSED;
    return !isDraining() && (unused || !usable);
  }

  private void known() {
    become(TargetHealth.CHECKING);
    check();
  }

  private void check() {
    LoadBalancerState user = group.loadBalancer().orElseThrow();
    HealthCheck healthCheck = group.config().healthCheck();
    next = elb.clock().after(Duration.ofSeconds(healthCheck.intervalSeconds()), this::check);
    Node prober = user.nodeIn(availabilityZone).orElse(user.nodes().get(0));
    HealthProbe.Result result = elb.probe()
        .probe(new HealthProbe.Request(
            prober.privateAddress(),
            description,
            new SocketAddress(address, healthCheckPort()),
            healthCheck,
            group.config().attributes().flag("proxy_protocol_v2.enabled", false)));
    Duration timeout = Duration.ofSeconds(healthCheck.timeoutSeconds());
    if (result instanceof HealthProbe.Result.Answered answered
        && answered.after().compareTo(timeout) <= 0) {
      boolean good = healthCheck.protocol() == ListenerProtocol.TCP
          || healthCheck.matcher().matches(answered.code());
      TargetHealth verdict = good ? TargetHealth.HEALTHY : TargetHealth.badCode(answered.code());
      judge(answered.after(), verdict);
    } else if (result instanceof HealthProbe.Result.Failed failed
        && failed.after().compareTo(timeout) <= 0) {
      judge(failed.after(), TargetHealth.FAILED);
    } else {
      boolean http = healthCheck.protocol() != ListenerProtocol.TCP;
      judge(timeout, http ? TargetHealth.TIMED_OUT : TargetHealth.FAILED);
    }
  }

  private void judge(Duration delay, TargetHealth verdict) {
    if (delay.isZero()) {
      count(verdict);
    } else {
      later(delay, verdict);
    }
  }

  private void later(Duration delay, TargetHealth verdict) {
    awaited = verdict;
    answer = elb.clock().after(delay, () -> {
      answer = null;
      count(verdict);
    });
  }

  private void count(TargetHealth verdict) {
    HealthCheck healthCheck = group.config().healthCheck();
    boolean success = verdict.state() == TargetHealthState.HEALTHY;
    successes = success ? successes + 1 : 0;
    failures = success ? 0 : failures + 1;
    int first = elb.timings().firstSuccesses();
    boolean initial = health.state() == TargetHealthState.INITIAL;
    int needed = initial && first > 0 ? first : healthCheck.healthyThresholdCount();
    if (success && !isHealthy() && successes >= needed) {
      slowStart = initialSlowStart();
      healthySince = elb.clock().now();
      become(TargetHealth.HEALTHY);
    } else if (!success
        && (failures >= healthCheck.unhealthyThresholdCount()
            || health.state() == TargetHealthState.UNHEALTHY)) {
      healthySince = null;
      become(verdict);
    }
  }

  /** Slow start is for a target that joins another one which serves at full share. */
  private boolean initialSlowStart() {
    if (group.config().attributes().number("slow_start.duration_seconds", 0) == 0) {
      return false;
    }
    Instant now = elb.clock().now();
    return group.targets().stream()
        .anyMatch(t -> t != this && t.isHealthy() && t.slowStartPermille(now) == 1000);
  }

  /** Starts to drain; tells whether it is gone at once because nobody used it. */
  boolean drain() {
    if (health.state() == TargetHealthState.UNUSED) {
      stop();
      return true;
    }
    if (isDraining()) {
      return false;
    }
    stop();
    servedBeforeDraining = isHealthy();
    drainingSince = elb.clock().now();
    healthySince = null;
    become(TargetHealth.DEREGISTERING);
    next = elb.clock()
        .after(Duration.ofSeconds(group.config().deregistrationDelaySeconds()), afterWait());
    return false;
  }

  void stop() {
    if (next != null) {
      next.cancel();
    }
    if (answer != null) {
      answer.cancel();
    }
    next = null;
    answer = null;
    successes = 0;
    failures = 0;
  }

  private void become(TargetHealth newHealth) {
    if (newHealth.state() != TargetHealthState.HEALTHY) {
      healthySince = null;
    }
    if (health != newHealth && !health.equals(newHealth)) {
      health = newHealth;
      group.changed();
    }
  }

  @Override
  public String toString() {
    return description + " " + health;
  }
}
