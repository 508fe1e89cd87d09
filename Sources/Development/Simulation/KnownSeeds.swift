// SPDX-License-Identifier: Apache-2.0

/// Seeds that have found something. What it was has a test of its own where it was put right, since the life of a seed
/// becomes another one with every change of what is simulated; these are lived through again because it costs nothing.
public enum KnownSeeds {
  /// The seeds, with what they found.
  static let all: KeyValuePairs<UInt64, String> = [
    // `PassedOverWriteTests`; and no request took time, so that it went on for ever within one instant.
    2505: "after a restore, who believed a write from before it wrote again in each pass",
    5421: "failed once among others and not alone; its life has been the same in every run since",
  ]

  /// So many seeds: those, then 1, 2, 3 without them.
  public static func first(_ count: Int) -> [UInt64] {
    let known = all.map(\.key)
    return Array((known + (1...UInt64(max(1, count))).filter { !known.contains($0) }).prefix(count))
  }
}
