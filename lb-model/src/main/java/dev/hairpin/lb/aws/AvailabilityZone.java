package dev.hairpin.lb.aws;

/**
 * A zone of a region.
 *
 * @param name the name, such as {@code us-west-2a}
 * @param id the id, such as {@code usw2-az1}
 * @param type {@code availability-zone}, {@code local-zone} or {@code wavelength-zone}
 */
public record AvailabilityZone(String name, String id, String type) {}
