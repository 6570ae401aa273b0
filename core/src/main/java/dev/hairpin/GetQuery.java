package dev.hairpin;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.kubectl.KubectlGet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The words after {@code kubectl get}.
 *
 * @param kinds the kinds asked for
 * @param names the names asked for; empty for all
 * @param namespace the namespace; {@code default} if none is said
 * @param everywhere whether {@code -A} was said
 * @param wide whether {@code -o wide} was said
 */
record GetQuery(
    List<String> kinds, List<String> names, String namespace, boolean everywhere, boolean wide) {

  private static final Map<String, String> KINDS = aliases();

  private static Map<String, String> aliases() {
    Map<String, String> kinds = new LinkedHashMap<>();
    for (String line : List.of(
        "Pod po pod pods",
        "Service svc service services",
        "Node no node nodes",
        "Endpoints ep endpoints",
        "EndpointSlice endpointslice endpointslices",
        "Ingress ing ingress ingresses",
        "IngressClass ingressclass ingressclasses",
        "Deployment deploy deployment deployments",
        "ReplicaSet rs replicaset replicasets",
        "StatefulSet sts statefulset statefulsets",
        "DaemonSet ds daemonset daemonsets",
        "Namespace ns namespace namespaces",
        "NetworkPolicy netpol networkpolicy networkpolicies",
        "ServiceCIDR servicecidr servicecidrs",
        "IPAddress ip ipaddress ipaddresses",
        "ConfigMap cm configmap configmaps")) {
      List<String> words = Arrays.asList(line.split(" ", -1));
      words.subList(1, words.size()).forEach(alias -> kinds.put(alias, words.get(0)));
    }
    return kinds;
  }

  static GetQuery parse(String words) {
    List<String> kinds = new ArrayList<>();
    List<String> names = new ArrayList<>();
    String namespace = "default";
    boolean everywhere = false;
    boolean wide = false;
    List<String> tokens =
        Splitter.on(CharMatcher.whitespace()).omitEmptyStrings().splitToList(words);
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      boolean takesValue = token.equals("-n") || token.equals("--namespace") || token.equals("-o");
      if (takesValue && i + 1 == tokens.size()) {
        throw new IllegalArgumentException("get: " + token + " needs a value");
      }
      if (token.equals("-A") || token.equals("--all-namespaces")) {
        everywhere = true;
      } else if (token.equals("-n") || token.equals("--namespace")) {
        namespace = tokens.get(++i);
      } else if (token.equals("-o") && tokens.get(++i).equals("wide")) {
        wide = true;
      } else if (token.startsWith("-")) {
        throw new IllegalArgumentException(
            "get: \"" + token + "\" is not known; known are -A, -n NAMESPACE and -o wide");
      } else if (kinds.isEmpty() && token.indexOf('/') < 0) {
        for (String kind : token.split(",", -1)) {
          kinds.add(kind(kind));
        }
      } else {
        names.add(name(token, kinds));
      }
    }
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("get: say a kind, such as pods or svc");
    }
    return new GetQuery(kinds, names, namespace, everywhere, wide);
  }

  /** A name, or a name after its kind, {@code svc/ui}, which is one kind for all names. */
  private static String name(String token, List<String> kinds) {
    int slash = token.indexOf('/');
    if (slash < 0) {
      return token;
    }
    String kind = kind(token.substring(0, slash));
    if (kinds.isEmpty()) {
      kinds.add(kind);
    } else if (!kinds.equals(List.of(kind))) {
      throw new IllegalArgumentException("get: \"" + token + "\" is not of kind "
          + String.join(",", kinds) + "; ask for each kind by itself");
    }
    return token.substring(slash + 1);
  }

  /** The kind that a word stands for; the word itself if it is none that is known here. */
  static String kindOrWord(String word) {
    return KINDS.getOrDefault(word.toLowerCase(Locale.ROOT), word);
  }

  static String kind(String word) {
    String kind = KINDS.get(word.toLowerCase(Locale.ROOT));
    if (kind == null) {
      throw Suggestions.unknown("kind", word, new TreeSet<>(KINDS.keySet()));
    }
    return kind;
  }

  String answer(ApiServer api) {
    ClusterState state = api.state();
    List<KubeObject> found = new ArrayList<>();
    for (String kind : kinds) {
      for (KubeObject object : objects(kind, api)) {
        String in = object.metadata().namespace();
        if ((everywhere || in.isEmpty() || in.equals(namespace))
            && (names.isEmpty() || names.contains(object.metadata().name()))) {
          found.add(object);
        }
      }
    }
    for (String name : names) {
      if (found.stream().noneMatch(object -> object.metadata().name().equals(name))) {
        throw Suggestions.unknown(String.join(" or ", kinds), name, namesOf(api));
      }
    }
    if (found.isEmpty()) {
      return everywhere
          ? "No resources found\n"
          : "No resources found in " + namespace + " namespace.\n";
    }
    return new KubectlGet(wide, everywhere, state.clock().now()).print(found);
  }

  private Set<String> namesOf(ApiServer api) {
    Set<String> known = new TreeSet<>();
    for (String kind : kinds) {
      objects(kind, api).forEach(object -> known.add(object.metadata().name()));
    }
    return known;
  }

  /** Of some kinds the objects are mostly not stored, but follow from others. */
  private static Collection<? extends KubeObject> objects(String kind, ApiServer api) {
    return switch (kind) {
      case IpAddressObject.KIND -> api.ipAddresses();
      case Namespace.KIND -> api.namespaces();
      default -> api.state().list(kind);
    };
  }
}
