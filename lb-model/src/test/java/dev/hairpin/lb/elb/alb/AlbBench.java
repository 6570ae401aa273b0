package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import java.util.ArrayList;
import java.util.List;

/** An Application Load Balancer on the bench: one with listeners as a test wants them. */
final class AlbBench {
  final Workshop w = new Workshop();
  final String lb;
  final List<ForwardedRequest> forwarded = new ArrayList<>();
  TargetReply reply = TargetReply.Responded.of(200);
  ApplicationLoadBalancer alb = new ApplicationLoadBalancer(w.elb, request -> {
    forwarded.add(request);
    return reply;
  });

  AlbBench(String... attributes) {
    lb = w.application(attributes);
    w.settle();
  }

  String group(String name, String... ips) {
    return group(TargetGroup.ips(name, ListenerProtocol.HTTP, 8080), ips);
  }

  String group(TargetGroup.Builder group, String... ips) {
    String arn = w.group(group);
    w.register(arn, 8080, ips);
    return arn;
  }

  String listen(int port, Action... defaults) {
    String listener = w.elb.createListener(Listener.of(lb, port, ListenerProtocol.HTTP, defaults));
    w.settle();
    return listener;
  }

  String listenTls(int port, Action... defaults) {
    String listener = w.elb.createListener(Listener.encrypted(
        lb, port, ListenerProtocol.HTTPS, List.of("arn:c/other", "arn:c/shop"), defaults));
    w.settle();
    return listener;
  }

  NewFlow connection(int port) {
    SocketAddress there = new SocketAddress(
        w.elb.loadBalancer(lb).nodeIn(Workshop.A).orElseThrow().advertisedAddress(), port);
    return new NewFlow(
        new FiveTuple(Protocol.TCP, SocketAddress.parse("203.0.113.7:50111"), there),
        1,
        Client.INTERNET,
        new ClientHello("shop.example", List.of("h2", "http/1.1")));
  }

  AlbResponse send(int port, HttpRequest.Builder request) {
    return send(port, request, Chooser.seeded(1));
  }

  AlbResponse send(int port, HttpRequest.Builder request, Chooser chooser) {
    return alb.route(connection(port), request.build(), chooser);
  }

  String seen(String header) {
    return forwarded.get(forwarded.size() - 1).headers().stream()
        .filter(h -> h.name().equalsIgnoreCase(header))
        .map(Header::value)
        .findFirst()
        .orElse("(none)");
  }
}
