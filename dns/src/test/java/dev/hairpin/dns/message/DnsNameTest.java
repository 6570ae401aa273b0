package dev.hairpin.dns.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DnsNameTest {

  @Test
  void namesThatDifferInCaseAreEqualAndKeepTheirSpelling() {
    DnsName asked = DnsName.parse("Web.Shop.SVC.cluster.local");

    assertThat(asked).isEqualTo(DnsName.parse("web.shop.svc.cluster.local."));
    assertThat(asked).hasSameHashCodeAs(DnsName.parse("web.shop.svc.cluster.local."));
    assertThat(asked).hasToString("Web.Shop.SVC.cluster.local.");
    assertThat(asked.lowerCase()).hasToString("web.shop.svc.cluster.local.");
    assertThat(asked.isSpelledLike(asked.lowerCase())).isFalse();
  }

  @Test
  void aNameIsInItselfAndInTheZonesAboveIt() {
    DnsName name = DnsName.parse("web.shop.svc.cluster.local.");

    assertThat(name.isIn(name)).isTrue();
    assertThat(name.isIn(DnsName.parse("Cluster.Local."))).isTrue();
    assertThat(name.isIn(DnsName.ROOT)).isTrue();
    assertThat(name.isIn(DnsName.parse("uster.local."))).isFalse();
    assertThat(DnsName.parse("local.").isIn(name)).isFalse();
  }

  @Test
  void labelsAreWrittenWithTheirEscapes() {
    DnsName name = DnsName.parse("a\\.b.c\\032d.");

    assertThat(name.labels()).containsExactly("a\\.b", "c\\ d");
    assertThat(name.firstLabel()).isEqualTo("a.b");
    assertThat(name.withoutFirst(1)).hasToString("c\\ d.");
    assertThat(DnsName.ROOT.labels()).isEmpty();
  }

  @Test
  void theLongestNameHas255Octets() {
    String label63 = "a".repeat(63);
    String longest = String.join(".", List.of(label63, label63, label63, "a".repeat(61)));

    assertThat(DnsName.parse(longest).octets()).isEqualTo(255);
    assertThatThrownBy(() -> DnsName.parse(longest + "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("is longer than the 255 octets of a domain name");
    assertThatThrownBy(() -> DnsName.parse("a".repeat(65_536)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("is longer than the 255 octets of a domain name");
    assertThatThrownBy(() -> DnsName.parse("b.a" + label63))
        .hasMessage("\"b.a" + label63 + "\" has a label of 64 octets; 63 are allowed");
    assertThatThrownBy(() -> DnsName.parse("a..b")).hasMessage("\"a..b\" has an empty label");
  }

  @Property
  void everyNameOnTheWireReadsBackFromItsText(
      @ForAll @Size(min = 1, max = 5) List<@Size(min = 1, max = 40) byte[]> labels) {
    byte[] wire = new byte[labels.stream().mapToInt(l -> l.length + 1).sum() + 1];
    int at = 0;
    for (byte[] label : labels) {
      wire[at] = (byte) label.length;
      System.arraycopy(label, 0, wire, at + 1, label.length);
      at += label.length + 1;
    }
    DnsName name = DnsName.ofWire(wire);

    assertThat(DnsName.parse(name.toString()).isSpelledLike(name)).isTrue();
    assertThat(name.labelCount()).isEqualTo(labels.size());
  }
}
