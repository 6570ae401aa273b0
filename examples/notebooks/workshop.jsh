// Made from the notebook beside it. It needs only a JDK; README.md says how it is run.
void print(Object o) { System.out.println(o); }
void display(Object picture, String as) { print("(a drawing, " + as + ")\n"); }

// # Exposing the retail store
//
// From a ClusterIP to an IngressGroup, on a cluster of three nodes in three zones that lives in this notebook. Each step asks for a prediction
// first: write it down, run the cell, and look where you were wrong. Nothing waits, and every run gives the same answers.

import dev.hairpin.examples.*;
import dev.hairpin.examples.console.Console;
var c = Console.eks();
print(c);

// ## 1. ClusterIP
//
// The user interface and the catalog, each with a Service inside the cluster.

c.apply("00-namespaces.yaml");
print(c.apply("60-ui.yaml"));

print(c.apply("30-catalog.yaml"));

print(c.get("svc -A"));

// **Predict:** the catalog's pod calls `http://ui.ui`. No interface anywhere has the address that it dials. On which node is the address replaced,
// by which chain, and which address does the ui pod see as the client's?

print(c.curl("catalog/catalog", "http://ui.ui"));

display(c.curl("catalog/catalog", "http://ui.ui").toSvg(), "image/svg+xml");

// The rules that did it are on every node, the same ones:

print(c.rules("us-west-2b").grep("ui/ui"));

// **Predict:** what does somebody outside get who dials the same name?

print(c.curl("internet", "http://ui.ui").explain());

// ## 2. NodePort
//
// A second Service for the same pods opens a port on every node.

print(c.apply("""
    apiVersion: v1
    kind: Service
    metadata: {name: ui-nodeport, namespace: ui}
    spec:
      type: NodePort
      selector: {app.kubernetes.io/name: ui}
      ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]
    """));

// **Predict:** there is one ui pod. Which of the three nodes answer on port 30080, and which client address does the pod see?

print(c.get("pods -n ui -o wide"));

print(c.shares("internet", "node/ip-10-42-96-10.us-west-2.compute.internal:30080"));

print(c.shares("internet", "node/ip-10-42-160-10.us-west-2.compute.internal:30080"));

// ## 3. Network Load Balancer, instance mode
//
// The load balancer's targets are nodes and their node port.

print(c.apply("70-ui-nlb.yaml"));

print(c.get("svc -n ui ui-nlb"));

// The name is there at once. Until the load balancer is active and its targets are healthy, it takes minutes:

print(c.pass("5m").get("svc -n ui ui-nlb"));

// **Predict:** three healthy targets, one pod. Which part of the connections takes one node more than it had to?

print(c.shares("internet", "service/ui/ui-nlb"));

// **Predict:** and with `externalTrafficPolicy: Local`? How many targets stay healthy? Tried on a fork, this cluster stays as it is:

print(c.what().policy("ui/ui-nlb", "Local").shares("internet", "service/ui/ui-nlb"));

// ## 4. Network Load Balancer, ip mode
//
// The targets are pods. **Predict:** which rules of kube-proxy does a packet meet now?

c.apply("nlb-ip-mode.yaml");
print(c.pass("5m").curl("internet", "service/ui/ui-nlb"));

// ## 5. Application Load Balancer
//
// An Ingress becomes listener rules. Requests are read, so paths can go to different Services.

c.apply("80-ui-ingress.yaml");
print(c.pass("5m").get("ingress -A"));

print(LoadBalancersText.rules(c.cluster()));

// **Predict:** the ui pod is asked through the ALB. Whose address does it see?

print(c.curl("internet", "ingress/ui/ui/home"));

// ## 6. IngressGroup
//
// Two Ingresses that name one group share a load balancer. **Predict:** what becomes of the old one, and of the clients that know its name?

print(LoadBalancersText.plan(c.cluster(), Store.change("ingress-group.yaml")));

c.apply("ingress-group.yaml");
print(c.pass("5m").get("ingress -A"));

print(LoadBalancersText.rules(c.cluster()));

print(c.curl("internet", "ingress/catalog/catalog/catalog/products").outcome());

// ## 7. Names
//
// **Predict:** how many questions does it take the ui pod to find `catalog.catalog`, and how many with the whole name and a dot at its end?

print(c.dig("ui/ui", "catalog.catalog"));

print(c.dig("ui/ui", "catalog.catalog.svc.cluster.local."));

print(c.dig("ui/ui", "catalog"));

// ## 8. Environment
//
// The catalog's database comes late. **Predict:** does the running catalog pod see it in its variables?

print(c.pass("7s").apply("31-catalog-mysql.yaml"));

print(c.env("catalog/catalog").grep("MYSQL_SERVICE"));

// Nothing: variables are set once, when the container starts.

print(c.restart("catalog/catalog").env("catalog/catalog").grep("MYSQL_SERVICE"));

// ## 9. Before you go home
//
// What looks wrong, and an incident to think about:

print(c.lint());

print(c.incident("env-01"));
