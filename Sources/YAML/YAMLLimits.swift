// SPDX-License-Identifier: Apache-2.0

/// Bounds on what a decoder accepts from outside.
public struct YAMLLimits: Hashable, Sendable {
  /// The longest text, in bytes.
  public var bytes: Int
  /// The deepest nesting of sequences and mappings, aliases followed.
  public var depth: Int
  /// The largest number of documents in one text, empty ones included.
  public var documents: Int
  /// The largest number of nodes that all aliases of a text together may stand for.
  ///
  /// It is what stops a text of a few lines from growing without bound ("billion laughs").
  public var aliasExpansions: Int

  /// Bounds of your own.
  public init(bytes: Int, depth: Int, documents: Int, aliasExpansions: Int) {
    self.bytes = bytes
    self.depth = depth
    self.documents = documents
    self.aliasExpansions = aliasExpansions
  }

  /// Fits manifests that people write and tools render.
  public static let manifest = YAMLLimits(bytes: 4 << 20, depth: 64, documents: 256, aliasExpansions: 10_000)
}
