package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.addon.AddOn;
import java.time.Duration;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A fork goes on as its original would have, and neither sees what becomes of the other. */
class ForkLawsTest {
  @Property(tries = 60)
  void aForkGoesOnAsItsOriginal(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster original = BusyShop.of(random);
    BusyShop.happenings(random.nextInt(12), original, random);

    Cluster fork = original.fork();
    Cluster noise = original.fork();
    long later = random.nextLong();
    SplittableRandom ofOriginal = new SplittableRandom(later);
    SplittableRandom ofFork = new SplittableRandom(later);
    for (int i = 0; i < 12; i++) {
      BusyShop.happenings(1, original, ofOriginal);
      BusyShop.happenings(1, noise, random);
      BusyShop.happenings(1, fork, ofFork);
    }
    original.advance(Duration.ofMinutes(1));
    noise.advance(Duration.ofMinutes(1));
    fork.advance(Duration.ofMinutes(1));

    assertThat(BusyShop.objects(fork.state())).isEqualTo(BusyShop.objects(original.state()));
    assertThat(fork.state().events()).isEqualTo(original.state().events());
  }

  /** Counts how often it is started. */
  private static final class Counted implements AddOn {
    private int started;

    @Override
    public String name() {
      return "counted";
    }

    @Override
    public Component start(ClusterState state) {
      started++;
      return new Counter();
    }
  }

  private static final class Counter implements AddOn.Component {}

  @Test
  void anAddOnBeginsWhenTheForkIsFirstChangedOrAskedOrItsTimeMoves() {
    Counted addOn = new Counted();
    Cluster cluster = Cluster.kubeadm().install(addOn);
    assertThat(addOn.started).isEqualTo(1);

    Cluster fork = cluster.fork();
    Cluster ofFork = fork.fork();
    assertThat(fork.toString()).startsWith("cluster at ");
    fork.get("nodes");
    assertThat(addOn.started).isEqualTo(1);

    fork.state().remove(new ObjectKey(Node.KIND, "", "no-such"));
    assertThat(addOn.started).isEqualTo(2);
    assertThat(ofFork.component(Counter.class)).isPresent();
    assertThat(addOn.started).isEqualTo(3);
    cluster.fork().advance(Duration.ZERO);
    assertThat(addOn.started).isEqualTo(4);
    fork.advance(Duration.ZERO);
    assertThat(fork.component(Counter.class)).isPresent();
    assertThat(addOn.started).isEqualTo(4);
  }
}
