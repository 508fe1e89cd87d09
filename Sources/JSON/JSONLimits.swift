// SPDX-License-Identifier: Apache-2.0

/// Bounds on what a parser accepts from outside.
public struct JSONLimits: Hashable, Sendable {
  /// The longest text, in bytes.
  public var bytes: Int
  /// The deepest nesting of arrays and objects.
  public var depth: Int
  /// The largest number of values that are built; what a projection drops does not count. A value takes 24 bytes and more,
  /// its text perhaps 3: without this bound a short text takes many times its length in memory.
  public var values: Int

  /// Bounds of your own; a text of so many bytes may then consist of so many values as it can.
  public init(bytes: Int, depth: Int, values: Int = .max) {
    self.bytes = bytes
    self.depth = depth
    self.values = values
  }

  /// Fits one object of the Kubernetes API, whose request body the API server bounds at 3 MiB.
  public static let object = JSONLimits(bytes: 4 << 20, depth: 64, values: 400_000)
  /// Fits a page of a list from the API server, in a process of 128 MiB: 250 objects of 64 KiB and 1,600 values each.
  public static let list = JSONLimits(bytes: 16 << 20, depth: 64, values: 400_000)
}
