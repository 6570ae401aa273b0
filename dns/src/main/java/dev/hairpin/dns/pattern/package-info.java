/**
 * Regular expressions as Go has them, which Corefiles are full of.
 *
 * <p>{@link dev.hairpin.dns.pattern.GoPattern} is all that others use: it is read by
 * {@code GoSyntax}, consists of {@code GoPart}s, and runs as a {@code GoProgram} in a time that is
 * bounded whatever the expression.
 */
package dev.hairpin.dns.pattern;
