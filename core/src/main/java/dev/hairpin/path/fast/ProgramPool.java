package dev.hairpin.path.fast;

import dev.hairpin.net.IpFamily;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the programs of one cluster share: the numbers of endpoints, ladders, lists and
 * translations, and the code of programs that are alike on several nodes.
 *
 * <p>Used by compilers, of one thread at a time; programs that were made may be run by any thread.
 */
public final class ProgramPool {

  private final Targets targets4 = new Targets(IpFamily.IPV4);
  private final Targets targets6 = new Targets(IpFamily.IPV6);
  private final Map<Ladder, Ladder> ladders = new HashMap<>();
  private final Map<List<Integer>, Integer> profileNumbers = new HashMap<>();
  private volatile int[] profiles = new int[0];
  private final Map<ShapeKey, Integer> shapeNumbers = new HashMap<>();
  private volatile Shape[] shapes = new Shape[0];
  private final Map<Course, Integer> courseNumbers = new HashMap<>();
  private volatile Course[] courses = {Course.UNKNOWN};
  private final List<SourceQuestion> sourceQuestions = new ArrayList<>();
  private int tests;

  /** The answers of classes of sources, by number. */
  private final List<Long> origins = new ArrayList<>(List.of(0L));

  private final Map<List<Long>, Plans> plans = new HashMap<>();
  private final Map<String, Integer> listNumbers = new HashMap<>();
  private int[] groups = new int[16];

  /** By list: one more than the target that it led to first; 0 if there is none so far. */
  private int[] targetsOfLists = new int[0];

  private int groupCount;
  private final Map<SourceTranslation, Integer> translationNumbers = new HashMap<>();
  private volatile SourceTranslation[] translations = new SourceTranslation[0];
  private final Map<String, Integer> questionNumbers = new HashMap<>();
  private final List<String> questions = new ArrayList<>();
  private final Map<Long, List<WeakReference<ProgramCode>>> codes = new HashMap<>();

  /** How many hashes are kept before those of programs that are gone are thrown away. */
  private int mostCodes = 1_024;

  /** A pool without programs. */
  public ProgramPool() {
    // Decider knows these three by their numbers.
    question("a walk of more rules or deeper jumps than a program runs");
    question("a rule asks for the device that a flow leaves through");
    question("a rule asks for the source of a flow after its translation");
    SourceTranslation none = new SourceTranslation(null, 0, 0, false, false);
    // Number 0 stands for a source that stays.
    translations = new SourceTranslation[] {none};
    sourceTranslation(none);
    sourceTranslation(new SourceTranslation(null, 0, 0, false, true));
  }

  /**
   * The endpoints.
   *
   * @param family the family
   * @return the numbers of all endpoints that programs translate to
   */
  public Targets targets(IpFamily family) {
    return family == IpFamily.IPV4 ? targets4 : targets6;
  }

  /** A ladder that others have already, or a new one. */
  private Ladder ladder(long[] thresholds) {
    Ladder ladder = new Ladder(thresholds, false);
    @Nullable Ladder known = ladders.get(ladder);
    if (known != null) {
      return known;
    }
    Ladder full = new Ladder(thresholds);
    ladders.put(full, full);
    return full;
  }

  /**
   * The number of a change of the mark.
   *
   * @param value what is added to the mark, by exclusive or
   * @param mask the bits of the mark that are cleared before
   * @return its number
   */
  public int profile(int value, int mask) {
    List<Integer> profile = List.of(value, mask);
    Integer known = profileNumbers.get(profile);
    if (known != null) {
      return known;
    }
    int at = profiles.length;
    int[] more = Arrays.copyOf(profiles, at + Op.PROFILE_SIZE);
    more[at + Op.PROFILE_VALUE] = value;
    more[at + Op.PROFILE_MASK] = mask;
    profiles = more;
    profileNumbers.put(profile, at);
    return at;
  }

  /**
   * A rule before a ladder that marks flows by their source, as kube-proxy marks what does not come
   * from a pod.
   *
   * @param nodeBlock the number of the node's block; -1 if the block is given
   * @param block the block, IPv4: address * 2^32 + mask
   * @param inside whether flows from inside are marked
   * @param value what is added to the mark
   * @param mask the bits that are cleared before
   */
  public record SourceMark(int nodeBlock, long block, boolean inside, int value, int mask) {
    static final SourceMark NONE = new SourceMark(-1, 0, true, 0, 0);
  }

  /**
   * The number of a ladder's shape: what it has in common with others.
   *
   * @param thresholds as {@link Ladder} takes them
   * @param protocol the protocol that the endpoints' rules ask for; 0 if flows of others do not
   *     come
   * @param value what is added to the mark of a flow from the endpoint itself
   * @param mask the bits that are cleared before
   * @param before the rule before; null if there is none
   * @param question what is open for flows of another protocol
   * @return its number
   */
  public int shape(
      long[] thresholds,
      int protocol,
      int value,
      int mask,
      @Nullable SourceMark before,
      int question) {
    SourceMark mark = before == null ? SourceMark.NONE : before;
    ShapeKey key = new ShapeKey(ladder(thresholds), protocol, value, mask, mark, question);
    Integer known = shapeNumbers.get(key);
    if (known != null) {
      return known;
    }
    int number = shapes.length;
    Shape[] more = Arrays.copyOf(shapes, number + 1);
    more[number] = new Shape(key.ladder, number, protocol, question, value, mask, mark);
    shapes = more;
    shapeNumbers.put(key, number);
    return number;
  }

  private record ShapeKey(
      Ladder ladder, int protocol, int value, int mask, SourceMark before, int question) {}

  /**
   * The number of a course, from 1; 0 if it is unknown, if it asks too much, or if there are more
   * courses or questions than plans can have: keys of further ones run their rules.
   *
   * @param most the greatest number that is given
   */
  int course(Course course, int most) {
    if (course == Course.UNKNOWN) {
      return 0;
    }
    Integer known = courseNumbers.get(course);
    if (known != null) {
      return known;
    }
    int number = courses.length;
    if (number > most || !canAsk(Course.questions(course, shapes))) {
      return 0;
    }
    Course[] more = Arrays.copyOf(courses, number + 1);
    more[number] = course;
    courses = more;
    courseNumbers.put(course, number);
    return number;
  }

  /** Gives questions their bits in {@link Origins}, if there is room for all of them. */
  private boolean canAsk(Set<SourceQuestion> asked) {
    List<SourceQuestion> added = new ArrayList<>(asked);
    added.removeAll(sourceQuestions);
    int more = added.stream().mapToInt(question -> question.anyOf().size()).sum();
    if (!asked.stream().allMatch(SourceQuestion::isOfIntervals)
        || sourceQuestions.size() + added.size() > Long.SIZE
        || tests + more > Origins.MOST_TESTS) {
      return false;
    }
    sourceQuestions.addAll(added);
    tests += more;
    return true;
  }

  List<SourceQuestion> sourceQuestions() {
    return sourceQuestions;
  }

  int answerBit(SourceQuestion question) {
    return sourceQuestions.indexOf(question);
  }

  /** The class of sources that answer all questions in a way: a bit for each. */
  int origin(long answers) {
    int known = origins.lastIndexOf(answers);
    if (known > Origins.UNKNOWN) {
      return known;
    }
    if (origins.size() == Origins.MOST_CLASSES) {
      return Origins.UNKNOWN;
    }
    origins.add(answers);
    return origins.size() - 1;
  }

  /** The plans for a way that looks at some bits of the mark. */
  Plans plans(int markMask, long clear, long set) {
    return plans.computeIfAbsent(
        List.of((long) markMask, clear, set), key -> new Plans(markMask, clear, set));
  }

  /** The plans of all courses and for all classes of sources so far. */
  Plans.Table update(Plans of) {
    of.update(courses, origins, this);
    return of.table();
  }

  Shape[] shapes() {
    return shapes;
  }

  int[] profiles() {
    return profiles;
  }

  /**
   * The number of a list of callers.
   *
   * @param name its name
   * @return its number
   */
  public int list(String name) {
    Integer known = listNumbers.get(name);
    if (known != null) {
      return known;
    }
    int number = listNumbers.size();
    listNumbers.put(name, number);
    if (number == groups.length) {
      groups = Arrays.copyOf(groups, number * 2);
    }
    groups[number] = -1;
    return number;
  }

  /**
   * The group of a list. Lists of one group are found by one look-up.
   *
   * @param list the list's number
   * @return the group's number
   */
  public int group(int list) {
    if (groups[list] < 0) {
      groups[list] = groupCount++;
    }
    return groups[list];
  }

  /** Whether a target of IPv4 is the one that a list led to first. */
  boolean leadsTo(int list, int target) {
    if (list >= targetsOfLists.length) {
      targetsOfLists = Arrays.copyOf(targetsOfLists, groups.length);
    }
    if (targetsOfLists[list] == 0) {
      targetsOfLists[list] = target + 1;
    }
    return targetsOfLists[list] == target + 1;
  }

  /**
   * Puts lists that have no group yet into the group of the others.
   *
   * @param lists the lists' numbers; not empty
   * @return the group, or -1 if they are of different groups already
   */
  public int join(int[] lists) {
    int group = -1;
    for (int list : lists) {
      int own = groups[list];
      if (own >= 0 && group >= 0 && own != group) {
        return -1;
      }
      group = Math.max(group, own);
    }
    if (group < 0) {
      group = groupCount++;
    }
    for (int list : lists) {
      groups[list] = group;
    }
    return group;
  }

  /**
   * The number of a source translation.
   *
   * @param translation the translation
   * @return its number, 1 to 65535; -1 if there are more
   */
  public int sourceTranslation(SourceTranslation translation) {
    Integer known = translationNumbers.get(translation);
    if (known != null) {
      return known;
    }
    int number = translations.length;
    if (number > 0xffff) {
      return -1;
    }
    SourceTranslation[] more = Arrays.copyOf(translations, number + 1);
    more[number] = translation;
    translations = more;
    translationNumbers.put(translation, number);
    return number;
  }

  SourceTranslation sourceTranslationOf(int number) {
    return translations[number];
  }

  /**
   * The number of a question that programs leave open.
   *
   * @param text what cannot be told, with the rule that asks
   * @return its number
   */
  public int question(String text) {
    Integer known = questionNumbers.get(text);
    if (known != null) {
      return known;
    }
    questionNumbers.put(text, questions.size());
    questions.add(text);
    return questions.size() - 1;
  }

  List<String> questions() {
    return List.copyOf(questions);
  }

  /** The code of another program if it is the same, or this one, which others may share then. */
  ProgramCode shared(ProgramCode code) {
    List<WeakReference<ProgramCode>> alike =
        codes.computeIfAbsent(code.hash, h -> new ArrayList<>(1));
    alike.removeIf(reference -> reference.get() == null);
    for (WeakReference<ProgramCode> reference : alike) {
      @Nullable ProgramCode other = reference.get();
      if (other != null && other.sameAs(code)) {
        return other;
      }
    }
    alike.add(new WeakReference<>(code));
    if (codes.size() > mostCodes) {
      codes.values().removeIf(list -> list.stream().allMatch(r -> r.get() == null));
      mostCodes = 1_024 + 2 * codes.size();
    }
    return code;
  }
}
