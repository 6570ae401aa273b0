package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code getaddrinfo} of glibc 2.36 with {@code hosts: files dns}.
 *
 * <p>Source: glibc 2.36, {@code getaddrinfo}, {@code nss_files}, {@code nss_dns} and
 * {@code res_query.c}: the order of names, and which failure ends the search. How one name is asked
 * for is {@link GlibcSender}'s matter.
 */
final class Glibc implements Resolver {
  private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
  private static final IpAddress LOOPBACK_V6 = IpAddress.parse("::1");

  private final GlibcConf conf;
  private final HostsFile hosts;
  private final AddressOrder order;
  private final GlibcSender sender;
  private final boolean canonicalName;

  /**
   * A process.
   *
   * @param canonicalName whether the program asks for the canonical name too, {@code AI_CANONNAME};
   *     without it {@code AF_INET} takes an older way whose errors differ
   */
  Glibc(Host host, Chooser chooser, boolean canonicalName) {
    this.canonicalName = canonicalName;
    this.conf = GlibcConf.read(host);
    this.hosts = HostsFile.parse(host.hosts());
    this.order = AddressOrder.ofGlibc(host);
    this.sender = new GlibcSender(conf, chooser);
  }

  /** What is known of a name after it was asked for; {@code h_errno} of the C code. */
  private enum Finding {
    SUCCESS,
    HOST_NOT_FOUND,
    TRY_AGAIN,
    NO_RECOVERY,
    NO_DATA
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, NameServers servers) {
    Wire wire = sender.begin(servers);
    Result result = local(name, family)
        .orElseGet(() -> new Search(wire, name, types(family), isOldWay(family)).run());
    return new Lookup(name, result, wire.exchanges(), wire.elapsed());
  }

  private List<AddressType> types(AddressFamily family) {
    return family == AddressFamily.AF_UNSPEC && conf.noAaaa
        ? List.of(AddressType.A)
        : family.types();
  }

  private boolean isOldWay(AddressFamily family) {
    return family == AddressFamily.AF_INET && !canonicalName;
  }

  /** Addresses, and names of {@code /etc/hosts}: what needs no question. */
  private Optional<Result> local(String name, AddressFamily family) {
    Optional<IpAddress> literal = IpAddress.tryParse(name);
    if (literal.isPresent()) {
      return Optional.of(
          family.wants(literal.get().family())
              ? new Result.Found(List.of(literal.get()))
              : GaiError.EAI_ADDRFAMILY.glibc());
    }
    List<IpAddress> found = new ArrayList<>();
    for (IpAddress address : hosts.find(name, String::equalsIgnoreCase)) {
      if (family.wants(address.family())) {
        found.add(address);
      } else if (address.equals(LOOPBACK_V6)) {
        // nss_files gives ::1 to those who want IPv4 as 127.0.0.1.
        found.add(LOOPBACK);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(new Result.Found(order.sort(found)));
  }

  /** The walk over the search list for one name: {@code __res_context_search}. */
  private final class Search {
    private final Wire wire;
    private final String name;
    private final List<AddressType> types;
    private GlibcSender.@Nullable Answers answers;
    private final boolean oldWay;
    private boolean unanswered;

    Search(Wire wire, String name, List<AddressType> types, boolean oldWay) {
      this.wire = wire;
      this.oldWay = oldWay;
      this.name = name;
      this.types = types;
    }

    Result run() {
      Finding finding = walk();
      if (oldWay && finding != Finding.SUCCESS) {
        return failedOldWay(finding).glibc();
      }
      return switch (finding) {
        case SUCCESS -> found();
        case TRY_AGAIN -> GaiError.EAI_AGAIN.glibc();
        case NO_DATA -> GaiError.EAI_NODATA.glibc();
        case HOST_NOT_FOUND, NO_RECOVERY -> GaiError.EAI_NONAME.glibc();
      };
    }

    /** The errors of {@code gethostbyname2_r}, which tell whether the last name got an answer. */
    private GaiError failedOldWay(Finding finding) {
      if (unanswered) {
        return finding == Finding.TRY_AGAIN ? GaiError.EAI_AGAIN : GaiError.EAI_NODATA;
      }
      return finding == Finding.NO_DATA ? GaiError.EAI_NODATA : GaiError.EAI_NONAME;
    }

    private Result found() {
      List<IpAddress> addresses = answers == null ? List.of() : answers.addresses();
      List<IpAddress> wanted = addresses.stream()
          .filter(a -> types.stream().anyMatch(t -> t.family() == a.family()))
          .toList();
      // Answers of nothing but aliases end the search, and then there is no address.
      return wanted.isEmpty()
          ? (oldWay ? GaiError.EAI_NODATA : GaiError.EAI_NONAME).glibc()
          : new Result.Found(order.sort(wanted));
    }

    private Finding walk() {
      int dots = Names.dots(name);
      boolean absolute = Names.isAbsolute(name);
      boolean triedAsIs = false;
      @Nullable Finding asIs = null;
      boolean noData = false;
      boolean serverFailure = false;
      boolean searched = false;
      Finding last = Finding.HOST_NOT_FOUND;

      if (dots >= conf.ndots || absolute) {
        last = query(name);
        if (last == Finding.SUCCESS || absolute) {
          return last;
        }
        asIs = last;
        triedAsIs = true;
      }
      for (String domain : conf.search) {
        searched = true;
        String suffix = domain.startsWith(".") ? domain.substring(1) : domain;
        if (suffix.isEmpty()) {
          if (triedAsIs) {
            continue;
          }
          triedAsIs = true;
        }
        last = query(suffix.isEmpty() ? name : name + "." + suffix);
        if (last == Finding.SUCCESS) {
          return last;
        }
        if (unanswered && sender.wasRefused()) {
          return Finding.TRY_AGAIN;
        }
        if (last == Finding.NO_DATA) {
          noData = true;
        } else if (last == Finding.TRY_AGAIN && sender.firstSlot() == ReplyCode.SERVFAIL) {
          serverFailure = true;
        } else if (last != Finding.HOST_NOT_FOUND) {
          break;
        }
      }
      if (!triedAsIs && (dots > 0 || !searched || !conf.noTldQuery)) {
        last = query(name);
        if (last == Finding.SUCCESS) {
          return last;
        }
      }
      if (asIs != null) {
        return asIs;
      }
      if (noData) {
        return Finding.NO_DATA;
      }
      return serverFailure ? Finding.TRY_AGAIN : last;
    }

    /** Asks for one name: {@code __res_context_query}. */
    private Finding query(String relative) {
      String fullName = Names.absolute(relative);
      if (!Names.fitsAMessage(fullName)) {
        return Finding.NO_RECOVERY;
      }
      GlibcSender.@Nullable Answers got = sender.send(wire, fullName, types);
      unanswered = got == null;
      if (got == null) {
        return Finding.TRY_AGAIN;
      }
      answers = got;
      Reply one = got.first() == null ? got.secondOrThrow() : got.first();
      Reply two = got.second() == null ? one : got.second();
      if (hasData(one) || hasData(two)) {
        return Finding.SUCCESS;
      }
      return switch (one.code() == ReplyCode.NOERROR ? two.code() : one.code()) {
        case NXDOMAIN -> Finding.HOST_NOT_FOUND;
        case SERVFAIL -> Finding.TRY_AGAIN;
        case NOERROR -> Finding.NO_DATA;
        case FORMERR, NOTIMP, REFUSED, OTHER -> Finding.NO_RECOVERY;
      };
    }

    private static boolean hasData(Reply reply) {
      return reply.code() == ReplyCode.NOERROR && reply.answers() > 0;
    }
  }
}
