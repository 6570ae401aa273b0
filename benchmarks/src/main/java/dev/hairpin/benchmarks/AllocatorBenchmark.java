package dev.hairpin.benchmarks;

import dev.hairpin.cluster.AddressAllocator;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a ClusterIP costs out of a /12, taken and given back, by how full the block is. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class AllocatorBenchmark {

  /** How full the block is, in percent; at 100 one single address is free. */
  @Param({"1", "50", "99.9", "100"})
  public double percentFull;

  private AddressAllocator allocator =
      new AddressAllocator(Cidr.parse("10.96.0.0/12"), false, new SplittableRandom(1));

  /** Fills the block at random, as a cluster does. */
  @Setup
  public void fill() {
    allocator = new AddressAllocator(Cidr.parse("10.96.0.0/12"), false, new SplittableRandom(1));
    long all = allocator.free();
    long wanted = Math.min(all - 1, Math.round(all * percentFull / 100));
    for (long i = 0; i < wanted; i++) {
      allocator.allocateNext();
    }
  }

  /**
   * Takes an address and gives it back.
   *
   * @return the address
   */
  @Benchmark
  public IpAddress allocateAndRelease() {
    IpAddress address = allocator.allocateNext();
    allocator.release(address);
    return address;
  }
}
