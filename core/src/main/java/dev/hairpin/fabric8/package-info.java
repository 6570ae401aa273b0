/**
 * Objects of the fabric8 Kubernetes client in and out, and a snapshot of a live cluster through it.
 *
 * <p>Start at {@link dev.hairpin.fabric8.Fabric8}. The package needs
 * {@code io.fabric8:kubernetes-client-api} 8 on the class path, which Hairpin itself does not
 * bring; nothing else in Hairpin needs it.
 */
package dev.hairpin.fabric8;
