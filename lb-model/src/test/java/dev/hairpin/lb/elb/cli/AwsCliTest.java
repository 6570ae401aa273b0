package dev.hairpin.lb.elb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.SubnetMapping;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.Workshop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsCliTest {
  private final Workshop w = new Workshop();
  private final AwsCli cli = new AwsCli(w.elb);

  private static String recorded(String name) throws IOException {
    try (InputStream in = AwsCliTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "describe-listeners,      DescribeListeners",
    "describe-load-balancers, DescribeLoadBalancers",
    "describe-rules,          DescribeRules",
    "describe-target-groups,  DescribeTargetGroups",
    "describe-target-health,  DescribeTargetHealth",
  })
  void theFormatsAreThoseOfTheRealCommandLine(String command, String operation) throws IOException {
    String json = recorded(command + ".json");
    Map<String, Object> result = Json.parse(json);

    assertThat(JsonFormat.print(result)).isEqualTo(json);
    assertThat(TextFormat.print(result)).isEqualTo(recorded(command + ".text"));
    assertThat(TableFormat.print(operation, result)).isEqualTo(recorded(command + ".table"));
  }

  @Test
  void aLoadBalancerShowsTheAddressesThatItsOwnerGave() {
    w.vpc.elasticIp("eipalloc-b", "198.51.100.9");
    w.vpc.addSecurityGroup("sg-1");
    w.elb.createLoadBalancer(LoadBalancer.network("k8s-ui-uinlb-cad95071ca")
        .internetFacing()
        .subnets("pub-a")
        .subnet(new SubnetMapping("pub-b", "eipalloc-b", null, null))
        .securityGroups("sg-1")
        .build());
    w.settle();

    String arn = w.elb.loadBalancers().iterator().next().arn();
    assertThat(cli.describeLoadBalancer(arn, Format.JSON))
        .isEqualTo(cli.describeLoadBalancers(Format.JSON));
    assertThat(cli.describeLoadBalancers(Format.JSON)).isEqualTo("""
            {
                "LoadBalancers": [
                    {
                        "LoadBalancerArn": "arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/net/k8s-ui-uinlb-cad95071ca/dd7f4f2dcc1d8234",
                        "DNSName": "k8s-ui-uinlb-cad95071ca-dd7f4f2dcc1d8234.elb.us-west-2.amazonaws.com",
                        "CanonicalHostedZoneId": "Z18D5FSROUN65G",
                        "CreatedTime": "2026-01-01T00:00:00.000000+00:00",
                        "LoadBalancerName": "k8s-ui-uinlb-cad95071ca",
                        "Scheme": "internet-facing",
                        "VpcId": "vpc-0e5c0ffee0e5c0fee",
                        "State": {
                            "Code": "active"
                        },
                        "Type": "network",
                        "AvailabilityZones": [
                            {
                                "ZoneName": "us-west-2a",
                                "SubnetId": "pub-a",
                                "LoadBalancerAddresses": []
                            },
                            {
                                "ZoneName": "us-west-2b",
                                "SubnetId": "pub-b",
                                "LoadBalancerAddresses": [
                                    {
                                        "IpAddress": "198.51.100.9",
                                        "AllocationId": "eipalloc-b"
                                    }
                                ]
                            }
                        ],
                        "SecurityGroups": [
                            "sg-1"
                        ],
                        "IpAddressType": "ipv4"
                    }
                ]
            }
            """);
  }

  @Test
  void listenersRulesAndGroupsHaveTheMembersOfTheApi() {
    String lb = w.application();
    String group = w.group(TargetGroup.ips("ui", ListenerProtocol.HTTP, 8080));
    String listener = w.elb.createListener(
        Listener.of(lb, 80, ListenerProtocol.HTTP, Action.Redirect.toHttps(443)));
    w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/*"), Action.forward(group)));
    w.settle();

    assertThat(cli.describeRules(listener, Format.TEXT))
        .isEqualTo("RULES\tFalse\t1\t"
            + w.elb.listener(listener).rules().get(0).arn()
            + "\nACTIONS\t1\t"
            + group
            + "\tforward\nTARGETGROUPSTICKINESSCONFIG\tFalse\nTARGETGROUPS\t"
            + group
            + "\t1\nCONDITIONS\tpath-pattern\nVALUES\t/*\nVALUES\t/*\nRULES\tTrue\tdefault\t"
            + w.elb.listener(listener).defaultRuleArn()
            + "\nACTIONS\t1\tredirect\n"
            + "REDIRECTCONFIG\t#{host}\t/#{path}\t443\tHTTPS\t#{query}\tHTTP_301\n");
    assertThat(cli.describeListeners(lb, Format.TEXT))
        .startsWith("LISTENERS\t" + listener + "\t" + lb + "\t80\tHTTP\nDEFAULTACTIONS\t1\t");
    assertThat(cli.describeTargetGroups(lb, Format.TEXT))
        .isEqualTo("TARGETGROUPS\tTrue\t15\t/\ttraffic-port\tHTTP\t5\t2\tipv4\t8080\tHTTP\tHTTP1\t"
            + group
            + "\tui\tip\t2\tvpc-0e5c0ffee0e5c0fee\nLOADBALANCERARNS\t"
            + lb
            + "\nMATCHER\t200\n");
  }

  @Test
  void targetHealthOfTheWorkshopsInstanceModeHasThreeTargets() {
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", ListenerProtocol.TCP, 30549));
    w.elb.createListener(Listener.forwarding(lb, 80, ListenerProtocol.TCP, group));
    w.register(group, 30549, "i-0aa", "i-0bb", "i-0cc");
    w.answers.put("i-0cc", HealthProbe.Result.Failed.refused());
    w.pass(60);

    assertThat(cli.describeTargetHealth(group, Format.TEXT)).isEqualTo("""
            TARGETHEALTHDESCRIPTIONS	30549
            TARGET	i-0aa	30549
            TARGETHEALTH	healthy
            TARGETHEALTHDESCRIPTIONS	30549
            TARGET	i-0bb	30549
            TARGETHEALTH	healthy
            TARGETHEALTHDESCRIPTIONS	30549
            TARGET	i-0cc	30549
            TARGETHEALTH	Health checks failed	Target.FailedHealthChecks	unhealthy
            """);
  }

  @Test
  void anIpTargetShowsItsZone() {
    String lb = w.network();
    String group = w.group(TargetGroup.ips("ui", ListenerProtocol.TCP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, ListenerProtocol.TCP, group));
    w.register(group, 8080, "10.0.11.34");
    w.settle();

    assertThat(cli.describeTargetHealth(group, Format.TEXT)).isEqualTo("""
            TARGETHEALTHDESCRIPTIONS	8080
            TARGET	us-west-2b	10.0.11.34	8080
            TARGETHEALTH	healthy
            """);
  }
}
