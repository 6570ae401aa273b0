package dev.hairpin.whatif;

import com.google.common.base.Splitter;
import com.google.common.primitives.Bytes;
import dev.hairpin.Cluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The file in which a sweep keeps what is finished, so that an interruption loses none of it.
 *
 * <pre>
 * hairpin-sweep 2 FINGERPRINT CELLS
 * CHECKSUM&lt;tab&gt;CELL&lt;tab&gt;SEED&lt;tab&gt;SCENARIO{&lt;tab&gt;METRIC=VALUE;LIMIT;TOTAL;SUBJECT}
 * </pre>
 *
 * <p>A line is written whole, with its line feed, when its cell is finished. A file that was cut
 * anywhere behind its head is resumed exactly: a last line without its line feed was being written,
 * its cell is done again. Anything else that is wrong (a line whose checksum does not fit, a head
 * of another sweep or base cluster) is refused with the number of the line, and the file is left as
 * it is. Numbers are written as Java prints them, which loses no bit.
 *
 * <p>The file is locked while it is open. Thread-safe.
 */
public final class SweepFile implements AutoCloseable {
  private static final String MAGIC = "hairpin-sweep 2 ";
  private static final int LONGEST_HEAD = 200;
  private static final int MOST_OCTETS = Integer.MAX_VALUE - 8;

  /** No channel writes: an interrupt of the thread would close it, and the line were lost. */
  private final RandomAccessFile file;

  private final FileLock lock;
  private final SweepResult found;

  private SweepFile(RandomAccessFile file, FileLock lock, SweepResult found) {
    this.file = file;
    this.lock = lock;
    this.found = found;
  }

  /**
   * Opens the file of a sweep, or begins it.
   *
   * @param path the file; it is made if there is none
   * @param sweep the sweep
   * @param base its base cluster
   * @return the open file
   * @throws IllegalArgumentException if the file is not of this sweep and this cluster, is damaged,
   *     or somebody else writes it
   */
  public static SweepFile open(Path path, Sweep sweep, Cluster base) {
    String fingerprint = sweep.fingerprint(base);
    String head = head(sweep, fingerprint);
    try {
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      try {
        FileLock lock = lock(file.getChannel(), path);
        byte[] bytes = bytes(file);
        SweepResult found;
        if (bytes.length == 0) {
          found = SweepResult.of(fingerprint, List.of());
          file.write(head.getBytes(StandardCharsets.UTF_8));
        } else {
          found = read(bytes, path, sweep, fingerprint);
          file.setLength(Bytes.lastIndexOf(bytes, (byte) '\n') + 1L);
        }
        file.seek(file.length());
        return new SweepFile(file, lock, found);
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the sweep in " + path, e);
    }
  }

  private static byte[] bytes(RandomAccessFile file) throws IOException {
    if (file.length() > MOST_OCTETS) {
      throw new IOException("its " + file.length() + " octets are more than can be read");
    }
    byte[] bytes = new byte[(int) file.length()];
    file.readFully(bytes);
    return bytes;
  }

  private static FileLock lock(FileChannel channel, Path path) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException e) {
      throw new IllegalArgumentException(path + " is being written by this program already", e);
    }
    throw new IllegalArgumentException(path + " is being written by another program");
  }

  private static String head(Sweep sweep, String fingerprint) {
    return MAGIC + fingerprint + " " + sweep.cells() + "\n";
  }

  /**
   * Reads what a file holds, without opening it for writing.
   *
   * @param path the file
   * @param sweep the sweep
   * @param base its base cluster
   * @return the rows of all finished cells
   * @throws IllegalArgumentException if the file is not of this sweep and this cluster, or is
   *     damaged
   */
  public static SweepResult read(Path path, Sweep sweep, Cluster base) {
    String fingerprint = sweep.fingerprint(base);
    byte[] bytes;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      bytes = bytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
    return read(bytes, path, sweep, fingerprint);
  }

  private static SweepResult read(byte[] bytes, Path path, Sweep sweep, String fingerprint) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    String first =
        end < 0 ? text.substring(0, Math.min(text.length(), LONGEST_HEAD)) : text.substring(0, end);
    if (!first.startsWith(MAGIC)) {
      throw new IllegalArgumentException(
          path + " is no file of a sweep: line 1 does not begin with \"" + MAGIC.strip() + "\"");
    }
    if (end < 0) {
      throw new IllegalArgumentException(path + " ends within its head, line 1; nothing can be"
          + " resumed, delete it to begin anew");
    }
    String head = head(sweep, fingerprint).strip();
    if (!head.equals(first)) {
      boolean sameSweep = first.startsWith(head.substring(0, head.indexOf('-', MAGIC.length())));
      throw new IllegalArgumentException(path
          + (sameSweep ? " is of another base cluster, or it has changed" : " is of another sweep")
          + ": it has \"" + first + "\", but this one is \"" + head + "\"");
    }
    List<SweepRow> rows = new ArrayList<>();
    int number = 1;
    int from = end + 1;
    for (int to = text.indexOf('\n', from); to >= 0; to = text.indexOf('\n', from)) {
      number++;
      rows.add(parse(text.substring(from, to), path + ", line " + number, sweep));
      from = to + 1;
    }
    return SweepResult.of(fingerprint, rows);
  }

  /** {@return what the file held when it was opened} */
  public SweepResult found() {
    return found;
  }

  /**
   * Writes a finished cell.
   *
   * @param row what was found
   */
  public synchronized void append(SweepRow row) {
    try {
      file.write(print(row).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a finished cell", e);
    }
  }

  /** Writes everything to the disk and lets go of the file. */
  @Override
  public synchronized void close() {
    try {
      file.getFD().sync();
      lock.release();
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the sweep's file", e);
    }
  }

  // ---- lines

  static String print(SweepRow row) {
    StringBuilder out = new StringBuilder();
    out.append(row.cell())
        .append('\t')
        .append(row.seed())
        .append('\t')
        .append(quoted(row.scenario()));
    row.worst()
        .forEach((metric, w) -> out.append('\t')
            .append(metric.name())
            .append('=')
            .append(w.value())
            .append(';')
            .append(w.limit())
            .append(';')
            .append(w.total())
            .append(';')
            .append(quoted(w.subject())));
    return checksum(out.toString()) + "\t" + out + "\n";
  }

  private static SweepRow parse(String line, String place, Sweep sweep) {
    int tab = line.indexOf('\t');
    if (tab < 0 || !line.substring(0, tab).equals(checksum(line.substring(tab + 1)))) {
      throw new IllegalArgumentException(place + ": the checksum does not fit the line, so the file"
          + " was damaged; delete the line to have its cell done again");
    }
    try {
      return row(Splitter.on('\t').splitToList(line), sweep);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(place + ": no row of this sweep: " + e.getMessage(), e);
    }
  }

  private static SweepRow row(List<String> cells, Sweep sweep) {
    int cell = Integer.parseInt(cells.get(1));
    if (cell < 0 || cell >= sweep.cells()) {
      throw new IllegalArgumentException(
          "cell " + cell + " is not within 0-" + (sweep.cells() - 1));
    }
    SortedMap<Metric, SweepRow.Worst> worst = new TreeMap<>();
    for (String field : cells.subList(4, cells.size())) {
      int equals = field.indexOf('=');
      List<String> parts = Splitter.on(';').limit(4).splitToList(field.substring(equals + 1));
      worst.put(
          Metric.valueOf(field.substring(0, equals)),
          new SweepRow.Worst(
              Double.parseDouble(parts.get(0)),
              Double.parseDouble(parts.get(1)),
              Double.parseDouble(parts.get(2)),
              unquoted(parts.get(3))));
    }
    return new SweepRow(cell, unquoted(cells.get(3)), Long.parseLong(cells.get(2)), worst);
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String unquoted(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        char next = text.charAt(++i);
        out.append(next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next);
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
