package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is answered past the plugins is what the plugins would answer. */
class PlainAnswersTest {
  private static final List<String> COREFILES =
      List.of("""
      . {
        kubernetes cluster.local {
          ttl 3
        }
        cache 30 {
          disable success cluster.local
          disable denial cluster.local
        }
        loadbalance
      }
      """, """
      . {
        kubernetes cluster.local in-addr.arpa {
          fallthrough
        }
        forward . 192.0.2.53
      }
      """, """
      . {
        kubernetes cluster.local
      }
      shop.svc.cluster.local {
        whoami
      }
      """, """
      . {
        kubernetes cluster.local {
          namespaces shop
          ignore empty_service
        }
      }
      """, """
      . {
        kubernetes cluster.local
        cache 30
        loadbalance
        errors
      }
      """, """
      . {
        kubernetes cluster.local
        cache 30 shop.svc.cluster.local {
          success 2000 4 2
          serve_stale 3s
        }
      }
      """, """
      . {
        kubernetes cluster.local
        cache {
          prefetch 2
        }
      }
      """, """
      . {
        kubernetes cluster.local
        cache {
          keepttl
          disable denial
        }
        minimal
      }
      """, """
      . {
        rewrite name web.shop.svc.cluster.local db.shop.svc.cluster.local
        kubernetes cluster.local
      }
      """);

  private static ClusterState cluster() {
    ClusterState state = Clusters.shop();
    state.store(new Namespace(ObjectMeta.of("", "ui")));
    state.store(Clusters.service("ui", "web", "fd00::1"));
    state.store(Clusters.service("ui", "odd", ""));
    state.store(Clusters.service("gone", "web", "10.96.9.9"));
    return state;
  }

  @Property(tries = 2000)
  void theShortcutAnswersAsTheChainDoes(
      @ForAll("corefiles") String corefile, @ForAll("queries") List<Message> queries) {
    ClusterState state = cluster();
    CoreDnsServer dns =
        CoreDnsServer.install(state, Corefile.parse(corefile), CoreDnsVersion.DEFAULT);
    CoreDnsServer slow =
        CoreDnsServer.install(state, Corefile.parse(corefile), CoreDnsVersion.DEFAULT);
    Client client = new Client(
        SocketAddress.parse("10.244.1.10:40000"),
        SocketAddress.parse("10.96.0.10:53"),
        Transport.UDP);
    for (int i = 0; i < queries.size(); i++) {
      if (i == 1) {
        state.store(Clusters.service("shop", "new", "10.96.1.1"));
        state.remove(new ObjectKey("Service", "ui", "web"));
        state.remove(new ObjectKey("Namespace", "", "ui"));
      }
      state.clock().advance(Duration.ofMillis(900));
      Message query = queries.get(i);
      Answer fast = dns.answer(query, client, Chooser.seeded(i));
      Answer chain = slow.answerByChain(query, client, Chooser.seeded(i), false);

      assertThat(fast).hasToString(chain.toString());
      assertThat(fast.encode().orElseThrow()).isEqualTo(chain.encode().orElseThrow());
      assertThat(fast.explain()).isEqualTo(chain.explain());
    }
  }

  @Provide
  Arbitrary<String> corefiles() {
    return Arbitraries.of(COREFILES);
  }

  @Provide
  Arbitrary<List<Message>> queries() {
    Arbitrary<String> labels = Arbitraries.of(
        "web", "Web", "db", "new", "odd", "shop", "ui", "gone", "svc", "pod", "ns", "dns");
    Arbitrary<DnsName> names = Combinators.combine(
            labels.list().ofMinSize(1).ofMaxSize(4),
            Arbitraries.of("svc.cluster.local.", "svc.Cluster.local.", "in-addr.arpa.", "x."))
        .as((left, zone) -> DnsName.parse(String.join(".", left) + "." + zone));
    Arbitrary<RecordType> types =
        Arbitraries.of(RecordType.A, RecordType.AAAA, RecordType.SRV, RecordType.TXT);
    Arbitrary<Message> queries = Combinators.combine(
            names, types, Arbitraries.of(true, false), Arbitraries.of(0, 0, 0, 1232))
        .as((name, type, checking, size) -> Message.query(7, new Question(name, type))
            .with(Flag.CD, checking)
            .withEdns(size == 0 ? null : Edns.ofSize(size)));
    // Few different questions, so that they are asked again while the answer is in the cache.
    return queries
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .flatMap(few -> Arbitraries.of(few).list().ofMinSize(1).ofMaxSize(16));
  }
}
