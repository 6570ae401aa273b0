package dev.hairpin.api;

/**
 * A mark on a node that keeps pods away.
 *
 * <p>Source: {@code v1.Taint}
 *
 * @param key the key
 * @param value the value; may be empty
 * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}
 */
public record Taint(String key, String value, String effect) {}
