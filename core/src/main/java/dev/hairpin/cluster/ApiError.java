package dev.hairpin.cluster;

import dev.hairpin.api.ObjectKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The API server would refuse this request.
 *
 * <p>The message is the one of the {@code Status} that it answers. Source: {@code metav1.Status},
 * texts of kube-apiserver v1.36.
 */
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * One thing that is wrong.
   *
   * @param reason the type, such as {@code FieldValueInvalid}
   * @param message the sentence, without the field
   * @param field the field's path, such as {@code spec.ports[0].port}
   */
  public record Cause(String reason, String message, String field) {}

  private final int code;
  private final String reason;
  private final String kind;
  private final String name;
  private final transient List<Cause> causes;

  private ApiError(
      int code, String reason, String message, String kind, String name, List<Cause> causes) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.kind = kind;
    this.name = name;
    this.causes = List.copyOf(causes);
  }

  static ApiError invalid(String kind, String name, FieldErrors errors) {
    List<Cause> causes = new ArrayList<>();
    Set<String> texts = new LinkedHashSet<>();
    for (FieldErrors.FieldError error : errors.all()) {
      causes.add(new Cause(error.type().reason(), error.body(), error.path()));
      texts.add(error.path() + ": " + error.body());
    }
    String joined = String.join(", ", texts);
    String message =
        kind + " \"" + name + "\" is invalid: " + (texts.size() == 1 ? joined : "[" + joined + "]");
    return new ApiError(422, "Invalid", message, kind, name, causes);
  }

  static ApiError notFound(String resource, String name) {
    return simple(404, "NotFound", resource + " \"" + name + "\" not found");
  }

  static ApiError alreadyExists(String resource, String name) {
    return simple(409, "AlreadyExists", resource + " \"" + name + "\" already exists");
  }

  /** Every name that was made up is taken. */
  static ApiError noUniqueName(String resource, String name) {
    return simple(
        409,
        "AlreadyExists",
        resource
            + " \""
            + name
            + "\" already exists, the server was not able to generate a unique name for the object");
  }

  static ApiError conflict(String resource, String name) {
    return conflict(
        resource,
        name,
        "the object has been modified; please apply your changes to the latest version and try again");
  }

  static ApiError conflict(String resource, String name, String why) {
    return simple(
        409,
        "Conflict",
        "Operation cannot be fulfilled on " + resource + " \"" + name + "\": " + why);
  }

  /** An update means an object that is no more; the text is the one of the store of etcd. */
  static ApiError otherUid(String resource, ObjectKey key, String sent, String stored) {
    return conflict(
        resource,
        key.name(),
        "StorageError: invalid object, Code: 4, Key: "
            + Resources.storedAt(key)
            + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
            + sent
            + ", UID in object meta: "
            + stored);
  }

  static ApiError internal(String text) {
    return simple(500, "InternalError", "Internal error occurred: " + text);
  }

  /** An error of which the server knows no type is answered as it is. */
  static ApiError unknown(String text) {
    return simple(500, "", text);
  }

  static ApiError badRequest(String text) {
    return simple(400, "BadRequest", text);
  }

  static ApiError forbidden(String text) {
    return simple(403, "Forbidden", text);
  }

  /**
   * A webhook refuses a request.
   *
   * @param webhook the webhook's name, such as {@code vingress.elbv2.k8s.aws}
   * @param text what it says
   * @return the error, a 403
   */
  public static ApiError denied(String webhook, String text) {
    return forbidden("admission webhook \"" + webhook + "\" denied the request: " + text);
  }

  private static ApiError simple(int code, String reason, String message) {
    return new ApiError(code, reason, message, "", "", List.of());
  }

  /**
   * The HTTP status.
   *
   * @return the status, such as 422
   */
  public int code() {
    return code;
  }

  /**
   * The reason.
   *
   * @return a word such as {@code Invalid}; empty if the server knows none
   */
  public String reason() {
    return reason;
  }

  /**
   * What is wrong, one by one.
   *
   * @return the causes; none unless the object is invalid
   */
  public List<Cause> causes() {
    return causes;
  }

  /**
   * What {@code kubectl} prints.
   *
   * @return one line, or a line and a list
   */
  public String kubectlText() {
    if (causes.isEmpty()) {
      return reason.isEmpty()
          ? "Error from server: " + getMessage()
          : "Error from server (" + reason + "): " + getMessage();
    }
    Set<String> texts = new LinkedHashSet<>();
    causes.forEach(c -> texts.add(c.field() + ": " + c.message()));
    String prefix = "The " + kind + " \"" + name + "\" is invalid: ";
    return texts.size() == 1
        ? prefix + String.join("", texts)
        : prefix + "\n* " + String.join("\n* ", texts);
  }
}
