// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a request got no answer, or not all of it, in words for a person.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// How far the transfer had come.
  public enum Phase: String, Hashable, Sendable {
    case resolve, connect, tls, send, firstByte, body

    /// The word that a cause begins with.
    var word: String { self == .firstByte ? "response" : rawValue }
  }

  /// What went wrong, for decisions.
  public enum Kind: String, Hashable, Sendable {
    /// The request itself cannot be sent: a malformed URL, say.
    case invalidRequest
    /// The host name has no address.
    case unresolved
    /// The port is closed, no route leads there, or the proxy refuses to connect.
    case unreachable
    /// The server's certificate, or ours, is not accepted.
    case untrusted
    /// The host has only addresses to which the request must not go.
    case addressRefused
    /// A deadline passed.
    case timedOut
    /// The peer closed the connection, or broke the protocol.
    case broken
    /// More came than was to be accepted.
    case tooLarge
    /// The task was cancelled, or the transport is shut down.
    case cancelled
  }

  /// What went wrong.
  public let kind: Kind
  /// How far the transfer had come.
  public let phase: Phase
  /// The host and port that were asked, without path, query or credentials.
  public let host: String
  /// The cause as a phrase that begins with what was being done: `connect: refused`, or with the proxy that it was done
  /// with: `proxy 10.0.0.1:3128: CONNECT answered 407`.
  public let cause: String
  /// What failed in TLS, if the server was reached and TLS is what failed.
  public let tlsFault: TLSFault?

  /// An error made of its parts.
  public init(kind: Kind, phase: Phase, host: String, cause: String, tlsFault: TLSFault? = nil) {
    self.kind = kind
    self.phase = phase
    self.host = host
    self.cause = cause
    self.tlsFault = tlsFault
  }

  /// `host:port: cause`.
  public var description: String { "\(host): \(cause)" }
}

/// Why TLS with a server failed, for decisions about the remedy.
public enum TLSFault: String, CaseIterable, Hashable, Sendable {
  /// No authority that is trusted has signed the server's certificate.
  case unknownAuthority
  /// The server's certificate, or one above it, has expired.
  case expired
  /// The server's certificate, or one above it, is not valid yet.
  case notYetValid
  /// The server's certificate names other hosts.
  case wrongName
  /// The server's certificate has no subject alternative name, and the request demands one.
  case noAlternativeName
  /// The server's certificate is revoked, too weak, or not meant for servers.
  case unfitCertificate
  /// The certificate authorities of the request hold no certificate.
  case unreadableAuthorities
  /// The server demands a certificate of ours, or does not accept the one that it was shown.
  case clientCertificate
  /// The server does not speak TLS.
  case notTLS
  /// No version of TLS is common.
  case version
  /// The handshake failed for another reason.
  case handshake
}

extension TransportError {
  /// The operating system refused us something.
  static func system(_ call: String, _ code: Int32) -> TransportError {
    TransportError(kind: .unreachable, phase: .connect, host: "", cause: "\(call): \(String(cString: strerror(code)))")
  }

  static func invalid(_ host: String, _ cause: String) -> TransportError {
    TransportError(kind: .invalidRequest, phase: .connect, host: host, cause: cause)
  }

  static func cancelled(_ phase: Phase, _ host: String, _ cause: String = "cancelled") -> TransportError {
    TransportError(kind: .cancelled, phase: phase, host: host, cause: cause)
  }
}
