package dev.hairpin.dns.corefile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads server blocks and snippets.
 *
 * <p>Source: the parser of Caddy 1 as CoreDNS uses it, with its error texts.
 */
final class CorefileParser {

  /** More words than any real configuration has; it bounds what imports can unfold to. */
  private static final int MAX_TOKENS = 200_000;

  private static final Pattern VARIABLE =
      Pattern.compile("\\{(?:\\$([A-Za-z0-9_]+)|%([A-Za-z0-9_]+)%)}");

  private final List<Token> tokens;
  private final Imports imports;
  private final Map<String, String> environment;
  private final Map<String, List<Token>> snippets = new HashMap<>();
  private final List<ServerBlock> blocks = new ArrayList<>();
  private int imported;
  private int at;

  CorefileParser(List<Token> tokens, Imports imports, Map<String, String> environment) {
    this.tokens = new ArrayList<>(tokens);
    this.imports = imports;
    this.environment = environment;
  }

  List<ServerBlock> parse() {
    while (at < tokens.size()) {
      List<String> keys = keys();
      boolean snippet = keys.size() == 1 && isSnippet(keys.get(0));
      if (snippet) {
        snippet(keys.get(0));
      } else if (!keys.isEmpty() || (at < tokens.size() && tokens.get(at).text().equals("{"))) {
        block(keys);
      }
    }
    return blocks;
  }

  private static boolean isSnippet(String key) {
    return key.length() > 2 && key.startsWith("(") && key.endsWith(")");
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>();
    boolean another = false;
    while (at < tokens.size()) {
      Token token = tokens.get(at);
      String text = resolve(token.text());
      if (text.equals("import") && isNewLine()) {
        doImport();
        continue;
      }
      if (text.equals("{")) {
        if (another) {
          throw error("Expected another address but had '{' - check for extra comma");
        }
        break;
      }
      if (!text.isEmpty()) {
        another = text.endsWith(",");
        keys.add(another ? text.substring(0, text.length() - 1) : text);
      }
      at++;
      if (at >= tokens.size()) {
        if (another) {
          throw end();
        }
        break;
      }
      if (!another && isNewLine()) {
        break;
      }
    }
    return keys;
  }

  private void snippet(String key) {
    String name = key.substring(1, key.length() - 1);
    if (snippets.containsKey(name)) {
      throw error("redeclaration of previously declared snippet " + name);
    }
    if (at >= tokens.size() || !tokens.get(at).text().equals("{")) {
      throw expected("{");
    }
    List<Token> body = new ArrayList<>();
    int nesting = 1;
    for (at++; at < tokens.size(); at++) {
      String text = tokens.get(at).text();
      nesting += text.equals("{") ? 1 : text.equals("}") ? -1 : 0;
      if (nesting == 0) {
        at++;
        snippets.put(name, body);
        return;
      }
      body.add(tokens.get(at));
    }
    throw end();
  }

  private void block(List<String> keys) {
    boolean braces = at < tokens.size() && tokens.get(at).text().equals("{");
    at += braces ? 1 : 0;
    Map<String, List<Token>> plugins = new LinkedHashMap<>();
    boolean closed = false;
    while (at < tokens.size() && !closed) {
      Token token = tokens.get(at);
      if (token.text().equals("}")) {
        if (!braces) {
          throw error("Unexpected '}' because no matching opening brace");
        }
        at++;
        closed = true;
      } else if (token.text().equals("import")) {
        doImport();
      } else {
        plugin(plugins);
      }
    }
    if (braces && !closed) {
      throw end();
    }
    List<ServedZone> zones = new ArrayList<>();
    for (String key : keys) {
      try {
        zones.addAll(ServedZone.parse(key));
      } catch (IllegalArgumentException e) {
        throw new CorefileException(String.valueOf(e.getMessage()));
      }
    }
    if (!keys.isEmpty()) { // a block without an address is read, and serves nobody
      blocks.add(new ServerBlock(zones, plugins));
    }
  }

  private void plugin(Map<String, List<Token>> plugins) {
    Token first = tokens.get(at);
    String name = resolve(first.text());
    if (!PluginOrder.isKnown(name)) {
      throw error("Unknown directive '" + name + "'");
    }
    List<Token> words = plugins.computeIfAbsent(name, n -> new ArrayList<>());
    words.add(new Token(name, first.file(), first.line()));
    int nesting = 0;
    at++;
    while (at < tokens.size()) {
      Token token = tokens.get(at);
      String text = token.text();
      if (text.equals("{")) {
        nesting++;
      } else if (nesting == 0 && isNewLine()) {
        return;
      } else if (text.equals("}")) {
        if (nesting == 0) {
          throw error("Unexpected '}' because no matching opening brace");
        }
        nesting--;
      } else if (text.equals("import") && isNewLine()) {
        doImport();
        continue;
      }
      words.add(new Token(resolve(text), token.file(), token.line()));
      at++;
    }
    if (nesting > 0) {
      throw end();
    }
  }

  /** Puts the words of a snippet, or of files, in the place of an import. */
  private void doImport() {
    Token keyword = tokens.get(at);
    boolean named = at + 1 < tokens.size() && keyword.isFollowedOnItsLineBy(tokens.get(at + 1));
    if (!named) {
      throw error("Wrong argument count or unexpected line ending after 'import'");
    }
    String pattern = resolve(tokens.get(at + 1).text());
    if (pattern.isEmpty()) {
      throw error("Import requires a non-empty filepath");
    }
    if (at + 2 < tokens.size() && tokens.get(at + 1).isFollowedOnItsLineBy(tokens.get(at + 2))) {
      throw error("Import takes only one argument (glob pattern or file)");
    }
    List<Token> body = snippets.get(pattern);
    if (body == null) {
      body = new ArrayList<>();
      for (Imports.Source source : found(pattern)) {
        body.addAll(new Lexer(source.text(), source.name()).tokens());
      }
    }
    imported += body.size() + 1;
    if (imported > MAX_TOKENS) {
      throw error("imports of '" + pattern + "' do not end");
    }
    tokens.subList(at, at + 2).clear();
    tokens.addAll(at, body);
  }

  private List<Imports.Source> found(String pattern) {
    try {
      return imports.find(pattern);
    } catch (IllegalArgumentException e) {
      throw error(String.valueOf(e.getMessage()));
    }
  }

  private String resolve(String text) {
    if (text.indexOf('{') < 0) {
      return text;
    }
    Matcher matcher = VARIABLE.matcher(text);
    return matcher.replaceAll(found -> {
      String name = found.group(1) != null ? found.group(1) : found.group(2);
      return Matcher.quoteReplacement(environment.getOrDefault(name, ""));
    });
  }

  private boolean isNewLine() {
    return at == 0 || !tokens.get(at - 1).isFollowedOnItsLineBy(tokens.get(at));
  }

  private CorefileException error(String problem) {
    Token token = tokens.get(Math.min(at, tokens.size() - 1));
    return new CorefileException(
        token.file() + ":" + token.line() + " - Error during parsing: " + problem);
  }

  private CorefileException end() {
    return error("Unexpected EOF");
  }

  private CorefileException expected(String what) {
    Token token = tokens.get(Math.min(at, tokens.size() - 1));
    String found = at < tokens.size() ? token.text() : "EOF";
    return new CorefileException(token.file()
        + ":"
        + token.line()
        + " - Syntax error: Unexpected token '"
        + found
        + "', expecting '"
        + what
        + "'");
  }
}
