package dev.hairpin.dns.corefile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CoreDNS's configuration.
 *
 * @param blocks the server blocks, in the order of the file
 */
public record Corefile(List<ServerBlock> blocks) {

  /**
   * Checks that no zone is served twice in the same place, unless views choose among the blocks: a
   * block without a view takes what is left, and must come last.
   *
   * @throws CorefileException if one is
   */
  public Corefile {
    blocks = List.copyOf(blocks);
    Set<String> seen = new HashSet<>();
    for (ServerBlock block : blocks) {
      for (ServedZone zone : block.zones()) {
        String place = zone + " on " + block.boundTo();
        boolean first =
            block.plugins().containsKey("view") ? !seen.contains(place) : seen.add(place);
        if (!first) {
          throw new CorefileException("cannot serve " + zone + " - it is already defined");
        }
      }
    }
  }

  /**
   * Reads a Corefile that imports no files and uses no environment variables.
   *
   * @param text the text
   * @return the configuration
   * @throws CorefileException if CoreDNS would refuse it, with the line
   */
  public static Corefile parse(String text) {
    return parse(text, "Corefile", Imports.none(), Map.of());
  }

  /**
   * Reads a Corefile.
   *
   * @param text the text
   * @param name the name of the file, for messages
   * @param imports finds the files that it imports
   * @param environment the environment variables; one that is not there is empty
   * @return the configuration
   * @throws CorefileException if CoreDNS would refuse it, with file and line
   */
  public static Corefile parse(
      String text, String name, Imports imports, Map<String, String> environment) {
    return new Corefile(
        new CorefileParser(new Lexer(text, name).tokens(), imports, environment).parse());
  }

  /**
   * Reads a file, which may import others of its folder.
   *
   * @param file the file
   * @param environment the environment variables; one that is not there is empty
   * @return the configuration
   * @throws IOException if the file cannot be read
   * @throws CorefileException if CoreDNS would refuse it, with file and line
   */
  public static Corefile read(Path file, Map<String, String> environment) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path name = file.getFileName();
    return parse(
        Files.readString(file, StandardCharsets.UTF_8),
        name == null ? "Corefile" : name.toString(),
        folder == null ? Imports.none() : Imports.within(folder),
        environment);
  }

  /**
   * The Corefile of EKS's add-on: names live 5 seconds.
   *
   * @return the configuration; its upstream is {@code /etc/resolv.conf}
   */
  public static Corefile eks() {
    return parse("""
        .:53 {
            errors
            health {
                lameduck 5s
              }
            ready
            kubernetes cluster.local in-addr.arpa ip6.arpa {
              pods insecure
              fallthrough in-addr.arpa ip6.arpa
            }
            prometheus :9153
            forward . /etc/resolv.conf
            cache 30
            loop
            reload
            loadbalance
        }
        """);
  }

  /**
   * The Corefile of kubeadm: names live 30 seconds, and those of the cluster are not cached.
   *
   * @return the configuration; its upstream is {@code /etc/resolv.conf}
   */
  public static Corefile kubeadm() {
    return parse("""
        .:53 {
            errors
            health {
               lameduck 5s
            }
            ready
            kubernetes cluster.local in-addr.arpa ip6.arpa {
               pods insecure
               fallthrough in-addr.arpa ip6.arpa
               ttl 30
            }
            prometheus :9153
            forward . /etc/resolv.conf {
               max_concurrent 1000
            }
            cache 30 {
               disable success cluster.local
               disable denial cluster.local
            }
            loop
            reload
            loadbalance
        }
        """);
  }
}
