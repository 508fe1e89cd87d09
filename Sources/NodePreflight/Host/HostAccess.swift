// SPDX-License-Identifier: Apache-2.0

/// What preflight does to the node, as few operations: Linux in the pod, a table in a test.
///
/// Each ends within a few seconds, whatever the node does. Namespaces and capabilities belong to threads: both change for
/// the calling thread only.
public protocol HostAccess: Sendable {
  /// As whom the calling thread acts.
  func credentials() throws(HostError) -> Credentials

  /// Where this process stands to the host.
  func standpoint() throws(HostError) -> Standpoint

  /// Moves the calling thread into the host's network namespace. It does not come back.
  func enterHostNetwork() throws(HostError)

  /// Gives up every capability of the calling thread but these, for good.
  func keepOnly(_ capabilities: Set<Capability>) throws(HostError)

  /// The kernel's release, as `uname -r` prints it.
  func kernelRelease() throws(HostError) -> String

  /// The first bytes of one of the host's files.
  func readFile(_ path: String, atMost limit: Int) throws(HostError) -> [UInt8]

  /// Writes to one of the host's files, which must exist.
  func writeFile(_ path: String, _ bytes: [UInt8]) throws(HostError)

  /// The type of the file system that holds the path, one of the kernel's magic numbers (`linux/magic.h`).
  func fileSystemType(_ path: String) throws(HostError) -> UInt32

  /// Connects to a Unix socket and lets go at once.
  func connect(_ path: String) throws(HostError)

  /// Sends a netlink message to the kernel and returns the first datagram of the answer.
  func ask(_ question: NetlinkMessage, protocol: Int32) throws(HostError) -> [UInt8]
}

/// Where a process stands to the host whose process 1 it sees.
public enum Standpoint: Hashable, Sendable {
  /// In a container that sees the host's processes.
  case container
  /// It is process 1 itself: in a container that sees its own processes only.
  case firstProcess
  /// It shares the mount namespace of process 1: in no container.
  case host
}

/// Paths on the host.
enum HostPath {
  /// The host's file system as it is seen from a pod with `hostPID: true`; the agent looks at it the same way.
  static let root = "/proc/1/root"
}

extension HostAccess {
  /// The longest file that is read whole, in bytes.
  static var readLimit: Int { 64 << 10 }

  /// The whole content of one of the host's files, which must not be longer than ``readLimit``.
  func readFile(_ path: String) throws(HostError) -> [UInt8] {
    let content = try readFile(path, atMost: Self.readLimit + 1)
    guard content.count <= Self.readLimit else {
      throw HostError(.other, "read \(path): longer than \(Self.readLimit) bytes")
    }
    return content
  }

  /// The same as text, without space at both ends.
  func readText(_ path: String) throws(HostError) -> String {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    let start = text.drop { $0.isWhitespace }
    return String(start.dropLast(start.reversed().prefix { $0.isWhitespace }.count))
  }
}

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
