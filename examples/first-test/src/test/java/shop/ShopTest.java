package shop;

import static dev.hairpin.junit.HairpinAssertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.junit.HairpinTest;
import org.junit.jupiter.api.Test;

@HairpinTest(manifests = "/shop.yaml")
class ShopTest {

  @Test
  void theFrontReachesTheCart(Cluster shop) {
    assertThat(shop.from("shop/front").to("http://cart"))
        .arrivesAt("shop/cart")
        .arrivesAtPort(9000)
        .keepsSource();
  }

  @Test
  void threeCartsShareTheLoad(Cluster shop) {
    assertThat(shop.from("shop/front").sharesTo("http://cart")).allArrive().arriveAt("shop/cart", 1, 1);
  }

  @Test
  void aServiceThatSelectsNobodyRefuses(Cluster shop) {
    shop.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: cart, namespace: shop}
        spec:
          selector: {app: crat}
          ports: [{name: http, port: 80, targetPort: 9000}]
        """);

    assertThat(shop.from("shop/front").to("http://cart")).isRefused();
  }
}
