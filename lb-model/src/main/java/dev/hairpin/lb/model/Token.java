package dev.hairpin.lb.model;

import java.util.function.Function;

/** A string of a stack that is either known, or will be when another resource of it exists. */
public sealed interface Token {

  /**
   * A known string.
   *
   * @param value the string
   */
  record Literal(String value) implements Token {}

  /**
   * A field of the status of another resource of the stack.
   *
   * @param type the resource's type, such as {@code AWS::EC2::SecurityGroup}
   * @param id the resource's id within the stack
   * @param field the field, such as {@code groupID}
   */
  record Reference(String type, String id, String field) implements Token {}

  /**
   * A known string.
   *
   * @param value the string
   * @return the token
   */
  static Token of(String value) {
    return new Literal(value);
  }

  /**
   * The string that the token stands for.
   *
   * @param statusOf gives the field that a reference names
   * @return the string
   */
  default String resolve(Function<Reference, String> statusOf) {
    if (this instanceof Literal literal) {
      return literal.value;
    }
    return statusOf.apply((Reference) this);
  }
}
