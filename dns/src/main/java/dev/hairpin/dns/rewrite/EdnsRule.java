package dev.hairpin.dns.rewrite;

import com.google.common.io.BaseEncoding;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
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

/**
 * Adds or changes an option of EDNS. A question without an OPT record gets one of 4,096 octets,
 * which the reply then has too.
 *
 * <p>Source: CoreDNS 1.11.3.
 */
final class EdnsRule implements Rule {
  private static final int DEFAULT_SIZE = 4096;

  private final int code;
  private final boolean replaces;
  private final boolean adds;
  private final Function<Query, byte[]> data;

  private EdnsRule(int code, String action, Function<Query, byte[]> data) {
    this.code = code;
    this.replaces = action.equals("replace") || action.equals("set");
    this.adds = action.equals("append") || action.equals("set");
    this.data = data;
  }

  static Rule parse(List<String> args, Setup setup) {
    if (args.size() < 2) {
      throw new CorefileException("too few arguments for an EDNS0 rule");
    }
    String action = args.get(1).toLowerCase(Locale.ROOT);
    if (!List.of("append", "replace", "set").contains(action)) {
      throw new CorefileException("invalid action: \"" + action + "\"");
    }
    switch (args.get(0).toLowerCase(Locale.ROOT)) {
      case "local" -> {
        if (args.size() != 4) {
          throw new CorefileException("EDNS0 local rules require exactly three args");
        }
        int code = code(args.get(2));
        setup.supportOption(code);
        return new EdnsRule(code, action, value(args.get(3)));
      }
      case "nsid" -> {
        if (args.size() != 2) {
          throw new CorefileException("EDNS0 NSID rules do not accept args");
        }
        return new EdnsRule(EdnsOption.NSID, action, query -> new byte[0]);
      }
      case "subnet" -> {
        if (args.size() != 4) {
          throw new CorefileException("EDNS0 subnet rules require exactly three args");
        }
        int v4 = prefix(args.get(2), 32);
        int v6 = prefix(args.get(3), 128);
        return new EdnsRule(
            EdnsOption.CLIENT_SUBNET,
            action,
            query -> subnet(query.client().address().address(), v4, v6));
      }
      default -> throw new CorefileException("invalid rule type \"" + args.get(0) + "\"");
    }
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

  private static Function<Query, byte[]> value(String text) {
    if (text.startsWith("{") && text.endsWith("}")) {
      return variable(text);
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
    return query -> octets.clone();
  }

  private static Function<Query, byte[]> variable(String text) {
    return switch (text) {
      case "{qname}" -> query -> query.name().toString().getBytes(StandardCharsets.ISO_8859_1);
      case "{qtype}" -> query -> uint16(query.type().code());
      case "{client_ip}" -> query -> query.client().address().address().toBytes();
      case "{client_port}" -> query -> uint16(query.client().address().port());
      case "{protocol}" -> query -> protocol(query.client()).getBytes(StandardCharsets.ISO_8859_1);
      case "{server_ip}" -> query -> query.client().server().address().toBytes();
      case "{server_port}" -> query -> uint16(query.client().server().port());
      default -> throw new CorefileException("unsupported variable name \"" + text + "\"");
    };
  }

  private static String protocol(Client client) {
    return client.transport().name().toLowerCase(Locale.ROOT);
  }

  private static byte[] uint16(int value) {
    return new byte[] {(byte) (value >> 8), (byte) value};
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
    Edns edns = query.message().edns().orElse(Edns.ofSize(DEFAULT_SIZE));
    List<EdnsOption> options = new ArrayList<>(edns.options());
    boolean done = false;
    EdnsOption option = EdnsOption.of(code, data.apply(query));
    for (int i = 0; i < options.size() && replaces && !done; i++) {
      if (options.get(i).code() == code) {
        options.set(i, option);
        done = true;
      }
    }
    if (!done && adds) {
      options.add(option);
      done = true;
    }
    query.replace(query.message().withEdns(edns.withOptions(options)));
    return done ? Optional.of(List.of()) : Optional.empty();
  }
}
