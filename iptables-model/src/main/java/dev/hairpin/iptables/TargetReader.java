package dev.hairpin.iptables;

import dev.hairpin.iptables.Words.Word;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes a target of the options that were given for it. */
final class TargetReader {
  private static final List<String> LOG_LEVELS =
      List.of("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug");

  private final ValueReader values;

  TargetReader(ValueReader values) {
    this.values = values;
  }

  Target read(Draft draft) {
    if (draft.isUnknown()) {
      return new Target.UnknownTarget(draft.name(), draft.optionText());
    }
    return switch (draft.name()) {
      case "ACCEPT" -> Target.ACCEPT;
      case "DROP" -> Target.DROP;
      case "RETURN" -> Target.RETURN;
      case "QUEUE" -> Target.Verdict.QUEUE;
      case "SNAT" ->
        new Target.Snat(
            natTo(needed(draft, "to-source").value(), false),
            draft.has("random"),
            draft.has("random-fully"),
            draft.has("persistent"));
      case "DNAT" ->
        new Target.Dnat(
            natTo(needed(draft, "to-destination").value(), true),
            draft.has("random"),
            draft.has("persistent"));
      case "REDIRECT" -> new Target.Redirect(toPorts(draft), draft.has("random"));
      case "MASQUERADE" ->
        new Target.Masquerade(toPorts(draft), draft.has("random"), draft.has("random-fully"));
      case "NETMAP" -> {
        Word word = needed(draft, "to").value();
        yield new Target.Netmap(values.addressMask(word, word.text()));
      }
      case "MARK" -> new Target.SetMark(setMark(draft));
      case "CONNMARK" -> connMark(draft);
      case "REJECT" -> reject(draft);
      case "LOG" -> log(draft);
      case "NFLOG" ->
        new Target.Nflog(
            text(draft, "nflog-prefix", 63),
            (int) number(draft, "nflog-group", 65_535, 0),
            number(draft, "nflog-size", 0xffff_ffffL, 0),
            (int) number(draft, "nflog-threshold", 65_535, 0));
      case "TRACE" -> new Target.Trace();
      case "NOTRACK" -> new Target.Ct(true, true, null, "");
      case "CT" -> ct(draft);
      case "TPROXY" -> tproxy(draft);
      case "NFQUEUE" -> nfqueue(draft);
      case "TCPMSS" ->
        new Target.TcpMss(
            draft.has("clamp-mss-to-pmtu")
                ? -1
                : (int) values.number(needed(draft, "set-mss").value(), 0, 65_495, "a size"));
      case "CHECKSUM" -> {
        needed(draft, "checksum-fill");
        yield new Target.Checksum();
      }
      default -> throw new AssertionError("target " + draft.name() + " has a syntax only");
    };
  }

  private Draft.Option needed(Draft draft, String option) {
    Draft.@Nullable Option given = draft.option(option);
    if (given == null) {
      throw values.error(draft.word(), "-j " + draft.name() + " needs --" + option);
    }
    return given;
  }

  private long number(Draft draft, String option, long max, long missing) {
    Draft.@Nullable Option given = draft.option(option);
    return given == null ? missing : values.number(given.value(), 0, max, "a number");
  }

  private String text(Draft draft, String option, int maxLength) {
    Draft.@Nullable Option given = draft.option(option);
    if (given == null) {
      return "";
    }
    if (given.value().text().length() > maxLength) {
      throw values.expected("a text of at most " + maxLength + " characters", given.value());
    }
    return given.value().text();
  }

  private @Nullable PortRange toPorts(Draft draft) {
    Draft.@Nullable Option option = draft.option("to-ports");
    return option == null ? null : values.ports(option.value(), option.value().text(), '-');
  }

  /**
   * Reads {@code address[-address][:port[-port[/base]]]}; IPv6 addresses with ports in brackets.
   */
  private NatTo natTo(Word word, boolean destination) {
    String text = word.text();
    String addresses = text;
    @Nullable String ports = null;
    if (text.startsWith("[")) {
      int bracket = text.indexOf(']');
      if (bracket < 0) {
        throw values.expected("a closing bracket", word);
      }
      addresses = text.substring(1, bracket);
      String rest = text.substring(bracket + 1);
      if (!rest.isEmpty() && !rest.startsWith(":")) {
        throw values.expected("a colon after the bracket", word);
      }
      ports = rest.isEmpty() ? null : rest.substring(1);
    } else if (values.family() == IpFamily.IPV4 || text.startsWith(":")) {
      int colon = text.indexOf(':');
      if (colon >= 0) {
        addresses = text.substring(0, colon);
        ports = text.substring(colon + 1);
      }
    }
    int base = -1;
    if (ports != null && destination && ports.indexOf('/') >= 0) {
      int slash = ports.indexOf('/');
      base = values.port(word, ports.substring(slash + 1));
      ports = ports.substring(0, slash);
    }
    @Nullable PortRange range = ports == null ? null : values.ports(word, ports, '-');
    if (addresses.isEmpty()) {
      if (range == null) {
        throw values.expected("an address or a port", word);
      }
      return new NatTo(null, null, range, base);
    }
    int dash = addresses.indexOf('-');
    IpAddress first = values.address(word, dash < 0 ? addresses : addresses.substring(0, dash));
    IpAddress last = dash < 0 ? first : values.address(word, addresses.substring(dash + 1));
    return new NatTo(first, last, range, base);
  }

  private MarkValue setMark(Draft draft) {
    if (draft.options().size() != 1) {
      throw values.error(draft.word(), "-j " + draft.name() + " needs one option");
    }
    return setMark(draft.options().get(0));
  }

  private MarkValue setMark(Draft.Option option) {
    Word word = option.value();
    return switch (option.name()) {
      case "set-xmark" -> values.mark(word);
      case "set-mark" -> {
        MarkValue mark = values.mark(word);
        yield new MarkValue(mark.value(), mark.value() | mark.mask());
      }
      case "or-mark" -> {
        int set = values.bits(word, word.text());
        yield new MarkValue(set, set);
      }
      case "xor-mark" -> new MarkValue(values.bits(word, word.text()), 0);
      case "and-mark" -> new MarkValue(0, ~values.bits(word, word.text()));
      default -> throw values.error(option.word(), "--" + option.name() + " needs --save-mark");
    };
  }

  private Target connMark(Draft draft) {
    boolean save = draft.has("save-mark");
    if (!save && !draft.has("restore-mark")) {
      return new Target.SetConnMark(setMark(draft));
    }
    if (save && draft.has("restore-mark")) {
      throw values.error(draft.word(), "-j CONNMARK takes one of --save-mark and --restore-mark");
    }
    int packetMask = -1;
    int connectionMask = -1;
    for (Draft.Option option : draft.options()) {
      switch (option.name()) {
        case "save-mark", "restore-mark" -> {}
        case "nfmask" -> packetMask = values.bits(option.value(), option.value().text());
        case "ctmask" ->
          connectionMask = values.bits(option.value(), option.value().text());
        case "mask" -> {
          packetMask = values.bits(option.value(), option.value().text());
          connectionMask = packetMask;
        }
        default ->
          throw values.error(option.word(), "--" + option.name() + " cannot be given here");
      }
    }
    return save
        ? new Target.SaveMark(packetMask, connectionMask)
        : new Target.RestoreMark(packetMask, connectionMask);
  }

  private Target reject(Draft draft) {
    Draft.@Nullable Option option = draft.option("reject-with");
    if (option == null) {
      return new Target.Reject(RejectType.defaultOf(values.family()));
    }
    return new Target.Reject(RejectType.byText(option.value().text(), values.family())
        .orElseThrow(() -> values.expected("a kind of answer such as tcp-reset", option.value())));
  }

  private Target log(Draft draft) {
    Draft.@Nullable Option level = draft.option("log-level");
    int number = Target.Log.DEFAULT_LEVEL;
    if (level != null) {
      String name = level.value().text().toLowerCase(Locale.ROOT);
      String full = name.equals("panic") ? "emerg" : name.equals("err") ? "error" : name;
      int named = LOG_LEVELS.indexOf(full.equals("warn") ? "warning" : full);
      number = named >= 0 ? named : (int) values.number(level.value(), 0, 7, "a log level");
    }
    return new Target.Log(
        text(draft, "log-prefix", 29),
        number,
        draft.has("log-tcp-sequence"),
        draft.has("log-tcp-options"),
        draft.has("log-ip-options"),
        draft.has("log-uid"),
        draft.has("log-macdecode"));
  }

  private Target ct(Draft draft) {
    Target.Ct.@Nullable Zone zone = null;
    for (Target.Ct.Zone.Scope scope : Target.Ct.Zone.Scope.values()) {
      Draft.@Nullable Option option = draft.option(scope.option().substring(2));
      if (option != null) {
        if (zone != null) {
          throw values.error(option.word(), "only one zone can be given");
        }
        Word word = option.value();
        int id = word.text().equals("mark") ? -1 : (int) values.number(word, 0, 65_535, "a zone");
        zone = new Target.Ct.Zone(id, scope);
      }
    }
    Draft.@Nullable Option helper = draft.option("helper");
    if (helper != null) {
      values.name(helper.value(), "the name of a helper");
    }
    return new Target.Ct(draft.has("notrack"), false, zone, text(draft, "helper", 15));
  }

  private Target tproxy(Draft draft) {
    Draft.Option port = needed(draft, "on-port");
    Draft.@Nullable Option address = draft.option("on-ip");
    Draft.@Nullable Option mark = draft.option("tproxy-mark");
    return new Target.Tproxy(
        values.port(port.value(), port.value().text()),
        address == null ? null : values.address(address.value(), address.value().text()),
        mark == null ? new MarkValue(0, 0) : values.mark(mark.value()));
  }

  private Target nfqueue(Draft draft) {
    Draft.@Nullable Option balance = draft.option("queue-balance");
    boolean bypass = draft.has("queue-bypass");
    if (balance != null) {
      PortRange queues = values.ports(balance.value(), balance.value().text(), ':');
      return new Target.Nfqueue(queues.first(), queues.last(), bypass);
    }
    int queue = (int) number(draft, "queue-num", 65_535, 0);
    return new Target.Nfqueue(queue, queue, bypass);
  }
}
