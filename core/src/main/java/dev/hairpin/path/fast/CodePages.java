package dev.hairpin.path.fast;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lays routines out in pages, for {@link ProgramCode}. Copies a page before it writes to it. */
final class CodePages {
  /** A routine that is moved gets a quarter more room than it needs, and this. */
  private static final int SLACK = 4;

  /** Room for the jump that a routine leaves behind, and a STOP. */
  private static final int LEAST_ROOM = 3;

  private int[][] pages;
  private int[] homes;
  private int[] places;
  private int[] rooms;
  private final boolean[] owned;
  private boolean[] ownedLater = new boolean[8];
  private boolean listOwned;
  private boolean numbersOwned;
  private int end;
  private int wasted;
  private long hash;

  /** Pages that begin with those of a code, or with none. */
  CodePages(@Nullable ProgramCode base) {
    if (base == null) {
      pages = new int[0][];
      homes = new int[0];
      places = new int[0];
      rooms = new int[0];
      owned = new boolean[0];
    } else {
      pages = base.pages;
      homes = base.homes;
      places = base.places;
      rooms = base.rooms;
      owned = new boolean[pages.length];
      end = base.end;
      wasted = base.wasted;
    }
  }

  int[][] pages() {
    return pages;
  }

  int[] homes() {
    return homes;
  }

  int[] places() {
    return places;
  }

  int[] rooms() {
    return rooms;
  }

  int end() {
    return end;
  }

  /** How many words routines left behind that moved. */
  int wasted() {
    return wasted;
  }

  /** How much the sum of the pages' hashes has changed, when all is written. */
  long hashChange() {
    long change = hash;
    for (int page = 0; page < pages.length; page++) {
      if (isOwned(page)) {
        change += ProgramCode.hashOf(page, pages[page]);
      }
    }
    return change;
  }

  /**
   * Gives the routines up to a number their places, if they are new; lengths without final STOP.
   */
  void place(int count, int[] lengths) {
    int known = homes.length;
    if (count == known) {
      return;
    }
    homes = Arrays.copyOf(homes, count);
    places = Arrays.copyOf(places, count);
    rooms = Arrays.copyOf(rooms, count);
    numbersOwned = true;
    for (int number = known; number < count; number++) {
      int room = Math.max(LEAST_ROOM, lengths[number - known] + 1);
      homes[number] = allocate(room);
      places[number] = homes[number];
      rooms[number] = room;
    }
  }

  private int allocate(int room) {
    int left = ProgramCode.PAGE_WORDS - (end & ProgramCode.PAGE_MASK);
    if (pages.length > LookupTable.ADDRESS_MASK >>> ProgramCode.PAGE_BITS) {
      throw new IllegalStateException("a program of more than 2 GiB");
    }
    boolean fits = pages.length > 0 && (end & ProgramCode.PAGE_MASK) != 0 && room <= left;
    if (!fits) {
      end = pages.length << ProgramCode.PAGE_BITS;
      ownList(pages.length + 1);
      pages[pages.length - 1] = new int[Math.max(ProgramCode.PAGE_WORDS, room)];
      setOwned(pages.length - 1);
    }
    int address = end;
    // A page of a large routine holds nothing else.
    end = room >= ProgramCode.PAGE_WORDS ? pages.length << ProgramCode.PAGE_BITS : end + room;
    return address;
  }

  private void ownList(int length) {
    if (!listOwned || length != pages.length) {
      pages = Arrays.copyOf(pages, length);
      listOwned = true;
    }
  }

  private boolean isOwned(int page) {
    int later = page - owned.length;
    return later < 0 ? owned[page] : later < ownedLater.length && ownedLater[later];
  }

  private void setOwned(int page) {
    if (page < owned.length) {
      owned[page] = true;
      return;
    }
    int later = page - owned.length;
    if (later >= ownedLater.length) {
      ownedLater = Arrays.copyOf(ownedLater, later * 2);
    }
    ownedLater[later] = true;
  }

  private int[] own(int page) {
    if (!isOwned(page)) {
      ownList(pages.length);
      hash -= ProgramCode.hashOf(page, pages[page]);
      pages[page] = pages[page].clone();
      setOwned(page);
    }
    return pages[page];
  }

  /**
   * Writes a routine's words, whose jumps name addresses, and moves it if it has outgrown its
   * place.
   */
  void write(int number, int[] words) {
    if (words.length + 1 > rooms[number]) {
      move(number, words.length + words.length / 4 + SLACK);
    }
    int at = places[number] & ProgramCode.PAGE_MASK;
    int[] old = pages[places[number] >>> ProgramCode.PAGE_BITS];
    int behind = at + words.length;
    if (old[behind] == Op.STOP && Arrays.equals(old, at, behind, words, 0, words.length)) {
      return;
    }
    int[] page = own(places[number] >>> ProgramCode.PAGE_BITS);
    System.arraycopy(words, 0, page, at, words.length);
    Arrays.fill(page, behind, at + rooms[number], Op.STOP);
  }

  private void move(int number, int room) {
    int address = allocate(room);
    if (!numbersOwned) {
      places = places.clone();
      rooms = rooms.clone();
      homes = homes.clone();
      numbersOwned = true;
    }
    wasted += rooms[number];
    int[] old = own(places[number] >>> ProgramCode.PAGE_BITS);
    int at = places[number] & ProgramCode.PAGE_MASK;
    Arrays.fill(old, at, at + rooms[number], Op.STOP);
    int[] home = own(homes[number] >>> ProgramCode.PAGE_BITS);
    int homeAt = homes[number] & ProgramCode.PAGE_MASK;
    home[homeAt] = Op.GOTO;
    home[homeAt + 1] = address;
    places[number] = address;
    rooms[number] = room;
  }
}
