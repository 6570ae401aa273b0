package dev.hairpin.iptables.walk;

/** Whether a match holds; the model does not know every match. */
enum Answer {
  YES,
  NO,
  UNKNOWN;

  static Answer of(boolean value) {
    return value ? YES : NO;
  }

  Answer unless(boolean inverted) {
    if (this == UNKNOWN) {
      return UNKNOWN;
    }
    return of((this == YES) != inverted);
  }
}
