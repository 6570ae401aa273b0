package dev.hairpin.cluster.environment;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads ConfigMaps and Secrets. */
final class ConfigData {
  static final String CONFIG_MAP = "ConfigMap";
  static final String SECRET = "Secret";

  private final String namespace;
  private final Function<ObjectKey, Optional<KubeObject>> lookup;

  ConfigData(String namespace, Function<ObjectKey, Optional<KubeObject>> lookup) {
    this.namespace = namespace;
    this.lookup = lookup;
  }

  /** The data of a ConfigMap or Secret of the pod's namespace; nothing if there is none. */
  Optional<Map<String, String>> of(String kind, String name) {
    return lookup
        .apply(new ObjectKey(kind, namespace, name))
        .filter(GenericObject.class::isInstance)
        .map(object -> data(kind, (GenericObject) object));
  }

  EnvironmentException notFound(String kind, String name) {
    return new EnvironmentException(
        (kind.equals(SECRET) ? "secret" : "configmap") + " \"" + name + "\" not found");
  }

  EnvironmentException noKey(String kind, String name, String key) {
    return new EnvironmentException(
        "couldn't find key " + key + " in " + kind + " " + namespace + "/" + name);
  }

  private Map<String, String> data(String kind, GenericObject object) {
    Map<String, String> data = new LinkedHashMap<>();
    texts(object, "data")
        .forEach((key, value) ->
            data.put(key, kind.equals(SECRET) ? decoded(object, key, value) : value));
    if (kind.equals(SECRET)) {
      data.putAll(texts(object, "stringData"));
    }
    return data;
  }

  private static Map<String, String> texts(GenericObject object, String field) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (object.content().get(field) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
    }
    return texts;
  }

  private static String decoded(GenericObject object, String key, String value) {
    try {
      return new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new EnvironmentException(
          object.key() + ": data[" + key + "] is not base64: " + e.getMessage());
    }
  }
}
