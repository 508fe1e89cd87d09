// SPDX-License-Identifier: Apache-2.0

/// An `Observability` object as its user wrote it, with every default filled in.
public struct Observability: Hashable, Sendable {
  /// The object's name; it is the prefix of the names of its children.
  public var name: String
  /// The identity that survives no deletion; empty for an object that is not in a cluster.
  public var uid: String
  /// The number of the specification.
  public var generation: Int64
  /// What is wanted.
  public var spec: ObservabilitySpec

  /// An object made of its parts.
  public init(name: String, uid: String = "", generation: Int64 = 0, spec: ObservabilitySpec) {
    self.name = name
    self.uid = uid
    self.generation = generation
    self.spec = spec
  }
}
