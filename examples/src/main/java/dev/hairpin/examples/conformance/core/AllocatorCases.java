package dev.hairpin.examples.conformance.core;

import dev.hairpin.cluster.AddressAllocator;
import dev.hairpin.cluster.AllocationException;
import dev.hairpin.cluster.PortAllocator;
import dev.hairpin.cluster.PortRange;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Kinds {@code bands} and {@code alloc}: the allocators by themselves. */
final class AllocatorCases implements CoreCaseRunner {

  @Override
  public Set<String> kinds() {
    return Set.of("bands", "alloc");
  }

  @Override
  public Optional<String> firstDifference(CoreCase recorded) {
    return recorded.kind().equals("bands") ? bands(recorded) : operations(recorded);
  }

  private static Optional<String> bands(CoreCase recorded) {
    List<Map<String, Object>> cidrs = new ArrayList<>();
    recorded.list("cidrs").forEach(c -> cidrs.add(band(Cidr.parse(c.toString()))));
    List<Map<String, Object>> ranges = new ArrayList<>();
    recorded.list("portRanges").forEach(r -> ranges.add(band(PortRange.parse(r.toString()))));
    return Trees.firstDifference(recorded.expected(), Map.of("cidrs", cidrs, "portRanges", ranges));
  }

  private static Map<String, Object> band(Cidr cidr) {
    int band = AddressAllocator.staticAddresses(cidr);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("bandOffset", band);
    result.put("bitmapUsable", new AddressAllocator(cidr, true, new SplittableRandom()).free());
    result.put("cidr", cidr.toString());
    result.put("dynamicFirst", cidr.at(1L + band).toString());
    result.put("first", cidr.at(1).toString());
    result.put(
        "ipAddressAllocatorFree", new AddressAllocator(cidr, false, new SplittableRandom()).free());
    if (band > 0) {
      result.put("staticLast", cidr.at(band).toString());
    }
    return result;
  }

  private static Map<String, Object> band(PortRange range) {
    int band = range.staticPorts();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("bandOffset", band);
    result.put("dynamicFirst", range.first() + band);
    result.put("last", range.last());
    result.put("range", range.toString());
    result.put("size", range.size());
    if (band > 0) {
      result.put("static", range.first() + "-" + (range.first() + band - 1));
    }
    return result;
  }

  private static Optional<String> operations(CoreCase recorded) {
    Function<String, String> allocator = recorded.input().containsKey("portRange")
        ? ports(PortRange.parse(String.valueOf(recorded.input().get("portRange"))))
        : addresses(recorded);
    Placeholders placeholders = new Placeholders(value -> true);
    List<String> results = new ArrayList<>();
    for (Object operation : recorded.list("ops")) {
      results.add(operation + " -> " + allocator.apply(operation.toString()));
    }
    return Trees.firstDifference(
        "",
        recorded.expected(),
        Map.of("results", results),
        (expected, actual) -> sameResult(placeholders, expected, actual));
  }

  /** A result may end in a placeholder. */
  private static boolean sameResult(
      Placeholders placeholders,
      @org.jspecify.annotations.Nullable Object expected,
      @org.jspecify.annotations.Nullable Object actual) {
    if (expected instanceof String wanted && actual instanceof String got && wanted.contains("$")) {
      int at = wanted.indexOf('$');
      return got.length() > at
          && wanted.substring(0, at).equals(got.substring(0, at))
          && placeholders.same(wanted.substring(at), got.substring(at));
    }
    return Trees.sameScalar(expected, actual);
  }

  private static Function<String, String> ports(PortRange range) {
    PortAllocator allocator = new PortAllocator(range, new SplittableRandom(1));
    return operation -> {
      String argument = operation.substring(operation.indexOf(' ') + 1);
      return switch (verb(operation)) {
        case "free" -> Integer.toString(allocator.free());
        case "used" -> Integer.toString(allocator.used());
        case "has" -> Boolean.toString(allocator.has(Integer.parseInt(argument)));
        case "release" -> {
          allocator.release(Integer.parseInt(argument));
          yield "<nil>";
        }
        case "allocate" -> refusable(() -> allocator.allocate(Integer.parseInt(argument)));
        default -> next(() -> Integer.toString(allocator.allocateNext()));
      };
    };
  }

  private static Function<String, String> addresses(CoreCase recorded) {
    Cidr cidr = Cidr.parse(String.valueOf(recorded.input().get("cidr")));
    boolean bitmap = "bitmap".equals(recorded.input().get("allocator"));
    AddressAllocator allocator = new AddressAllocator(cidr, bitmap, new SplittableRandom(1));
    return operation -> {
      String argument = operation.substring(operation.indexOf(' ') + 1);
      return switch (verb(operation)) {
        case "free" -> Long.toString(allocator.free());
        case "used" -> Long.toString(allocator.used());
        case "has" -> Boolean.toString(allocator.has(IpAddress.parse(argument)));
        case "release" -> {
          allocator.release(IpAddress.parse(argument));
          yield "<nil>";
        }
        case "allocate" -> refusable(() -> allocator.allocate(IpAddress.parse(argument)));
        default -> next(() -> allocator.allocateNext().toString());
      };
    };
  }

  private static String verb(String operation) {
    int blank = operation.indexOf(' ');
    String verb = blank < 0 ? operation : operation.substring(0, blank);
    return operation.equals("allocate next") ? "next" : verb;
  }

  private static String refusable(Runnable allocation) {
    try {
      allocation.run();
      return "ok";
    } catch (AllocationException e) {
      return "error: " + e.getMessage();
    }
  }

  private static String next(java.util.function.Supplier<String> allocation) {
    try {
      return allocation.get();
    } catch (AllocationException e) {
      return "error: " + e.getMessage();
    }
  }
}
