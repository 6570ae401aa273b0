package dev.hairpin.examples.console;

import dev.hairpin.Applied;
import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.analysis.Difference;
import dev.hairpin.analysis.Shares;
import dev.hairpin.analysis.lint.Findings;
import dev.hairpin.api.Node;
import dev.hairpin.examples.Clusters;
import dev.hairpin.examples.LookupText;
import dev.hairpin.examples.Store;
import dev.hairpin.examples.incidents.Incident;
import dev.hairpin.examples.incidents.Incidents;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.manifest.ManifestSet;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.render.Escape;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.TargetNames;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A cluster at a prompt. Ten verbs, {@code apply curl dig env rules shares what diff lint
 * incident}; every answer prints itself, and a {@link Mistake} says in a line what was meant.
 *
 * <pre>{@code
 * jshell> c.curl("catalog/catalog", "http://ui.ui")
 * jshell> c.shares("internet", "service/ui/ui-nlb")
 * jshell> c.diff(c.what().losing("us-west-2a"))
 * }</pre>
 *
 * <p>Sources are those of {@link Cluster#from}. Targets are those of
 * {@link dev.hairpin.Connection#to}; or {@code service/NAMESPACE/NAME[:PORT]} for the load balancer
 * of a Service, or its name if it has none, and {@code ingress/NAMESPACE/NAME[/PATH]} for that of
 * an Ingress. The same questions in the same order give the same bytes. Not thread-safe.
 */
public sealed class Console permits What {
  private final Cluster cluster;

  Console(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * The retail store of the EKS workshop, five minutes after it was applied.
   *
   * @return a console of it
   */
  public static Console store() {
    return new Console(Clusters.store());
  }

  /**
   * The cluster of the EKS workshop, with nothing in it.
   *
   * @return a console of it
   */
  public static Console eks() {
    return new Console(Clusters.eks());
  }

  /**
   * Any cluster.
   *
   * @param cluster the cluster
   * @return a console of it
   */
  public static Console of(Cluster cluster) {
    return new Console(cluster);
  }

  /**
   * The cluster, for all that the verbs cannot say. JShell and notebooks may run every line in a
   * thread of its own, one after the other, so whoever asks for it becomes its writer.
   *
   * @return the cluster itself
   */
  public final Cluster cluster() {
    cluster.state().adopt();
    return cluster;
  }

  // ---- the ten verbs

  /**
   * Applies manifests as {@code kubectl apply -f}. What AWS makes of them takes minutes: see
   * {@link #pass}.
   *
   * @param manifests a file or folder; the name of one that comes with the program, such as
   *     {@code retail-store} or {@code nlb-ip-mode.yaml}; or YAML text of several lines
   * @return what became of each object
   */
  public final Applied apply(String manifests) {
    return Mistake.orAnswer(() -> cluster().apply(manifestsOf(manifests)));
  }

  private static ManifestSet manifestsOf(String text) {
    if (text.indexOf('\n') >= 0) {
      return Manifests.parse(text, "text");
    }
    try {
      Path path = Path.of(text);
      return Files.exists(path) ? Manifests.load(path) : Store.named(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no file: " + e.getMessage(), e);
    }
  }

  /**
   * Connects, and sends a request where the target is a URL or an Ingress.
   *
   * @param from a pod or its workload as {@code NAMESPACE/NAME}, {@code node/NAME} or
   *     {@code internet}
   * @param to where to, as this class says
   * @return the way, hop by hop; {@link Trace#explain} says why
   */
  public final Trace curl(String from, String to) {
    return Mistake.orAnswer(() -> cluster().from(from).to(target(to)));
  }

  /**
   * Resolves a name as a program at a source would.
   *
   * @param from as for {@link #curl}
   * @param name the name
   * @return every question that the resolver sent, and the addresses
   */
  public final Lines dig(String from, String name) {
    return Mistake.orAnswer(() -> Lines.of(LookupText.of(cluster().lookup(from, name))));
  }

  /**
   * The environment of a pod's first container, as {@code printenv | sort} prints it.
   *
   * @param pod a pod or its workload as {@code NAMESPACE/NAME}
   * @return the variables
   */
  public final Lines env(String pod) {
    return Mistake.orAnswer(() -> new Lines(
        cluster().env(pod).variables().stream().map(Object::toString).sorted().toList()));
  }

  /**
   * The IPv4 rules of a node, as {@code iptables-save} prints them.
   *
   * @param node its name, the first letters of it, or its zone
   * @return the rules; {@link Lines#grep} finds some
   */
  public final Lines rules(String node) {
    return Mistake.orAnswer(() -> {
      String name = Places.node(cluster(), node);
      return Lines.of(cluster()
          .component(KubeProxies.class)
          .flatMap(proxies -> proxies.rulesOf(name, IpFamily.IPV4))
          .orElseThrow(() -> new IllegalStateException(
              "node " + name + " has no rules: no kube-proxy is installed")));
    });
  }

  /**
   * Where new connections end, each end with its exact share.
   *
   * @param from as for {@link #curl}
   * @param to as for {@link #curl}
   * @return the distribution
   */
  public final Shares shares(String from, String to) {
    return Mistake.orAnswer(() -> cluster().from(from).sharesTo(target(to)));
  }

  /**
   * The same cluster to try something in: whatever is done there, this one stays as it is.
   *
   * @return a console of a fork
   */
  public final What what() {
    return What.ifIn(cluster());
  }

  /**
   * What another cluster, such as that of {@link #what}, does otherwise for those who reach this
   * one's Services.
   *
   * @param after the console of the cluster after the change
   * @return who can no longer reach whom, and whose share or source address changes
   */
  public final Difference diff(Console after) {
    return Mistake.orAnswer(() -> cluster().diff(after.cluster()));
  }

  /**
   * Looks for what is probably wrong, without sending a packet.
   *
   * @return what was found, the worst first
   */
  public final Findings lint() {
    return cluster().lint();
  }

  /**
   * An incident to learn from.
   *
   * @param id its id or the first letters of it; {@link #incidents} lists them
   * @return its question; {@link Lesson#play} shows what happens
   */
  public final Lesson incident(String id) {
    return Mistake.orAnswer(() -> new Lesson(Incidents.find(id)
        .orElseThrow(() -> Suggestions.unknown(
            "incident", id, Incidents.all().stream().map(Incident::id).toList()))));
  }

  // ---- what one needs besides

  /**
   * The incidents that can be played.
   *
   * @return a line for each: id and title
   */
  public final Lines incidents() {
    int width = Incidents.all().stream().mapToInt(i -> i.id().length()).max().orElse(1);
    return new Lines(Incidents.all().stream()
        .map(i -> String.format(Locale.ROOT, "%-" + width + "s  %s", i.id(), i.title()))
        .toList());
  }

  /**
   * Lists objects as {@code kubectl get} does.
   *
   * @param words what one would say after {@code kubectl get}, such as {@code svc -A}
   * @return the table
   */
  public final Lines get(String words) {
    return Mistake.orAnswer(() -> Lines.of(cluster().get(words)));
  }

  /**
   * Why a pod, Service or Ingress is as it is.
   *
   * @param object such as {@code service/ui/ui}
   * @return the explanation
   */
  public final Explanation why(String object) {
    return Mistake.orAnswer(() -> cluster().explain(object));
  }

  /**
   * Starts the pods of a Deployment anew, as {@code kubectl rollout restart} does.
   *
   * @param deployment its name as {@code NAMESPACE/NAME}
   * @return this console
   */
  public final Console restart(String deployment) {
    return Mistake.orAnswer(() -> {
      int slash = deployment.indexOf('/');
      String namespace = slash < 0 ? "default" : deployment.substring(0, slash);
      cluster()
          .controllers()
          .workloads()
          .restart("Deployment", namespace, deployment.substring(slash + 1));
      cluster().advance(Duration.ZERO);
      return this;
    });
  }

  /**
   * Lets time pass; nothing waits for it.
   *
   * @param time how long, such as {@code 90s}, {@code 5m} or {@code 1h30m}
   * @return this console
   */
  public final Console pass(String time) {
    return Mistake.orAnswer(() -> {
      cluster().advance(duration(time));
      return this;
    });
  }

  private static Duration duration(String time) {
    try {
      Duration duration = Duration.parse("PT" + time.strip());
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeParseException e) {
      // falls through to the message below, which says more
    }
    throw new IllegalArgumentException(
        "\"" + time + "\" is no time; expected such as 90s, 5m or 1h30m");
  }

  /**
   * What the cluster has to bear of some traffic, and how near its limits that is.
   *
   * @param traffic such as {@code Traffic.between("internet", "service/ui/ui-nlb").perSecond(400)}
   * @return the figures
   */
  public final CapacityReport capacity(Traffic... traffic) {
    return Mistake.orAnswer(() -> WhatIf.on(cluster()).traffic(traffic).asIs());
  }

  private String target(String to) {
    return TargetNames.resolve(to, cluster());
  }

  /** The nodes, and the verbs. */
  @Override
  public String toString() {
    String nodes = cluster().state().list(Node.class).stream()
        .map(n -> "  node " + n.metadata().name() + "  " + n.zone() + "\n")
        .collect(Collectors.joining());
    return Escape.terminal("a cluster at " + cluster().state().clock().now() + "\n" + nodes
        + String.join("\n", HELP) + "\n");
  }

  private static final List<String> HELP = List.of(
      "verbs",
      "  apply(\"nlb-ip-mode.yaml\")                      kubectl apply -f",
      "  curl(\"catalog/catalog\", \"http://ui.ui\")        the way, hop by hop",
      "  dig(\"ui/ui\", \"catalog.catalog\")                what a name costs",
      "  env(\"catalog/catalog\").grep(\"SERVICE\")         what a pod sees",
      "  rules(\"us-west-2a\").grep(\"ui/ui\")              iptables-save",
      "  shares(\"internet\", \"service/ui/ui-nlb\")        exact distribution",
      "  what().losing(\"us-west-2a\")                    the same cluster, changed",
      "  diff(what().scale(\"ui/ui\", 3))                 what a change does",
      "  lint()                                         what looks wrong",
      "  incident(\"env-01\").play()                      what went wrong elsewhere",
      "and  get(\"svc -A\")  why(\"service/ui/ui\")  pass(\"5m\")  restart(\"ui/ui\")  capacity(...)");
}
