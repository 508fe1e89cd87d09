// SPDX-License-Identifier: Apache-2.0

/// Bounds on what a parser accepts from outside.
public struct JSONLimits: Hashable, Sendable {
  /// The longest text, in bytes.
  public var bytes: Int
  /// The deepest nesting of arrays and objects.
  public var depth: Int

  /// Bounds of your own.
  public init(bytes: Int, depth: Int) {
    self.bytes = bytes
    self.depth = depth
  }

  /// Fits one object of the Kubernetes API, whose request body the API server bounds at 3 MiB.
  public static let object = JSONLimits(bytes: 4 << 20, depth: 64)
  /// Fits a whole list from the API server.
  public static let list = JSONLimits(bytes: 256 << 20, depth: 64)
}
