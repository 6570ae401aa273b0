package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.message.RecordType;
import dev.hairpin.path.Chooser;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people see of a lookup; nslookup's lines as BIND 9.18 prints them. */
class PicturesTest {
  private final FakeServers servers = new FakeServers()
      .knows("catalog.catalog.svc.cluster.local.", "172.20.83.84")
      .knows("catalog.svc.cluster.local.")
      .knows("api.example.com.", "203.0.113.10", "2001:db8::10");

  private PodTools tools() {
    return new PodTools(FakeServers.podHost(""), Chooser.seeded(1), servers);
  }

  private String lookup(Host host, String name) {
    return ResolverLibrary.GLIBC
        .process(host, Chooser.seeded(1), InstantSource.system())
        .lookup(name, AddressFamily.AF_UNSPEC, servers)
        .toString();
  }

  @Test
  void aLookupIsATableOfTheNamesThatWereTried() {
    assertThat(lookup(FakeServers.podHost(""), "api.example.com")).isEqualTo("""
            api.example.com -> 203.0.113.10 2001:db8::10
              try                                      A             AAAA          at ms
              1 api.example.com.ui.svc.cluster.local.  NXDOMAIN      NXDOMAIN      0.0
              2 api.example.com.svc.cluster.local.     NXDOMAIN      NXDOMAIN      1.0
              3 api.example.com.cluster.local.         NXDOMAIN      NXDOMAIN      2.0
              4 api.example.com.ec2.internal.          NXDOMAIN      NXDOMAIN      3.0
              5 api.example.com.                       203.0.113.10  2001:db8::10  4.0
            10 queries, 8 in vain. "api.example.com." with its final dot costs 2.""");
  }

  @Test
  void waitingForADeadServerShows() {
    servers.isSilent("10.96.0.99");
    assertThat(lookup(
            FakeServers.host("nameserver 10.96.0.99", "nameserver 10.96.0.10"), "api.example.com"))
        .isEqualTo("""
            api.example.com -> 203.0.113.10 2001:db8::10
              try                             A             AAAA          at ms
              1 api.example.com. @10.96.0.99  no reply      no reply      0.0
              2 api.example.com. @10.96.0.10  203.0.113.10  2001:db8::10  5000.0
            4 queries, 2 in vain. It took 5.0 s.""");
  }

  @Test
  void theCostOfANameDependsOnLibraryAndNdots() {
    assertThat(QueryCosts.of("api.example.com", FakeServers.podHost(""), servers, List.of(1, 2, 5)))
        .hasToString("""
            api.example.com              ndots:1     ndots:2     ndots:5
              glibc-2.36                       2           2          10
              musl-1.2.3                       2           2          10
              go-1.22                          2           2          10
              java                             2           2          10
              node-20 dns.lookup               2           2          10
              node-20 dns.resolve              1           1           1""");
    assertThat(QueryCosts.of("catalog", FakeServers.podHost(""), servers, List.of(5)))
        .hasToString("""
            catalog                      ndots:5
              glibc-2.36              10 (fails)
              musl-1.2.3               4 (fails)
              go-1.22                 10 (fails)
              java                    10 (fails)
              node-20 dns.lookup      10 (fails)
              node-20 dns.resolve      1 (fails)""");
  }

  @Test
  void nslookupSearchesForANameAndThenAsksForItsOtherFamily() {
    PodTools.Output output = tools().nslookup("catalog.catalog");

    assertThat(output).hasToString("""
            ;; Got recursion not available from 10.96.0.10
            ;; Got recursion not available from 10.96.0.10
            Server:\t\t10.96.0.10
            Address:\t10.96.0.10#53

            Name:\tcatalog.catalog.svc.cluster.local
            Address: 172.20.83.84
            ;; Got recursion not available from 10.96.0.10

            """);
    assertThat(servers.asked())
        .containsExactly(
            "catalog.catalog.ui.svc.cluster.local. A",
            "catalog.catalog.svc.cluster.local. A",
            "catalog.catalog.svc.cluster.local. AAAA");
  }

  @Test
  void nslookupStopsAtANameWithoutData() {
    assertThat(tools().nslookup("catalog")).hasToString("""
            ;; Got recursion not available from 10.96.0.10
            ;; Got recursion not available from 10.96.0.10
            Server:\t\t10.96.0.10
            Address:\t10.96.0.10#53

            ;; Got recursion not available from 10.96.0.10
            *** Can't find catalog.svc.cluster.local: No answer

            """);
  }

  @Test
  void nslookupNamesTheNameAsGivenWhenNothingExists() {
    assertThat(tools().nslookup("nosuch.example.com")).hasToString("""
            ;; Got recursion not available from 10.96.0.10
            ;; Got recursion not available from 10.96.0.10
            ;; Got recursion not available from 10.96.0.10
            ;; Got recursion not available from 10.96.0.10
            ;; Got recursion not available from 10.96.0.10
            Server:\t\t10.96.0.10
            Address:\t10.96.0.10#53

            ** server can't find nosuch.example.com: NXDOMAIN

            """);
  }

  @Test
  void digAsksOnce() {
    assertThat(tools().dig("catalog.catalog.svc.cluster.local", RecordType.A).text())
        .isEqualTo("""
            ;; NOERROR, id: 1, flags: qr aa rd
            ;; QUESTION
            ;catalog.catalog.svc.cluster.local. IN A
            ;; ANSWER
            catalog.catalog.svc.cluster.local. 30 IN A 172.20.83.84

            ;; Query time: 1 msec
            ;; SERVER: 10.96.0.10#53 (UDP)
            """);
    assertThat(servers.asked()).containsExactly("catalog.catalog.svc.cluster.local. A");
  }

  @Test
  void getentSearchesForIpv6First() {
    PodTools.Output output = tools().getentHosts("catalog.catalog");

    assertThat(output).hasToString("172.20.83.84    catalog.catalog.svc.cluster.local\n");
    assertThat(output.exchanges()).hasSize(5 + 2);
  }

  @Test
  void silenceIsTold() {
    servers.isSilent("10.96.0.10");

    assertThat(tools().nslookup("catalog").text())
        .isEqualTo(";; connection timed out; no servers could be reached\n\n");
    assertThat(tools().nslookup("catalog").took()).hasSeconds(15);
  }
}
