package dev.hairpin.iptables.kernel;

import dev.hairpin.net.IpFamily;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Network namespaces of the machine: nodes, pods and a client, joined by veths, with a
 * {@link Probe} in each that has processes.
 *
 * <p>Every namespace is called {@code hpk-PID-...}; {@link #close} removes them.
 */
final class KernelLab implements AutoCloseable {
  private final String prefix;
  private final IpFamily family;
  private final List<String> namespaces = new ArrayList<>();
  private final Map<String, Process> probes = new LinkedHashMap<>();
  private final Map<String, BufferedReader> answers = new LinkedHashMap<>();

  /** A call that a namespace is to make. */
  record Order(String caller, String command) {}

  /**
   * A lab without namespaces yet.
   *
   * @param name tells its namespaces from those of other labs of this process
   */
  KernelLab(IpFamily family, String name) {
    this.family = family;
    this.prefix = "hpk" + (family == IpFamily.IPV4 ? "4-" : "6-")
        + ProcessHandle.current().pid() + name + "-";
  }

  /** Why the kernel cannot be asked here; null if it can. */
  static @Nullable String missing() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return "this is not Linux";
    }
    if (!"root".equals(System.getProperty("user.name"))) {
      return "network namespaces need root";
    }
    for (String program : List.of("ip", "conntrack", "iptables-restore", "ip6tables-restore")) {
      boolean found = false;
      for (String folder : List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin")) {
        found |= Files.isExecutable(Path.of(folder, program));
      }
      if (!found) {
        return "the program " + program + " is not installed";
      }
    }
    try (KernelLab four = new KernelLab(IpFamily.IPV4, "");
        KernelLab six = new KernelLab(IpFamily.IPV6, "")) {
      for (KernelLab trial : List.of(four, six)) {
        trial.namespace("trial");
        trial.restore("trial", "*nat\nCOMMIT\n");
      }
      return null;
    } catch (IllegalStateException e) {
      return "the machine does not let us make network namespaces: " + e.getMessage();
    }
  }

  void namespace(String name) {
    run("", "ip", "netns", "add", prefix + name);
    namespaces.add(name);
    sysctl(name, "net.ipv6.conf.default.accept_dad", "0");
    in(name, "link set lo up");
  }

  /** Runs lines of {@code ip -batch} in a namespace. */
  void in(String name, String... lines) {
    run(String.join("\n", lines) + "\n", "ip", "-n", prefix + name, "-batch", "-");
  }

  /** Joins two namespaces by a veth pair, both ends up. */
  void wire(String one, String device, String other, String otherDevice) {
    in(
        one,
        "link add " + device + " type veth peer name " + otherDevice + " netns " + prefix + other,
        "link set " + device + " up");
    in(other, "link set " + otherDevice + " up");
  }

  void sysctl(String name, String key, String value) {
    run(
        "",
        "ip",
        "netns",
        "exec",
        prefix + name,
        "sh",
        "-c",
        "echo " + value + " > /proc/sys/" + key.replace('.', '/'));
  }

  /** Replaces the tables of a namespace that a text names. */
  void restore(String name, String text) {
    run(text, "ip", "netns", "exec", prefix + name, command("restore"));
  }

  /** Has a text read as for {@link #restore} beside what is there, and changes nothing. */
  void check(String name, String text) {
    run(
        text,
        "ip",
        "netns",
        "exec",
        prefix + name,
        command("restore"),
        "--test",
        "--noflush",
        "--counters");
  }

  String save(String name) {
    return run("", "ip", "netns", "exec", prefix + name, command("save"));
  }

  private String command(String verb) {
    return (family == IpFamily.IPV4 ? "iptables-" : "ip6tables-") + verb;
  }

  /** The connections of a namespace that are tracked, a line each. */
  List<String> connections(String name) {
    // Its summary goes to the standard error, which would come between two lines or within one.
    String list = "conntrack -L -f " + (family == IpFamily.IPV4 ? "ipv4" : "ipv6") + " 2>/dev/null";
    return run("", "ip", "netns", "exec", prefix + name, "sh", "-c", list)
        .lines()
        .filter(line -> line.contains("src="))
        .toList();
  }

  void forgetConnections(String name) {
    run("", "ip", "netns", "exec", prefix + name, "conntrack", "-F");
  }

  /** Tells the probe of a namespace what to do; its answer. */
  String probe(String name, String command) {
    tell(name, command);
    return heard(name);
  }

  private void tell(String name, String command) {
    try {
      Process probe = probes.get(name);
      if (probe == null) {
        probe = new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                prefix + name,
                System.getProperty("java.home") + "/bin/java",
                "-Xmx24m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=" + (family == IpFamily.IPV4),
                "-cp",
                classes(),
                Probe.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
        probes.put(name, probe);
        answers.put(
            name,
            new BufferedReader(
                new InputStreamReader(probe.getInputStream(), StandardCharsets.US_ASCII)));
      }
      Writer out = new OutputStreamWriter(probe.getOutputStream(), StandardCharsets.US_ASCII);
      out.write(command + "\n");
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String heard(String name) {
    try {
      BufferedReader answer = answers.get(name);
      String line = answer == null ? null : answer.readLine();
      if (line == null) {
        throw new IllegalStateException("the probe in " + name + " is gone");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has all calls made at the same time; their answers in the order of the calls. */
  List<String> callAll(List<Order> orders) {
    List<String> said = new ArrayList<>(Collections.nCopies(orders.size(), ""));
    Map<String, Integer> awaited = new LinkedHashMap<>();
    for (int i = 0; i < orders.size(); i++) {
      Order order = orders.get(i);
      tell(order.caller, order.command + " " + i);
      awaited.merge(order.caller, 1, Integer::sum);
    }
    awaited.forEach((caller, count) -> {
      for (int i = 0; i < count; i++) {
        String line = heard(caller);
        int space = line.indexOf(' ');
        said.set(Integer.parseInt(line.substring(0, space)), line.substring(space + 1));
      }
    });
    return said;
  }

  private static String classes() {
    return Path.of(
                Probe.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            .resolveSibling("test-classes")
        + ":"
        + Path.of("target", "test-classes").toAbsolutePath();
  }

  private static String run(String input, String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (Writer out =
          new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII)) {
        out.write(input);
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output.trim());
      }
      return output;
    } catch (IOException e) {
      throw new IllegalStateException(String.join(" ", command) + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    probes.values().forEach(Process::destroyForcibly);
    List<String> left = new ArrayList<>();
    for (String name : namespaces) {
      try {
        run("", "ip", "netns", "del", prefix + name);
      } catch (IllegalStateException e) {
        left.add(String.valueOf(e.getMessage()));
      }
    }
    namespaces.clear();
    if (!left.isEmpty()) {
      throw new IllegalStateException(String.join("; ", left));
    }
  }
}
