package dev.hairpin.examples.notebooks;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jshell.JShell;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.BaseKernelBuilder;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.common.Text;
import org.dflib.jjava.jupyter.kernel.magic.MagicParser;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.jspecify.annotations.Nullable;

/**
 * A kernel for Jupyter, as small as can be: JShell in this JVM behind the protocol that JJava
 * speaks. A last expression without a semicolon is a cell's result; {@code display} is there as in
 * JJava.
 */
final class NotebookKernel extends BaseKernel {
  private static final LanguageInfo JAVA =
      new LanguageInfo("java", "17", "text/x-java-source", ".jshell", "java", "java", "script");

  private final Engine engine = new Engine();
  private final JShell shell;

  /** Keeps the value of the last snippet, of which JShell itself gives the text only. */
  private static final class Engine extends DirectExecutionControl
      implements ExecutionControlProvider {
    private @Nullable Object value;

    @Override
    protected String invoke(Method snippet) throws Exception {
      value = snippet.invoke(null);
      return valueString(value);
    }

    @Override
    public String name() {
      return "here";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
      return this;
    }
  }

  /** Puts together what every kernel of JJava is made of; magics are none of ours. */
  private static final class Builder extends BaseKernelBuilder<Builder, NotebookKernel> {
    @Override
    public NotebookKernel build() {
      return new NotebookKernel(
          buildJupyterIO(buildJupyterIOEncoding()),
          buildCommManager(),
          buildRenderer(),
          new MagicParser("^%", "^%%", buildMagicTranspiler()),
          buildMagicsRegistry(),
          buildErrorStyler());
    }
  }

  private NotebookKernel(
      JupyterIO io,
      CommManager comms,
      Renderer renderer,
      MagicParser parser,
      MagicsRegistry magics,
      StringStyler styler) {
    super("java", "1", JAVA, List.of(), null, io, comms, renderer, parser, magics, false, styler);
    Text.registerAll(renderer);
    shell = JShell.builder().executionEngine(engine, null).build();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      shell.addToClasspath(entry);
    }
    shell.eval("import static org.dflib.jjava.jupyter.kernel.BaseNotebookStatics.*;");
  }

  @Override
  public @Nullable Object evalRaw(String cell) {
    Object result = null;
    String rest = cell;
    while (!rest.isBlank()) {
      CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      String snippet =
          rest.substring(0, rest.length() - next.remaining().length()).strip();
      engine.value = null;
      for (SnippetEvent event : shell.eval(snippet)) {
        check(event, snippet);
      }
      result = snippet.endsWith(";") || snippet.endsWith("}") ? null : engine.value;
      rest = next.remaining();
    }
    return result;
  }

  private void check(SnippetEvent event, String snippet) {
    if (event.exception() != null) {
      throw new IllegalStateException(snippet, event.exception());
    }
    shell.diagnostics(event.snippet()).filter(d -> d.isError()).findFirst().ifPresent(error -> {
      throw new IllegalArgumentException(snippet + ": " + error.getMessage(Locale.ROOT));
    });
  }

  @Override
  public DisplayData inspect(String code, int at, boolean extraDetail) {
    return DisplayData.EMPTY;
  }

  @Override
  public ReplacementOptions complete(String code, int at) {
    return new ReplacementOptions(List.of(), at, at);
  }

  @Override
  public String isComplete(String code) {
    return IS_COMPLETE_YES;
  }

  /**
   * Serves one connection until Jupyter ends it.
   *
   * @param args the connection file that Jupyter has written
   */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    JupyterConnection connection =
        new JupyterConnection(KernelConnectionProperties.parse(Files.readString(Path.of(args[0]))));
    NotebookKernel kernel = new Builder().build();
    kernel.onStartup();
    kernel.becomeHandlerForConnection(connection);
    connection.connect();
    connection.waitUntilClose();
  }
}
