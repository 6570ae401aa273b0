package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Judges the volumes of a pod: their names, that each is of one type, and the types that manifests
 * are full of. Of the others the name alone is judged.
 *
 * <p>Source: {@code ValidateVolumes} of kube-apiserver v1.36.
 */
final class VolumeValidation {
  /** In the order in which the server looks; the first that is there is the volume's type. */
  private static final List<String> TYPES = List.of(
      "emptyDir",
      "hostPath",
      "gitRepo",
      "gcePersistentDisk",
      "awsElasticBlockStore",
      "secret",
      "nfs",
      "iscsi",
      "glusterfs",
      "flocker",
      "persistentVolumeClaim",
      "rbd",
      "cinder",
      "cephfs",
      "quobyte",
      "downwardAPI",
      "fc",
      "flexVolume",
      "configMap",
      "azureFile",
      "vsphereVolume",
      "photonPersistentDisk",
      "portworxVolume",
      "azureDisk",
      "storageos",
      "projected",
      "scaleIO",
      "csi",
      "ephemeral",
      "image");

  private static final List<String> HOST_PATH_TYPES = List.of(
      "",
      "BlockDevice",
      "CharDevice",
      "Directory",
      "DirectoryOrCreate",
      "File",
      "FileOrCreate",
      "Socket");

  private static final long SHORTEST_TOKEN = 600;
  private static final long LONGEST_TOKEN = 1L << 32;

  private final FieldErrors errors;

  VolumeValidation(FieldErrors errors) {
    this.errors = errors;
  }

  /**
   * Judges the volumes of a pod's spec.
   *
   * @return the names of those with which nothing is wrong; the others cannot be mounted
   */
  Set<String> volumes(Fields spec) {
    Set<String> names = new HashSet<>();
    for (Fields f : spec.objects("volumes")) {
      int before = errors.size();
      source(f);
      String name = f.text("name");
      if (name.isEmpty()) {
        errors.required(f.path("name"), "");
      } else {
        errors.invalid(f.path("name"), name, NameRules.dnsLabel(name));
      }
      if (names.contains(name)) {
        errors.duplicate(f.path("name"), name);
      }
      if (errors.size() == before) {
        names.add(name);
      }
    }
    return names;
  }

  private void source(Fields volume) {
    boolean found = false;
    for (String type : TYPES) {
      if (!volume.has(type)) {
        continue;
      }
      if (found) {
        errors.forbidden(volume.path(shown(type)), "may not specify more than 1 volume type");
        continue;
      }
      found = true;
      source(type, volume.object(type));
    }
  }

  /** The server's own spelling. */
  private static String shown(String type) {
    return switch (type) {
      case "cephfs" -> "cephFS";
      case "downwardAPI" -> "downwarAPI";
      default -> type;
    };
  }

  private void source(String type, Fields f) {
    switch (type) {
      case "hostPath" -> hostPath(f);
      case "secret" -> {
        required(f, "secretName");
        files(f);
      }
      case "configMap" -> {
        required(f, "name");
        files(f);
      }
      case "persistentVolumeClaim" -> required(f, "claimName");
      case "nfs" -> nfs(f);
      case "downwardAPI" -> {
        mode(f, "defaultMode");
        f.objects("items").forEach(item -> downwardFile(item, f.path()));
      }
      case "projected" -> {
        mode(f, "defaultMode");
        new Projection(f).judge();
      }
      case "csi" -> required(f, "driver");
      default -> {
        // not judged
      }
    }
  }

  private void required(Fields f, String name) {
    if (f.text(name).isEmpty()) {
      errors.required(f.path(name), "");
    }
  }

  private void hostPath(Fields f) {
    String path = f.text("path");
    if (path.isEmpty()) {
      errors.required(f.path("path"), "");
      return;
    }
    errors.invalid(f.path("path"), path, NameRules.noBacksteps(path));
    String type = f.text("type");
    if (!HOST_PATH_TYPES.contains(type)) {
      errors.notSupported(f.path("type"), type, HOST_PATH_TYPES);
    }
  }

  private void nfs(Fields f) {
    required(f, "server");
    required(f, "path");
    String path = f.text("path");
    if (!path.startsWith("/")) {
      errors.invalid(f.path("path"), path, "must be an absolute path");
    }
  }

  private void mode(Fields f, String name) {
    int mode = f.int32(name, 0);
    if (mode < 0 || mode > 0777) {
      errors.invalid(
          f.path(name), mode, "must be a number between 0 and 0777 (octal), both inclusive");
    }
  }

  private void files(Fields f) {
    mode(f, "defaultMode");
    f.objects("items").forEach(this::keyToPath);
  }

  private void keyToPath(Fields f) {
    required(f, "key");
    required(f, "path");
    String path = f.text("path");
    errors.invalid(f.path("path"), path, NameRules.localPath(path));
    mode(f, "mode");
  }

  /** The server does not say which of the files it means. */
  private void downwardFile(Fields f, String at) {
    String path = f.text("path");
    if (path.isEmpty()) {
      errors.required(at + ".path", "");
    }
    errors.invalid(at + ".path", path, NameRules.localPath(path));
    if (f.has("fieldRef") && f.has("resourceFieldRef")) {
      errors.invalid(
          at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
    } else if (!f.has("fieldRef") && !f.has("resourceFieldRef")) {
      errors.required(at, "one of fieldRef and resourceFieldRef is required");
    }
  }

  /** A volume of several sources, whose files must not have the same path. */
  private final class Projection {
    private final Fields volume;
    private final Set<String> paths = new HashSet<>();

    Projection(Fields volume) {
      this.volume = volume;
    }

    void judge() {
      for (Fields source : volume.objects("sources")) {
        int types = 0;
        for (String type : List.of("secret", "configMap")) {
          if (source.has(type)) {
            types++;
            keys(source.object(type));
          }
        }
        if (source.has("downwardAPI")) {
          types++;
          downward(source.object("downwardAPI"));
        }
        if (source.has("serviceAccountToken")) {
          types++;
          token(source.object("serviceAccountToken"));
        }
        if (source.has("clusterTrustBundle")) {
          types++;
        }
        if (types > 1) {
          errors.forbidden(source.path(), "may not specify more than 1 volume type per source");
        }
      }
    }

    private void keys(Fields f) {
      required(f, "name");
      for (Fields item : f.objects("items")) {
        keyToPath(item);
        unique(item.text("path"), f.text("name"));
      }
    }

    private void downward(Fields f) {
      for (Fields item : f.objects("items")) {
        downwardFile(item, f.path());
        unique(item.text("path"), item.text("path"));
      }
    }

    private void unique(String path, String shown) {
      if (!path.isEmpty() && !paths.add(path)) {
        errors.invalid(volume.path(), shown, "conflicting duplicate paths");
      }
    }

    private void token(Fields f) {
      long seconds = f.int64("expirationSeconds", 3_600);
      if (seconds < SHORTEST_TOKEN) {
        errors.invalid(
            f.path("expirationSeconds"),
            seconds,
            "may not specify a duration less than 10 minutes");
      } else if (seconds > LONGEST_TOKEN) {
        errors.invalid(
            f.path("expirationSeconds"),
            seconds,
            "may not specify a duration larger than 2^32 seconds");
      }
      String path = f.text("path");
      if (path.isEmpty()) {
        errors.required(volume.path("path"), "");
      } else {
        errors.invalid(volume.path("path"), path, NameRules.localPath(path));
      }
    }
  }
}
