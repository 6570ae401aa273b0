package dev.hairpin.examples.incidents;

/** The manifests that incidents are made of. */
final class Yaml {
  private Yaml() {}

  static String namespace(String name) {
    return """
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: %s}
        """.formatted(name);
  }

  /** A Service with the selector {@code app: NAME} and one port. */
  static String service(String namespace, String name, String spec) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: %s, name: %s}
        spec: {%s}
        """.formatted(namespace, name, spec);
  }

  /** A Service with annotations. */
  static String service(String namespace, String name, String annotations, String spec) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata:
          namespace: %s
          name: %s
          annotations: {%s}
        spec: {%s}
        """.formatted(namespace, name, annotations, spec);
  }

  /** A Deployment of pods {@code app: NAME} with a container that is called likewise. */
  static String deployment(String namespace, String name, int replicas, String container) {
    return deployment(namespace, name, "app: " + name, replicas, "", container);
  }

  /** A Deployment with labels, further fields of the pods, and a container. */
  static String deployment(
      String namespace,
      String name,
      String labels,
      int replicas,
      String podFields,
      String container) {
    return """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: %s, name: %s}
        spec:
          replicas: %d
          selector: {matchLabels: {%s}}
          template:
            metadata: {labels: {%s}}
            spec: {%scontainers: [{name: %s, image: example, %s}]}
        """.formatted(
            namespace,
            name,
            replicas,
            labels,
            labels,
            podFields.isEmpty() ? "" : podFields + ", ",
            name,
            container);
  }

  /** A pod on a node, or on any if the node is empty. */
  static String pod(String namespace, String name, String labels, String node, String container) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: %s, name: %s, labels: {%s}}
        spec: {%scontainers: [{name: c, image: example%s}]}
        """.formatted(
            namespace,
            name,
            labels,
            node.isEmpty() ? "" : "nodeName: " + node + ", ",
            container.isEmpty() ? "" : ", " + container);
  }

  /** A container's ports. */
  static String ports(int... numbers) {
    StringBuilder out = new StringBuilder("ports: [");
    for (int number : numbers) {
      out.append(out.charAt(out.length() - 1) == '[' ? "" : ", ")
          .append("{containerPort: ")
          .append(number)
          .append('}');
    }
    return out.append(']').toString();
  }
}
