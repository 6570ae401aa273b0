package dev.hairpin.junit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;

/** A file with text that somebody looked at and found right. */
final class GoldenFile {
  private static final String REWRITE = "hairpin.golden.rewrite";

  private final Path path;

  private GoldenFile(Path path) {
    this.path = path;
  }

  /** The file in the folder of the package of whoever called this package. */
  static GoldenFile besidesCaller(String name) {
    String own = GoldenFile.class.getPackageName();
    String caller = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> frames
            .map(StackWalker.StackFrame::getDeclaringClass)
            .filter(c -> !c.getPackageName().equals(own) || c.getSimpleName().endsWith("Test"))
            .map(Class::getPackageName)
            .findFirst()
            .orElse(""));
    Path resources = Path.of("src", "test", "resources");
    return new GoldenFile(resources.resolve(caller.replace('.', '/')).resolve(name));
  }

  void compare(String actual) {
    try {
      if (Boolean.getBoolean(REWRITE)) {
        Files.createDirectories(path.toAbsolutePath().getParent());
        Files.writeString(path, actual);
      }
      if (!Files.exists(path)) {
        Assertions.fail(
            "there is no golden file %s; make it with -D%s=true. It would be\n%s",
            path, REWRITE, actual);
      }
      Assertions.assertThat(actual)
          .as("%s (rewrite it with -D%s=true)", path, REWRITE)
          .isEqualTo(Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException("golden file " + path, e);
    }
  }
}
