package dev.hairpin.dns.corefile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorefileTest {

  @Test
  void aBlockHasZonesPortsAndPlugins() {
    Corefile corefile = Corefile.parse("""
        example.org:1053, 10.0.0.0/15 {
          errors
          cache 30   # half a minute
        }
        . {
          whoami
        }
        """);

    assertThat(corefile.blocks()).hasSize(2);
    assertThat(corefile.blocks().get(0).zones())
        .extracting(ServedZone::toString)
        .containsExactly(
            "dns://example.org.:1053",
            "dns://0.10.in-addr.arpa.:53",
            "dns://1.10.in-addr.arpa.:53");
    assertThat(corefile.blocks().get(0).plugins()).containsOnlyKeys("errors", "cache");
    assertThat(corefile.blocks().get(1).zones()).hasToString("[dns://.:53]");
  }

  @Test
  void snippetsAndVariablesAreUnfolded() {
    Corefile corefile = Corefile.parse(
        """
        (common) {
          errors
          forward . {$UPSTREAM} {
            max_fails 3
          }
        }
        .:{%PORT%} {
          import common
        }
        """, "Corefile", Imports.none(), Map.of("UPSTREAM", "192.0.2.1", "PORT", "5353"));

    ServerBlock block = corefile.blocks().get(0);
    assertThat(block.zones()).hasToString("[dns://.:5353]");
    assertThat(block.plugins().get("forward"))
        .extracting(Token::text)
        .containsExactly("forward", ".", "192.0.2.1", "{", "max_fails", "3", "}");
  }

  @Test
  void errorsNameFileAndLine() {
    assertThatThrownBy(() -> Corefile.parse(".:53 {\n  errors\n  kubernetess\n}\n"))
        .isInstanceOf(CorefileException.class)
        .hasMessage("Corefile:3 - Error during parsing: Unknown directive 'kubernetess'");
    assertThatThrownBy(() -> Corefile.parse(".:53 {\n  errors\n"))
        .hasMessage("Corefile:2 - Error during parsing: Unexpected EOF");
    assertThatThrownBy(() -> Corefile.parse(".:53 {\n}\n.:53 {\n}\n"))
        .hasMessage("cannot serve dns://.:53 - it is already defined");
    assertThatThrownBy(() -> Corefile.parse("example.org, {\n}\n"))
        .hasMessage("Corefile:1 - Error during parsing:"
            + " Expected another address but had '{' - check for extra comma");
    assertThatThrownBy(() -> Corefile.parse(".:99999 {\n}\n"))
        .hasMessage("invalid port in \".:99999\"");
  }

  @Test
  void filesAreImportedFromTheFolderOnly(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("Corefile"), "import zones/*.conf\n");
    Files.createDirectory(dir.resolve("zones"));
    Files.writeString(dir.resolve("zones/a.conf"), "a.test {\n  whoami\n}\n");
    Files.writeString(dir.resolve("zones/b.conf"), "b.test {\n  whoamii\n}\n");

    assertThatThrownBy(() -> Corefile.read(dir.resolve("Corefile"), Map.of()))
        .hasMessage("zones/b.conf:2 - Error during parsing: Unknown directive 'whoamii'");

    Files.writeString(dir.resolve("Corefile"), ". {\n  import ../secret\n}\n");
    assertThatThrownBy(() -> Corefile.read(dir.resolve("Corefile"), Map.of()))
        .hasMessage(
            "Corefile:2 - Error during parsing:" + " import of ../secret leads out of its folder");
  }

  @Test
  void importsThatImportThemselvesEnd(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("Corefile"), "import Corefile\nimport Corefile\n");

    assertThatThrownBy(() -> Corefile.read(dir.resolve("Corefile"), Map.of()))
        .isInstanceOf(CorefileException.class)
        .hasMessageEndingWith("imports of 'Corefile' do not end");
  }

  @Test
  void theDefaultsOfEksAndKubeadmAreBuiltIn() {
    assertThat(Corefile.eks().blocks().get(0).plugins()).containsKeys("kubernetes", "forward");
    assertThat(Corefile.kubeadm().blocks().get(0).plugins().get("kubernetes"))
        .extracting(Token::text)
        .containsSubsequence("ttl", "30");
  }

  @Test
  void aBlockWithoutAnAddressIsReadAndServesNobody() {
    assertThat(Corefile.parse("{\n errors\n}\n").blocks()).isEmpty();
    assertThatThrownBy(() -> Corefile.parse("{"))
        .isInstanceOf(CorefileException.class)
        .hasMessageContaining("Unexpected EOF");
  }

  @Property
  void anyTextIsAConfigurationOrAnError(
      @ForAll @StringLength(max = 80) @CharRange(from = ' ', to = '~') String text) {
    String corefile = text.replace('~', '\n').replace('|', '{').replace('`', '}');
    try {
      assertThat(Corefile.parse(corefile).blocks()).isNotNull();
    } catch (CorefileException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}
