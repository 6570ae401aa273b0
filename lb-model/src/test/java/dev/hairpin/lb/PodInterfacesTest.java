package dev.hairpin.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.aws.IpPermission;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.options.ControllerOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** On which network interface a pod's address lies, and so whose security group is opened. */
class PodInterfacesTest {
  private static final String OWN_GROUP = "sg-0000000000pods000";
  private static final String POLICY = """
      apiVersion: vpcresources.k8s.aws/v1beta1
      kind: SecurityGroupPolicy
      metadata: {name: payments, namespace: ui}
      spec:
        podSelector: {matchLabels: {app: ui}}
        securityGroups: {groupIds: [sg-0000000000pods000]}
      """;

  private final UiCluster cluster = new UiCluster();
  private Aws aws = EksAccount.create("eks-workshop");

  PodInterfacesTest() {
    aws.ec2()
        .add(new SecurityGroup(
            OWN_GROUP, "pods", "", aws.vpc().id(), Map.of(), new TreeSet<IpPermission>()));
  }

  private AwsLoadBalancers install() {
    AwsLoadBalancers running =
        cluster.install(AwsLoadBalancerController.of(aws, ControllerOptions.of("eks-workshop")));
    aws = running.aws();
    return running;
  }

  private int openings(String group) {
    return aws.ec2().securityGroups().stream()
        .filter(g -> g.id().equals(group))
        .mapToInt(g -> g.ingress().size())
        .sum();
  }

  private String clusterGroup() {
    return aws.ec2().securityGroups().stream()
        .filter(g -> g.tags().containsKey("kubernetes.io/cluster/eks-workshop"))
        .findFirst()
        .orElseThrow()
        .id();
  }

  private NetworkInterface ofUi() {
    return aws.ec2().interfaceOf("10.42.128.21").orElseThrow();
  }

  @Test
  void aPodUsuallySharesTheInterfaceAndTheGroupOfItsNode() {
    install();
    int before = openings(clusterGroup());

    cluster.nlb("nlb-target-type: ip");

    assertThat(ofUi().id())
        .isEqualTo(aws.ec2().interfaceOf("10.42.128.10").orElseThrow().id());
    assertThat(openings(clusterGroup())).isGreaterThan(before);
    assertThat(openings(OWN_GROUP)).isZero();
  }

  @Test
  void aPodThatAPolicySelectsHasABranchInterfaceWithItsOwnGroupAndThatIsOpened() {
    cluster.apply(POLICY);
    install();
    int before = openings(clusterGroup());

    cluster.nlb("nlb-target-type: ip");

    assertThat(ofUi().securityGroups()).containsExactly(OWN_GROUP);
    assertThat(aws.ec2().instanceOf(ofUi().id()).orElseThrow().id())
        .isEqualTo("i-0200000000000002");
    assertThat(openings(OWN_GROUP)).isEqualTo(1);
    assertThat(openings(clusterGroup())).isEqualTo(before);
  }

  @Test
  void aPolicyOfAnotherNamespaceOrWithoutSelectorSelectsNobody() {
    cluster.apply(POLICY.replace("namespace: ui", "namespace: shop"));
    cluster.apply(POLICY.replace("podSelector: {matchLabels: {app: ui}}", "other: true"));
    cluster.apply(POLICY
        .replace("name: payments", "name: unreadable")
        .replace("{matchLabels: {app: ui}}", "{matchExpressions: [{key: app, operator: Odd}]}"));

    install();

    assertThat(ofUi().securityGroups()).containsExactly(clusterGroup());
  }

  @Test
  void aPolicyMaySelectByTheServiceAccountOfThePod() {
    cluster.apply(POLICY.replace("podSelector", "serviceAccountSelector"));
    cluster.apply("""
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: default, namespace: ui, labels: {app: ui}}
        """);

    install();

    assertThat(ofUi().securityGroups()).containsExactly(OWN_GROUP);
  }

  @Test
  void anInterfaceGoesWithItsPod() {
    cluster.apply(POLICY);
    install();
    String id = ofUi().id();

    cluster.state.remove(new ObjectKey("Pod", "ui", "ui-1"));
    cluster.settle();

    assertThat(aws.ec2().interfaceOf("10.42.128.21")).isEmpty();
    assertThat(aws.ec2().networkInterface(id)).isEmpty();
  }

  @Test
  void aPodOnFargateHasAnInterfaceOfItsOwnWithTheClustersGroup() {
    cluster.apply("""
        apiVersion: v1
        kind: Node
        metadata:
          name: node-2
          labels: {topology.kubernetes.io/zone: us-west-2b, eks.amazonaws.com/compute-type: fargate}
        spec: {providerID: 'aws:///us-west-2b/0123456789-0123456789/fargate-ip-10-42-128-21'}
        status:
          conditions: [{type: Ready, status: 'True'}]
          addresses: [{type: InternalIP, address: 10.42.128.21}]
        """);
    AwsLoadBalancers running = install();

    cluster.nlb("nlb-target-type: ip");

    assertThat(ofUi().securityGroups()).containsExactly(clusterGroup());
    assertThat(aws.ec2().instanceOf(ofUi().id())).isEmpty();
    assertThat(running.result("service", "ui/ui-nlb").orElseThrow().error()).isNull();
    assertThat(aws.elbv2().targetGroups()).hasSize(1);
  }

  @Test
  void theAnnotationOfTheResourceControllerNamesThePodsBranch() {
    aws.ec2()
        .add(
            new NetworkInterface(
                "eni-branch", "", List.of("10.42.128.99"), List.of(OWN_GROUP), true),
            "");
    AwsLoadBalancers running = install();
    annotate("[{\"eniId\":\"eni-branch\",\"privateIp\":\"10.42.128.21\"}]");
    cluster.nlb("nlb-target-type: ip");
    assertThat(openings(OWN_GROUP)).isEqualTo(1);

    annotate("[{\"eniId\":\"eni-gone\",\"privateIp\":\"10.42.128.21\"}]");
    cluster.nlb("nlb-target-type: ip", "healthcheck-interval: \"30\"");

    assertThat(running.aws().elbv2().targetGroups()).hasSize(1);
    assertThat(cluster.events())
        .anyMatch(e -> e.contains("InvalidNetworkInterfaceID.NotFound: The networkInterface ID"
            + " 'eni-gone' does not exist"));
  }

  private void annotate(String branches) {
    cluster.apply("""
        apiVersion: v1
        kind: Pod
        metadata:
          name: ui-1
          namespace: ui
          labels: {app: ui}
          annotations: {vpc.amazonaws.com/pod-eni: '%s'}
        spec:
          nodeName: node-2
          containers:
          - {name: ui, image: ui, ports: [{name: http, containerPort: 8080, protocol: TCP}]}
        status:
          phase: Running
          podIP: 10.42.128.21
          podIPs: [{ip: 10.42.128.21}]
          conditions: [{type: ContainersReady, status: 'True'}, {type: Ready, status: 'True'}]
        """.formatted(branches));
  }
}
