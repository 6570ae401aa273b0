package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.lint.Severity;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.environment.EnvironmentAdvice;
import dev.hairpin.cluster.environment.ServiceVariables;
import dev.hairpin.cluster.environment.Variable;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** Environment variables. */
final class EnvironmentIncidents {
  private EnvironmentIncidents() {}

  static List<Incident> all() {
    return List.of(
        new Incident(
            "env-01-service-after-pod",
            "Service created after the pod: no FOO_SERVICE_HOST in the pod",
            "which variables of its database does the pod see, before and after a restart?",
            EnvironmentIncidents::serviceAfterPod),
        new Incident(
            "env-02-stale-after-recreate",
            "Service deleted and made anew: running pods keep the old ClusterIP",
            "where does a packet to $REDIS_SERVICE_HOST go, and where one to the name redis?",
            EnvironmentIncidents::staleAfterRecreate),
        new Incident(
            "env-03-name-clash",
            "A Service called rabbitmq sets RABBITMQ_PORT=tcp://... and breaks the program",
            "what does the program read from RABBITMQ_PORT, which it takes for a number?",
            EnvironmentIncidents::nameClash),
        new Incident(
            "env-04-argument-list-too-long",
            "Thousands of Services in one namespace: argument list too long",
            "how many Services with one named port fit into what Linux allows (2 MiB)?",
            EnvironmentIncidents::argumentListTooLong),
        new Incident(
            "env-05-headless-and-externalname",
            "No variables for headless or ExternalName Services",
            "of the Services db (headless), ext (ExternalName) and web, which give variables?",
            EnvironmentIncidents::headlessAndExternalName));
  }

  private static List<String> names(Cluster cluster, String pod) {
    return List.copyOf(new TreeSet<>(cluster.env(pod).variables().stream()
        .filter(v -> v.origin().source() == Variable.Source.SERVICE)
        .map(Variable::name)
        .toList()));
  }

  private static List<String> names(Cluster cluster, String pod, String prefix) {
    return names(cluster, pod).stream().filter(n -> n.startsWith(prefix)).toList();
  }

  private static void serviceAfterPod(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.say("The pod starts, and seven seconds later the Service of its database is made.");
    play.apply(
        cluster,
        Yaml.namespace("catalog") + Yaml.deployment("catalog", "catalog", 1, Yaml.ports(8080)));
    cluster.advance(Duration.ofSeconds(7));
    play.apply(
        cluster, Yaml.service("catalog", "catalog-mysql", "ports: [{name: mysql, port: 3306}]"));
    play.show(cluster.env("catalog/catalog"));
    play.expect(
        "variables of catalog-mysql before a restart",
        List.of(),
        names(cluster, "catalog/catalog", "CATALOG_MYSQL_"));
    play.expect(
        "other variables",
        true,
        names(cluster, "catalog/catalog").stream().allMatch(n -> n.startsWith("KUBERNETES_")));
    play.explain(
        cluster.explainVariable("catalog/catalog", "CATALOG_MYSQL_SERVICE_HOST"),
        Reason.ENV_SERVICE_TOO_LATE,
        Reason.ENV_SERVICE_TOO_LATE);
    play.say("$ kubectl rollout restart -n catalog deployment/catalog");
    cluster.controllers().workloads().restart("Deployment", "catalog", "catalog");
    cluster.advance(Duration.ZERO);
    play.show(cluster.env("catalog/catalog"));
    play.expect(
        "variables of catalog-mysql after it",
        "[CATALOG_MYSQL_PORT, CATALOG_MYSQL_PORT_3306_TCP, CATALOG_MYSQL_PORT_3306_TCP_ADDR,"
            + " CATALOG_MYSQL_PORT_3306_TCP_PORT, CATALOG_MYSQL_PORT_3306_TCP_PROTO,"
            + " CATALOG_MYSQL_SERVICE_HOST, CATALOG_MYSQL_SERVICE_PORT,"
            + " CATALOG_MYSQL_SERVICE_PORT_MYSQL]",
        names(cluster, "catalog/catalog", "CATALOG_MYSQL_").toString());
  }

  private static void staleAfterRecreate(Play play) {
    Cluster cluster = Labs.kubeadm();
    String service = Yaml.service("shop", "redis", "selector: {app: redis}, ports: [{port: 6379}]");
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + service
            + Yaml.deployment("shop", "redis", 1, Yaml.ports(6379))
            + Yaml.deployment("shop", "client", 1, Yaml.ports(8080)));
    String old = Labs.clusterIp(cluster, "shop", "redis");
    play.say("The Service is deleted and made again; the pods run on.");
    cluster.delete("Service", "shop/redis");
    cluster.apply(Yaml.service("shop", "other", "ports: [{port: 80}]"));
    cluster.apply(service);
    play.expect(
        "$REDIS_SERVICE_HOST is the old address",
        old,
        cluster.env("shop/client").value("REDIS_SERVICE_HOST").orElse(""));
    play.expect(
        "the Service has another one", false, old.equals(Labs.clusterIp(cluster, "shop", "redis")));
    cluster.delete("Service", "shop/other");
    Trace byVariable = cluster.from("shop/client").to(old + ":6379");
    play.show(byVariable);
    play.explain(byVariable.explain(), byVariable.outcome().reason(), Reason.NO_SUCH_SERVICE);
    play.expect(
        "no rule translates the old address",
        false,
        byVariable.first(dev.hairpin.path.trace.Step.Translated.class).isPresent());
    play.expect(
        "by name", true, cluster.from("shop/client").to("redis:6379").outcome().delivered());
    play.explain(
        cluster.explainVariable("shop/client", "REDIS_SERVICE_HOST"),
        Reason.ENV_STALE,
        Reason.ENV_STALE);
  }

  private static void nameClash(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "rabbitmq", "ports: [{port: 5672}]")
            + Yaml.deployment("shop", "worker", 1, "env: [{name: RABBITMQ_HOST, value: rabbitmq}]")
            + Yaml.deployment(
                "shop",
                "fixed",
                1,
                "env: [{name: RABBITMQ_HOST, value: rabbitmq},"
                    + " {name: RABBITMQ_PORT, value: \"5672\"}]")
            + Yaml.deployment(
                "shop",
                "unlinked",
                "app: unlinked",
                1,
                "enableServiceLinks: false",
                "env: [{name: RABBITMQ_HOST, value: rabbitmq}]"));
    String address = Labs.clusterIp(cluster, "shop", "rabbitmq");
    play.expect(
        "RABBITMQ_PORT of the worker",
        "tcp://" + address + ":5672",
        cluster.env("shop/worker").value("RABBITMQ_PORT").orElse("unset"));
    play.expect(
        "where the manifest sets it",
        "5672",
        cluster.env("shop/fixed").value("RABBITMQ_PORT").orElse("unset"));
    play.expect(
        "with enableServiceLinks: false",
        "unset",
        cluster.env("shop/unlinked").value("RABBITMQ_PORT").orElse("unset"));
    play.show(cluster.lint());
    play.expect(
        "lint finds the worker, and it alone",
        List.of(cluster.pod("shop/worker").key()),
        cluster.lint().of("ENV_CLASH").stream().map(f -> f.object()).toList());
  }

  /**
   * The bytes that a Service's variables take, with the pointer that the kernel counts for each.
   */
  private static long bytes(String name) {
    Service service = new Service(
        ObjectMeta.of("shop", name),
        ServiceSpec.builder()
            .clusterIps(List.of("172.20.100.100"))
            .ports(List.of(ServicePort.tcp("http", 8080, 8080)))
            .build(),
        List.of(),
        List.of());
    return new Environment(ServiceVariables.of(service)).sizeBytes();
  }

  private static void argumentListTooLong(Play play) {
    long small = bytes("catalog-mysql");
    long large = bytes("a".repeat(63));
    play.say("Variables of a Service catalog-mysql with one named port take " + small
        + " bytes, pointers included; with a name of 63 letters " + large + ".");
    play.expect("bytes for a name of 13 letters, pointers aside", 334L, small - 8 * Long.BYTES);
    play.expectNear(
        "Services with such names that fit",
        5_300,
        (double) EnvironmentAdvice.SIZE_LIMIT / small,
        100);
    play.expectNear(
        "Services with names of 63 letters that fit",
        2_600,
        (double) EnvironmentAdvice.SIZE_LIMIT / large,
        150);
    Cluster cluster = Cluster.builder().kubeadm(1).build();
    StringBuilder services = new StringBuilder(Yaml.namespace("shop"));
    for (int i = 0; i < 1_400; i++) {
      services.append(Yaml.service(
          "shop", String.format("service-%05d", i), "ports: [{name: http, port: 80}]"));
    }
    cluster.apply(services + Yaml.pod("shop", "app", "app: app", "", ""));
    play.say("In a namespace with 1,400 such Services:");
    play.show(cluster.lint().atLeast(Severity.WARNING));
    play.expect(
        "lint",
        List.of("ENV_TOO_LARGE"),
        cluster.lint().of("ENV_TOO_LARGE").stream().map(f -> f.code()).toList());
  }

  private static void headlessAndExternalName(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "db", "clusterIP: None, ports: [{port: 5432}]")
            + Yaml.service("shop", "ext", "type: ExternalName, externalName: example.com")
            + Yaml.service("shop", "web", "ports: [{port: 80}]"));
    cluster.apply(Yaml.pod("shop", "app", "app: app", "", ""));
    play.show(cluster.env("shop/app"));
    play.expect(
        "prefixes",
        "[KUBERNETES, WEB]",
        List.copyOf(new TreeSet<>(names(cluster, "shop/app").stream()
                .map(n -> n.substring(0, n.indexOf('_')))
                .toList()))
            .toString());
    play.explain(
        cluster.explainVariable("shop/app", "DB_SERVICE_HOST"),
        Reason.ENV_NO_CLUSTER_IP,
        Reason.ENV_NO_CLUSTER_IP);
  }
}
