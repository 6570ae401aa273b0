package dev.hairpin.dns.rewrite;

import com.google.common.io.BaseEncoding;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.plugin.Labels;
import dev.hairpin.dns.plugin.Query;
import dev.hairpin.dns.plugin.Setup;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Adds, changes or takes away an option of EDNS. A question without an OPT record gets one of 4,096
 * octets, which the reply then has too.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Since 1.12 a rule may end in {@code revert}, which takes
 * the option out of OPT records that upstreams put into their answers; where there is none, the
 * reply has the option all the same (issue 8234 of CoreDNS). Since 1.12.3 there is {@code unset}.
 */
final class EdnsRule implements Rule {
  private static final int DEFAULT_SIZE = 4096;

  private final int code;
  private final Action action;
  private final Function<Query, Optional<byte[]>> data;
  private final boolean appendsTwice;
  private final boolean reverts;

  private enum Action {
    APPEND,
    REPLACE,
    SET,
    UNSET
  }

  /**
   * A rule.
   *
   * @param code the option's number
   * @param action what is done
   * @param data what the option holds; nothing if the rule does not apply
   * @param appendsTwice whether {@code append} adds an option that is there already
   * @param reverts whether answers are changed back
   */
  private EdnsRule(
      int code,
      Action action,
      Function<Query, Optional<byte[]>> data,
      boolean appendsTwice,
      boolean reverts) {
    this.code = code;
    this.action = action;
    this.data = data;
    this.appendsTwice = appendsTwice;
    this.reverts = reverts;
  }

  static Rule parse(List<String> words, Setup setup) {
    if (words.size() < 2) {
      throw new CorefileException("too few arguments for an EDNS0 rule");
    }
    boolean reverts =
        setup.version().revertsEdnsOptions() && words.get(words.size() - 1).equals("revert");
    List<String> args = reverts ? words.subList(0, words.size() - 1) : words;
    Action action = action(words.get(1), setup);
    boolean unset = action == Action.UNSET;
    switch (args.get(0).toLowerCase(Locale.ROOT)) {
      case "local" -> {
        if (args.size() != (unset ? 3 : 4)) {
          throw new CorefileException(
              unset
                  ? "EDNS0 local unset action requires exactly two arguments"
                  : "EDNS0 local rules require exactly three args");
        }
        int code = code(args.get(2));
        setup.supportOption(code);
        boolean variable = !unset && args.get(3).startsWith("{") && args.get(3).endsWith("}");
        return new EdnsRule(
            code,
            action,
            unset ? query -> Optional.empty() : value(args.get(3), setup),
            !variable,
            reverts);
      }
      case "nsid" -> {
        if (args.size() != 2) {
          throw new CorefileException("EDNS0 NSID rules do not accept args");
        }
        return new EdnsRule(
            EdnsOption.NSID,
            action,
            query -> unset ? Optional.empty() : Optional.of(new byte[0]),
            true,
            reverts);
      }
      case "subnet" -> {
        if (args.size() != (unset ? 2 : 4)) {
          throw new CorefileException("EDNS0 subnet rules require exactly three args");
        }
        int v4 = unset ? 0 : prefix(args.get(2), 32);
        int v6 = unset ? 0 : prefix(args.get(3), 128);
        return new EdnsRule(
            EdnsOption.CLIENT_SUBNET,
            action,
            query -> unset
                ? Optional.empty()
                : Optional.of(subnet(query.client().address().address(), v4, v6)),
            false,
            reverts);
      }
      default -> throw new CorefileException("invalid rule type \"" + args.get(0) + "\"");
    }
  }

  private static Action action(String word, Setup setup) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "append" -> Action.APPEND;
      case "replace" -> Action.REPLACE;
      case "set" -> Action.SET;
      case "unset" -> {
        if (setup.version().unsetsEdnsOptions()) {
          yield Action.UNSET;
        }
        throw new CorefileException("invalid action: \"unset\"");
      }
      default -> throw new CorefileException("invalid action: \"" + word + "\"");
    };
  }

  private static int code(String text) {
    try {
      int code = Integer.decode(text);
      if (code >= 0 && code <= 0xffff) {
        return code;
      }
    } catch (NumberFormatException notANumber) {
      throw new CorefileException("invalid EDNS0 option code: " + text);
    }
    throw new CorefileException("invalid EDNS0 option code: " + text);
  }

  private static int prefix(String text, int most) {
    if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > most) {
      throw new CorefileException("invalid bit mask length " + text);
    }
    return Integer.parseInt(text);
  }

  private static Function<Query, Optional<byte[]>> value(String text, Setup setup) {
    if (text.startsWith("{") && text.endsWith("}")) {
      return variable(text, setup);
    }
    byte[] octets;
    if (text.startsWith("0x")) {
      String hex = text.substring(2).toLowerCase(Locale.ROOT);
      if (!BaseEncoding.base16().lowerCase().canDecode(hex)) {
        throw new CorefileException("invalid hexadecimal data " + text);
      }
      octets = BaseEncoding.base16().lowerCase().decode(hex);
    } else {
      octets = text.getBytes(StandardCharsets.UTF_8);
    }
    return query -> Optional.of(octets.clone());
  }

  private static Function<Query, Optional<byte[]>> variable(String text, Setup setup) {
    return switch (text) {
      case "{qname}" -> query -> octets(query.name().toString());
      case "{qtype}" -> query -> uint16(query.type().code());
      case "{client_ip}" ->
        query -> Optional.of(query.client().address().address().toBytes());
      case "{client_port}" -> query -> uint16(query.client().address().port());
      case "{protocol}" -> query -> octets(protocol(query.client()));
      case "{server_ip}" ->
        query -> Optional.of(query.client().server().address().toBytes());
      case "{server_port}" -> query -> uint16(query.client().server().port());
      default -> label(text, setup);
    };
  }

  /** A label of the plugin metadata; without a value the rule does not apply. */
  private static Function<Query, Optional<byte[]>> label(String text, Setup setup) {
    String label = text.substring(1, text.length() - 1);
    if (!Labels.isLabel(label)) {
      throw new CorefileException("unsupported variable name \"" + text + "\"");
    }
    return query -> Labels.of(setup)
        .value(query, label)
        .filter(value -> !value.isEmpty())
        .flatMap(EdnsRule::octets);
  }

  private static Optional<byte[]> octets(String text) {
    return Optional.of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String protocol(Client client) {
    return client.transport().name().toLowerCase(Locale.ROOT);
  }

  private static Optional<byte[]> uint16(int value) {
    return Optional.of(new byte[] {(byte) (value >> 8), (byte) value});
  }

  private static byte[] subnet(IpAddress client, int v4, int v6) {
    int length = client.isV4() ? v4 : v6;
    byte[] network = Cidr.containing(client, length).address().toBytes();
    byte[] octets = Arrays.copyOf(
        new byte[] {0, (byte) (client.isV4() ? 1 : 2), (byte) length, 0}, 4 + (length + 7) / 8);
    System.arraycopy(network, 0, octets, 4, octets.length - 4);
    return octets;
  }

  @Override
  public Optional<List<ResponseRule>> apply(Query query) {
    Optional<byte[]> value = data.apply(query);
    if (value.isEmpty() && action != Action.UNSET) {
      return Optional.empty();
    }
    Edns edns = query.message().edns().orElse(Edns.ofSize(DEFAULT_SIZE));
    List<EdnsOption> options = new ArrayList<>(edns.options());
    EdnsOption before =
        options.stream().filter(o -> o.code() == code).findFirst().orElse(null);
    EdnsOption after = value.map(octets -> EdnsOption.of(code, octets)).orElse(null);
    boolean done = change(options, before, after);
    query.replace(query.message().withEdns(edns.withOptions(options)));
    return done ? Optional.of(reverts ? List.of(reverting(before)) : List.of()) : Optional.empty();
  }

  private boolean change(
      List<EdnsOption> options, @Nullable EdnsOption before, @Nullable EdnsOption after) {
    if (after == null) {
      return options.removeIf(o -> o.code() == code);
    }
    if (before != null && action != Action.APPEND) {
      options.set(options.indexOf(before), after);
      return true;
    }
    boolean adds =
        action == Action.SET || (action == Action.APPEND && (before == null || appendsTwice));
    if (adds) {
      options.add(after);
    }
    return adds;
  }

  /** Gives the OPT record of an answer the option as it was in the question. */
  private ResponseRule reverting(@Nullable EdnsOption before) {
    return new ResponseRule() {
      @Override
      public Message change(Message message) {
        Edns edns = message.edns().orElse(null);
        if (edns == null) {
          return message;
        }
        List<EdnsOption> options = new ArrayList<>(edns.options());
        options.removeIf(o -> o.code() == code);
        if (before != null) {
          options.add(before);
        }
        return message.withEdns(edns.withOptions(options));
      }
    };
  }
}
