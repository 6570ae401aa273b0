package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plugin forward: passes questions to upstreams and their answers back as they are.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Upstreams are objects of the model; the network is never
 * used.
 */
final class Forward implements Plugin {
  private static final String NAME = "forward";
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final ForwardOptions options;
  private final List<Proxy> proxies = new ArrayList<>();
  private int turn;

  private Forward(Setup setup, ForwardOptions options) {
    this.options = options;
    for (var address : options.to) {
      proxies.add(new Proxy(
          address,
          setup.upstreams(),
          options.checkInterval,
          options.checkedName,
          options.checkRecursion));
    }
  }

  /** All stanzas of a server block, one before the other. */
  static Plugin setUp(Setup setup, Cursor cursor) {
    List<ForwardOptions> lines = ForwardOptions.parse(setup, cursor);
    setup.share(
        ForwardTargets.class,
        new ForwardTargets(lines.stream()
            .map(line -> new ForwardTargets.Target(line.from, line.to))
            .toList()));
    List<Forward> stanzas = lines.stream().map(o -> new Forward(setup, o)).toList();
    return next -> {
      Handler chain = next;
      boolean another = false;
      for (int i = stanzas.size() - 1; i >= 0; i--) {
        chain = stanzas.get(i).handler(chain, another);
        another = true;
      }
      return chain;
    };
  }

  @Override
  public Handler before(Handler next) {
    return handler(next, false);
  }

  private Handler handler(Handler next, boolean nextForwards) {
    return query -> serve(query, next, nextForwards);
  }

  private boolean takes(DnsName name) {
    return name.isIn(options.from)
        && (name.equals(options.from) || Setup.match(options.except, name) == null);
  }

  private Reply serve(Query query, Handler next, boolean nextForwards) {
    if (!takes(query.name())) {
      return next.serve(query);
    }
    Exchange exchange = query.exchange();
    Instant deadline = exchange.now().plus(DEADLINE);
    List<Proxy> order = order(exchange.chooser());
    int skipped = 0;
    int at = 0;
    Instant roundBegun = exchange.now();
    while (exchange.now().isBefore(deadline)) {
      if (at >= order.size()) {
        at = 0;
        skipped = 0;
        roundBegun = exchange.now();
      }
      Proxy proxy = order.get(at++);
      if (proxy.isDown(options.maxFails, exchange.now())) {
        skipped++;
        if (skipped < order.size()) {
          continue;
        }
        if (options.failFast) {
          break;
        }
        proxy = proxies.get(exchange.chooser().pick(proxies.size()));
      }
      Message answer = ask(query, proxy);
      if (answer == null) {
        if (options.maxFails != 0) {
          proxy.startChecks(exchange.now());
        }
        if (skipped >= order.size()) {
          break;
        }
        if (at >= order.size() && exchange.now().equals(roundBegun)) {
          waitForChecks(exchange, deadline);
        }
        continue;
      }
      if (!Responses.fits(query, answer)) {
        exchange.note(NAME, proxy.address() + " answered another question");
        return Reply.written(query.message().reply(Rcode.FORMERR));
      }
      if (options.failover.contains(answer.rcode()) && skipped < order.size()) {
        skipped++;
        if (skipped < order.size()) {
          continue;
        }
      }
      if (nextForwards && options.next.contains(answer.rcode())) {
        return next.serve(query);
      }
      exchange.note(NAME, proxy.address() + " answered " + answer.rcode());
      return Reply.written(answer.withId(query.message().id()));
    }
    exchange.note(NAME, "no upstream answered within " + exchange.elapsed().toMillis() + " ms");
    return Reply.error();
  }

  private List<Proxy> order(Chooser chooser) {
    List<Proxy> order = new ArrayList<>(proxies);
    switch (options.policy) {
      case SEQUENTIAL -> {
        // As listed.
      }
      case ROUND_ROBIN -> {
        turn = (turn + 1) % order.size();
        Proxy first = order.remove(turn);
        order.add(0, first);
      }
      case RANDOM -> {
        for (int i = order.size() - 1; i > 0; i--) {
          Collections.swap(order, i, chooser.pick(i + 1));
        }
      }
    }
    return order;
  }

  /** Asks one upstream; null if nothing comes back in time. */
  private @Nullable Message ask(Query query, Proxy proxy) {
    Exchange exchange = query.exchange();
    Transport transport = options.forceTcp
        ? Transport.TCP
        : options.preferUdp ? Transport.UDP : query.client().transport();
    while (true) {
      Upstream.Response response = proxy.ask(query.message(), transport);
      if (!(response instanceof Upstream.Answered answered)) {
        boolean lost = response instanceof Upstream.Lost;
        exchange.spend(lost ? READ_TIMEOUT : Duration.ZERO);
        exchange.note(
            NAME, proxy.address() + (lost ? " did not answer in 2 s" : " cannot be reached"));
        return null;
      }
      if (answered.delay().compareTo(READ_TIMEOUT) > 0) {
        exchange.spend(READ_TIMEOUT);
        exchange.note(NAME, proxy.address() + " did not answer in 2 s");
        return null;
      }
      exchange.spend(answered.delay());
      if (answered.message().has(Flag.TC) && options.preferUdp && transport == Transport.UDP) {
        transport = Transport.TCP;
        continue;
      }
      return answered.message();
    }
  }

  /**
   * After a round in which nobody could be reached no time has passed, and the original goes round
   * and round; here time passes to the next result of a health check at once.
   */
  private void waitForChecks(Exchange exchange, Instant deadline) {
    Instant next = deadline;
    for (Proxy proxy : proxies) {
      Instant event = proxy.nextEvent();
      if (event != null && event.isAfter(exchange.now()) && event.isBefore(next)) {
        next = event;
      }
    }
    exchange.spend(Duration.between(exchange.now(), next));
  }
}
