package dev.hairpin.cluster;

import dev.hairpin.api.ObjectKey;
import java.time.Instant;

/**
 * An event that a component reports on an object, as {@code kubectl get events} lists it.
 *
 * @param time when it was reported
 * @param object what it is about
 * @param warning true for type {@code Warning}, false for {@code Normal}
 * @param reason a word, such as {@code FailedBuildModel}
 * @param message a sentence
 * @param reporter the component, such as {@code service-controller}
 */
public record ObjectEvent(
    Instant time,
    ObjectKey object,
    boolean warning,
    String reason,
    String message,
    String reporter) {}
