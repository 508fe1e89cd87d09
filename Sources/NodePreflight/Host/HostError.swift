// SPDX-License-Identifier: Apache-2.0

/// Why an operation on the host failed.
public struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What failed, for decisions.
  public enum Kind: Hashable, Sendable {
    /// The file is not there.
    case missing
    /// The kernel refused for want of a right.
    case forbidden
    /// The file system is mounted read-only.
    case readOnly
    /// The kernel knows no such protocol.
    case unsupported
    /// Nobody listens on the socket.
    case refused
    /// Anything else, a missed deadline too.
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
