/**
 * Manifests in and out: YAML and JSON, as {@code kubectl} reads and prints them.
 *
 * <p>Start at {@link dev.hairpin.manifest.Manifests}, which reads texts, files and folders;
 * {@link dev.hairpin.manifest.KubeObjects} turns trees into objects and back. Whatever is wrong
 * with a manifest is told in a {@link dev.hairpin.manifest.ManifestException} with file, document,
 * line and field path. Reading is bounded in depth, size and alias expansion, so that a hostile
 * file ends in an error.
 *
 * <p>Source: scalars are resolved as {@code sigs.k8s.io/yaml} v1.6 does, which stands on go-yaml
 * v2; fields as {@code k8s.io/api} v0.36 declares them.
 */
@NullMarked
package dev.hairpin.manifest;

import org.jspecify.annotations.NullMarked;
