// SPDX-License-Identifier: Apache-2.0

/// What preflight does to the node, as few operations: Linux in the pod, a table in a test.
public protocol HostAccess: Sendable {
  /// Moves the calling thread into the host's network namespace.
  ///
  /// Only the calling thread moves, and it does not come back; ``Preflight`` calls this on a thread of its own.
  func enterHostNetwork() throws(HostError)

  /// The content of one of the host's files.
  func readFile(_ path: String) throws(HostError) -> [UInt8]

  /// Writes to one of the host's files, which must exist.
  func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError)
}

/// Why an operation on the host failed.
public struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What failed, for decisions.
  public enum Kind: Hashable, Sendable {
    /// The file is not there.
    case missing
    /// The kernel refused for want of a right; the text names the right where it is known.
    case forbidden
    /// The file system is mounted read-only.
    case readOnly
    /// Anything else.
    case other
  }

  /// What failed.
  public let kind: Kind
  /// The operation, its object and the cause, as a phrase for a person.
  public let description: String

  /// An error made of its parts.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
