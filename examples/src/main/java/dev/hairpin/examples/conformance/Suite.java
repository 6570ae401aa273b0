package dev.hairpin.examples.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The recordings of one kind: how to find them, and how to hold Hairpin against them. */
public interface Suite {

  /**
   * The kind, as the command line names it.
   *
   * @return the kind, such as {@code kube-proxy}
   */
  String kind();

  /**
   * Finds the cases anywhere below a folder.
   *
   * @param dir the folder
   * @return the cases' files or folders, sorted by path
   * @throws IOException if the folder cannot be read
   */
  List<Path> cases(Path dir) throws IOException;

  /**
   * Runs a case.
   *
   * @param path the case's file or folder
   * @return the first difference from the recording, in one line; nothing if there is none
   * @throws IOException if a file of the case cannot be read
   */
  Optional<String> firstDifference(Path path) throws IOException;
}
