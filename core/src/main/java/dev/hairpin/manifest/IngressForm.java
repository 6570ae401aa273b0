package dev.hairpin.manifest;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.IngressTls;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.ObjectMeta;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ingresses and their classes. Source: {@code networkingv1.Ingress, networkingv1.IngressClass}. */
final class IngressForm {
  private IngressForm() {}

  static Ingress read(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    Fields status = f.object("status");
    @Nullable Fields defaultBackend = spec.objectOrNull("defaultBackend");
    Ingress ingress = new Ingress(
        meta,
        spec.textOrNull("ingressClassName"),
        defaultBackend == null ? null : readBackend(defaultBackend),
        spec.list("rules", IngressForm::readRule),
        spec.list("tls", IngressForm::readTls),
        MetaForm.readLoadBalancer(status));
    spec.end();
    status.end();
    return ingress;
  }

  private static IngressRule readRule(Fields f) {
    Fields http = f.object("http");
    IngressRule rule = new IngressRule(f.text("host"), http.list("paths", IngressForm::readPath));
    http.end();
    f.end();
    return rule;
  }

  private static IngressPath readPath(Fields f) {
    IngressPath path =
        new IngressPath(f.text("path"), f.text("pathType"), readBackend(f.object("backend")));
    f.end();
    return path;
  }

  private static IngressBackend readBackend(Fields f) {
    Fields service = f.object("service");
    Fields port = service.object("port");
    String name = port.text("name");
    int number = port.int32("number", 0);
    IngressBackend backend = new IngressBackend(
        service.text("name"),
        name.isEmpty() ? IntOrString.of(number) : IntOrString.of(name),
        f.rawOrNull("resource"));
    port.end();
    service.end();
    f.end();
    return backend;
  }

  private static IngressTls readTls(Fields f) {
    IngressTls tls = new IngressTls(f.texts("hosts"), f.text("secretName"));
    f.end();
    return tls;
  }

  static void write(Ingress ingress, TreeWriter tree) {
    @Nullable IngressBackend backend = ingress.defaultBackend();
    tree.always(
        "spec",
        new TreeWriter()
            .map("defaultBackend", backend == null ? null : writeBackend(backend))
            .optional("ingressClassName", ingress.ingressClassName())
            .list("rules", ingress.rules(), IngressForm::writeRule)
            .list(
                "tls",
                ingress.tls(),
                t -> new TreeWriter()
                    .list("hosts", t.hosts())
                    .text("secretName", t.secretName())
                    .tree())
            .tree());
    tree.always(
        "status",
        new TreeWriter()
            .always(
                "loadBalancer",
                MetaForm.writeLoadBalancer(ingress.loadBalancer()).tree())
            .tree());
  }

  private static Map<String, Object> writeRule(IngressRule rule) {
    return new TreeWriter()
        .text("host", rule.host())
        .object(
            "http",
            new TreeWriter()
                .list(
                    "paths",
                    rule.paths(),
                    p -> new TreeWriter()
                        .map("backend", writeBackend(p.backend()))
                        .text("path", p.path())
                        .text("pathType", p.pathType())
                        .tree()))
        .tree();
  }

  private static Map<String, Object> writeBackend(IngressBackend backend) {
    TreeWriter tree = new TreeWriter().map("resource", backend.resource());
    if (backend.serviceName().isEmpty()) {
      return tree.tree();
    }
    IntOrString port = backend.servicePort();
    return tree.object(
            "service",
            new TreeWriter()
                .text("name", backend.serviceName())
                .object(
                    "port",
                    new TreeWriter().text("name", port.name()).number("number", port.number())))
        .tree();
  }

  static IngressClass readClass(ObjectMeta meta, Fields f) {
    Fields spec = f.object("spec");
    IngressClass ingressClass =
        new IngressClass(meta, spec.text("controller"), spec.rawOrNull("parameters"));
    spec.end();
    return ingressClass;
  }

  static void writeClass(IngressClass ingressClass, TreeWriter tree) {
    tree.always(
        "spec",
        new TreeWriter()
            .text("controller", ingressClass.controller())
            .map("parameters", ingressClass.parameters())
            .tree());
  }
}
