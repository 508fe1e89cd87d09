// SPDX-License-Identifier: Apache-2.0

/// How the memory of the agent's container is divided, in MiB.
public enum MemoryBounds {
  /// What its eBPF maps take, whatever is switched on: two of them have room for a million connections from the start.
  /// Measured on Linux 6.18: 237 MiB. Kernels since 5.11 charge them to the container.
  public static let maps: Int64 = 240
  /// The perf ring buffers of one CPU, in KiB: 67 pages.
  public static let ringBuffers: Int64 = 268
  /// What is kept free for all that is not Go's heap: maps, ring buffers, stacks of threads.
  public static let outsideHeap: Int64 = 350
  /// With less the garbage collector would run all the time.
  public static let leastHeap: Int64 = 128

  /// The soft limit of the Go heap, `GOMEMLIMIT`, with a memory limit of so many bytes.
  public static func heap(limit: Int64) -> Int64 { max((limit >> 20) - outsideHeap, leastHeap) }
}
