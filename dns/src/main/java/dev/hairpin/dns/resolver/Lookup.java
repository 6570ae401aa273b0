package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A lookup that was made: what was asked, what came of it, how long it took.
 *
 * @param name the name as the program gave it
 * @param result what the program got
 * @param exchanges the questions, in the order in which they were sent; none for an address, a name
 *     of {@code /etc/hosts} or a cached result
 * @param took how long the program waited, in virtual time
 */
public record Lookup(String name, Result result, List<Exchange> exchanges, Duration took) {

  /** Copies the list. */
  public Lookup {
    exchanges = List.copyOf(exchanges);
  }

  /**
   * The addresses.
   *
   * @return the addresses in the library's order; empty if the lookup failed
   */
  public List<IpAddress> addresses() {
    return result instanceof Result.Found found ? found.addresses() : List.of();
  }

  /**
   * The address that a program would connect to first.
   *
   * @return the first address, or nothing if the lookup failed
   */
  public Optional<IpAddress> firstAddress() {
    return addresses().stream().findFirst();
  }

  /**
   * How many questions the name cost.
   *
   * @return the number, repeated ones included
   */
  public int queries() {
    return exchanges.size();
  }

  /**
   * How many of the questions brought an address.
   *
   * @return the number
   */
  public int usefulQueries() {
    return (int) exchanges.stream().filter(Lookup::broughtAddress).count();
  }

  private static boolean broughtAddress(Exchange exchange) {
    return exchange.arrivals().stream()
        .anyMatch(a -> a instanceof Arrival.Answered answered
            && !Reply.of(answered.message()).addresses().isEmpty());
  }

  /** A table of the names that were tried, and what they cost. */
  @Override
  public String toString() {
    return new LookupTable(this).text();
  }
}
