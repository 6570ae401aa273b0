/**
 * For tests: an extension of JUnit that gives each test a cluster of its own, and assertions for
 * AssertJ whose messages show the way of the packet.
 *
 * <pre>{@code
 * @HairpinTest(manifests = "/manifests/retail-store")
 * class StoreTest {
 *   @Test
 *   void theCatalogReachesTheUi(Cluster store) {
 *     assertThat(store.from("catalog/catalog").to("http://ui.ui")).arrivesAt("ui/ui");
 *   }
 * }
 * }</pre>
 *
 * <p>Needs JUnit Jupiter 5.12 or newer and AssertJ 3.24 or newer, which a project that tests has
 * anyway: Hairpin's core names both as optional.
 */
@NullMarked
package dev.hairpin.junit;

import org.jspecify.annotations.NullMarked;
