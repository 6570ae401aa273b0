package dev.hairpin.manifest;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/*
 * From the parser's events to trees. No recursion, so that depth costs no stack; a limit on depth; one on the size of
 * an object; and one on what aliases expand to. All are counted while reading (an alias counts with the size of what
 * it stands for, though the node is shared), so that a text that goes too far is refused where it does, and
 * nothing is read beyond the buffer that the place is in.
 */
/** Reads YAML and JSON texts of any number of documents into {@link YamlNode}s. */
final class YamlReader {

  /** Real objects nest about 20 deep, schemas in CustomResourceDefinitions about 60. */
  static final int MAX_DEPTH = 128;

  /** Up to this many nodes, aliases may make up nearly all of a text. */
  private static final long FREE_NODES = 400_000;

  /** From this many nodes on, aliases may make up a tenth of a text. */
  private static final long STRICT_NODES = 4_000_000;

  /**
   * The largest object, as JSON and with what its aliases stand for: the API server takes no larger
   * request.
   */
  static final int MAX_OBJECT = 3 << 20;

  /**
   * The most values that an object may have: etcd takes no request of more than 1.5 MiB, and each
   * value takes two octets of it at least. Many small values cost more time than their size tells.
   */
  static final int MAX_VALUES = (3 << 19) / 2;

  private static final int SMALLEST_BUFFER = 1_024;
  private static final int LARGEST_BUFFER = 1 << 16;

  /**
   * A document.
   *
   * @param number its number in the text, from 1; empty ones count
   * @param root its root
   */
  record Document(int number, YamlNode root) {}

  private final String origin;
  private final List<Document> documents = new ArrayList<>();
  private final Deque<Frame> open = new ArrayDeque<>();
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int number;
  private int ended;
  private long nodes;
  private long aliased;
  private long weight;
  private long weightBeforeObject;
  private long nodesBeforeObject;
  private @Nullable YamlNode root;

  /** A node with a name, how many nodes it unfolds to, and their weight. */
  private record Anchored(YamlNode node, long size, long weight) {}

  /** A list or an object that is not complete. */
  private static final class Frame {
    private final YamlNode node;
    private final @Nullable String anchor;
    private final long nodesBefore;
    private final long weightBefore;
    private final boolean object;
    private final boolean holdsObjects;
    private List<YamlNode> merges = List.of();
    private @Nullable String key;
    private boolean merging;

    Frame(
        @Nullable Frame parent,
        YamlNode node,
        @Nullable String anchor,
        long nodesBefore,
        long weightBefore) {
      this.node = node;
      this.anchor = anchor;
      this.nodesBefore = nodesBefore;
      this.weightBefore = weightBefore;
      this.object = parent == null || parent.holdsObjects;
      this.holdsObjects = parent != null && parent.object && "items".equals(parent.key);
    }
  }

  private YamlReader(String origin) {
    this.origin = origin;
  }

  /**
   * Reads a text up to its end or to what is wrong with it.
   *
   * @param source the characters
   * @param size how many they will be, as far as it is known
   * @throws ManifestException if it is no YAML, or has a key twice, or unfolds beyond the limits
   * @throws UncheckedIOException if the source cannot be read
   */
  static List<Document> read(Reader source, long size, String origin) {
    YamlReader reader = new YamlReader(origin);
    ManifestText text = new ManifestText(source);
    LoadSettings settings = LoadSettings.builder()
        .setLabel(origin)
        .setCodePointLimit(Integer.MAX_VALUE)
        .setParseComments(false)
        .setBufferSize((int) Math.max(SMALLEST_BUFFER, Math.min(LARGEST_BUFFER, size)))
        .build();
    try {
      ParserImpl events = new ParserImpl(settings, new StreamReader(settings, text));
      while (events.hasNext()) {
        reader.accept(events.next());
        text.nextValue();
      }
    } catch (ManifestText.Refusal e) {
      throw reader.problem(e.line(), e.problem());
    } catch (MarkedYamlEngineException e) {
      int line =
          e.getProblemMark().or(e::getContextMark).map(m -> m.getLine() + 1).orElse(0);
      String context = e.getContext() == null ? "" : e.getContext() + ": ";
      throw reader.problem(line, "not YAML: " + context + e.getProblem());
    } catch (YamlEngineException e) {
      if (e.getCause() instanceof IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
      throw reader.problem(0, "not YAML: " + e.getMessage());
    }
    return reader.documents;
  }

  private void accept(Event event) {
    if (event instanceof ScalarEvent scalar) {
      accept(scalar);
    } else if (event instanceof MappingStartEvent || event instanceof SequenceStartEvent) {
      begin((NodeEvent) event);
    } else if (event instanceof CollectionEndEvent) {
      end();
    } else if (event instanceof AliasEvent alias) {
      accept(alias);
    } else if (event instanceof DocumentStartEvent) {
      number++;
      root = null;
      anchors.clear();
    } else if (event instanceof DocumentEndEvent) {
      ended = number;
      if (root != null && !(root instanceof YamlNode.Scalar scalar && scalar.value() == null)) {
        documents.add(new Document(number, root));
      }
    }
  }

  private void begin(NodeEvent event) {
    int line = line(event);
    if (open.size() >= MAX_DEPTH) {
      throw problem(line, "nested deeper than " + MAX_DEPTH + " levels");
    }
    YamlNode node = event instanceof MappingStartEvent
        ? new YamlNode.Mapping(line, new LinkedHashMap<>())
        : new YamlNode.Sequence(line, new ArrayList<>());
    @Nullable Frame parent = open.peek();
    if (parent != null && expectsKey(parent)) {
      throw problem(line, "a key must be a text, not a list or an object");
    }
    Frame frame = new Frame(parent, node, anchorOf(event), nodes, weight);
    open.push(frame);
    if (frame.object) {
      countFromHere();
    }
    count(1, 3, line);
  }

  private void countFromHere() {
    weightBeforeObject = weight;
    nodesBeforeObject = nodes;
  }

  /** Counts nodes and what they take at least as JSON. */
  private void count(long more, long heavier, int line) {
    nodes += more;
    weight += heavier;
    if (weight - weightBeforeObject > MAX_OBJECT) {
      throw problem(line, "Request entity too large: limit is " + MAX_OBJECT);
    }
    if (nodes - nodesBeforeObject > MAX_VALUES) {
      throw problem(line, "etcdserver: request is too large: more than " + MAX_VALUES + " values");
    }
  }

  private void end() {
    Frame frame = open.pop();
    if (frame.node instanceof YamlNode.Mapping mapping) {
      for (YamlNode source : frame.merges) {
        merge(mapping, source);
      }
    }
    name(frame.anchor, frame.node, nodes - frame.nodesBefore, weight - frame.weightBefore);
    if (frame.object) {
      countFromHere();
    }
    add(frame.node);
  }

  private void accept(ScalarEvent event) {
    int line = line(event);
    int length = event.getValue().length() + 1;
    count(1, length, line);
    @Nullable Frame parent = open.peek();
    boolean plain = event.isPlain() && event.getTag().isEmpty();
    if (parent != null && expectsKey(parent)) {
      setKey(parent, event.getValue(), plain, line);
      name(anchorOf(event), new YamlNode.Scalar(line, event.getValue()), 1, length);
      return;
    }
    YamlNode node = new YamlNode.Scalar(line, value(event, plain, line));
    name(anchorOf(event), node, 1, length);
    add(node);
  }

  /** The value of a scalar; of numbers only those that JSON has, which clients send. */
  private @Nullable Object value(ScalarEvent event, boolean plain, int line) {
    @Nullable
    Object value = plain ? YamlScalars.resolve(event.getValue()) : quotedOrTagged(event, line);
    if (value instanceof Double number && !Double.isFinite(number)) {
      throw problem(
          line,
          "json: unsupported value: " + (number.isNaN() ? "NaN" : number > 0 ? "+Inf" : "-Inf"));
    }
    return value;
  }

  private @Nullable Object quotedOrTagged(ScalarEvent event, int line) {
    Optional<String> tag = event.getTag();
    if (tag.isEmpty()) {
      return event.getValue();
    }
    try {
      return YamlScalars.tagged(tag.get(), event.getValue());
    } catch (IllegalArgumentException e) {
      throw problem(line, String.valueOf(e.getMessage()));
    }
  }

  private void setKey(Frame parent, String text, boolean plain, int line) {
    if (plain && text.equals("<<")) {
      parent.merging = true;
      return;
    }
    String key = plain ? keyText(text, line) : text;
    if (((YamlNode.Mapping) parent.node).fields().containsKey(key)) {
      throw problem(line, "key \"" + key + "\" already set in map");
    }
    parent.key = key;
  }

  /** A key that is a number or a boolean becomes the text that JSON would have. */
  private String keyText(String text, int line) {
    @Nullable Object value = YamlScalars.resolve(text);
    if (value == null) {
      throw problem(line, "a key must be a text, not null");
    }
    if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return Long.toString(number.longValue());
    }
    return value.toString();
  }

  private void accept(AliasEvent event) {
    int line = line(event);
    String alias = event.getAlias().getValue();
    Anchored target = anchors.get(alias);
    if (target == null) {
      boolean inside = open.stream().anyMatch(f -> alias.equals(f.anchor));
      throw problem(
          line,
          inside
              ? "anchor '" + alias + "' value contains itself"
              : "unknown anchor '" + alias + "' referenced");
    }
    count(target.size, target.weight, line);
    aliased += target.size;
    // go-yaml's rule against unfolding without end; it counts each document for itself
    if (aliased > 100 && nodes > 1_000 && (double) aliased / nodes > allowedAliasShare(nodes)) {
      throw problem(line, "document contains excessive aliasing");
    }
    @Nullable Frame parent = open.peek();
    if (parent != null && expectsKey(parent)) {
      if (!(target.node instanceof YamlNode.Scalar scalar) || scalar.value() == null) {
        throw problem(line, "a key must be a text, not a list or an object");
      }
      setKey(parent, scalar.value().toString(), false, line);
      return;
    }
    add(target.node);
  }

  private static double allowedAliasShare(long nodes) {
    if (nodes <= FREE_NODES) {
      return 0.99;
    }
    if (nodes >= STRICT_NODES) {
      return 0.10;
    }
    return 0.99 - 0.89 * (nodes - FREE_NODES) / (STRICT_NODES - FREE_NODES);
  }

  private void add(YamlNode node) {
    @Nullable Frame parent = open.peek();
    if (parent == null) {
      root = node;
    } else if (parent.node instanceof YamlNode.Sequence list) {
      list.items().add(node);
    } else if (parent.merging) {
      parent.merging = false;
      addMerge(parent, node);
    } else if (parent.node instanceof YamlNode.Mapping mapping && parent.key != null) {
      mapping.fields().put(parent.key, node);
      parent.key = null;
    }
  }

  private void addMerge(Frame parent, YamlNode node) {
    if (parent.merges.isEmpty()) {
      parent.merges = new ArrayList<>();
    }
    if (node instanceof YamlNode.Mapping) {
      parent.merges.add(node);
    } else if (node instanceof YamlNode.Sequence list
        && list.items().stream().allMatch(YamlNode.Mapping.class::isInstance)) {
      parent.merges.addAll(list.items());
    } else {
      throw problem(node.line(), "map merge requires map or sequence of maps as the value");
    }
  }

  /** What a map says itself wins over what it merges in. */
  private static void merge(YamlNode.Mapping into, YamlNode source) {
    ((YamlNode.Mapping) source).fields().forEach(into.fields()::putIfAbsent);
  }

  private static boolean expectsKey(Frame frame) {
    return frame.node instanceof YamlNode.Mapping && frame.key == null && !frame.merging;
  }

  private void name(@Nullable String anchor, YamlNode node, long size, long weight) {
    if (anchor != null) {
      anchors.put(anchor, new Anchored(node, size, weight));
    }
  }

  private static @Nullable String anchorOf(NodeEvent event) {
    return event.getAnchor().map(Anchor::getValue).orElse(null);
  }

  private static int line(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }

  /** The error names the fields that lead to the place. */
  private ManifestException problem(int line, String problem) {
    StringBuilder path = new StringBuilder();
    for (java.util.Iterator<Frame> i = open.descendingIterator(); i.hasNext(); ) {
      Frame frame = i.next();
      if (frame.node instanceof YamlNode.Sequence list) {
        path.append('[').append(list.items().size()).append(']');
      } else if (frame.key != null) {
        path.append(path.isEmpty() ? "" : ".").append(frame.key);
      }
      if (path.length() > 200) {
        path.append("...");
        break;
      }
    }
    return new ManifestException(
        origin, Math.max(number, ended + 1), line, path.toString(), problem);
  }
}
