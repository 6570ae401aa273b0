package dev.hairpin.junit;

import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Assertions on what came of a name. A failure shows every question and its answer. */
@SuppressWarnings("exports") // who uses this has AssertJ or JUnit, as the package says
public final class LookupAssert extends AbstractAssert<LookupAssert, NameService.Lookup> {

  LookupAssert(NameService.Lookup actual) {
    super(actual, LookupAssert.class);
  }

  private LookupAssert require(boolean holds, String expectation) {
    isNotNull();
    if (!holds) {
      StringBuilder questions = new StringBuilder();
      actual
          .questions()
          .forEach(q -> questions
              .append("\n  ")
              .append(q.name())
              .append(' ')
              .append(q.type())
              .append(" -> ")
              .append(q.answer())
              .append("   ")
              .append(q.explanation()));
      failWithMessage(
          "%s",
          "expected " + actual.name() + " " + expectation + ", but it gave " + addresses() + " ("
              + actual.reason() + ") by these questions:" + questions);
    }
    return this;
  }

  private List<String> addresses() {
    return actual.addresses().stream().map(Object::toString).toList();
  }

  /**
   * It has an address.
   *
   * @return this
   */
  public LookupAssert resolves() {
    return require(!actual.addresses().isEmpty(), "to resolve");
  }

  /**
   * It has exactly these addresses, in any order.
   *
   * @param addresses the addresses
   * @return this
   */
  public LookupAssert resolvesTo(String... addresses) {
    List<String> wanted = List.of(addresses).stream().sorted().toList();
    return require(
        addresses().stream().sorted().toList().equals(wanted), "to resolve to " + wanted);
  }

  /**
   * It has no address, for a reason.
   *
   * @param reason such as {@link Reason#NO_SUCH_NAME}
   * @return this
   */
  public LookupAssert failsWith(Reason reason) {
    return require(
        actual.addresses().isEmpty() && actual.reason() == reason, "to fail with " + reason);
  }

  /**
   * It costs so many questions.
   *
   * @param count the number of questions that the search list and the record types cause
   * @return this
   */
  public LookupAssert costsQuestions(int count) {
    return require(actual.questions().size() == count, "to cost " + count + " questions");
  }
}
