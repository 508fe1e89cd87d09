// SPDX-License-Identifier: Apache-2.0

import HTTPTransport

/// How to reach one API server, and as whom.
public struct ClusterConfiguration: Hashable, Sendable, CustomStringConvertible {
  /// The server's URL without a slash at its end.
  public var server: String
  /// How the server is authenticated; our own certificate too, if that is how we are.
  public var tls: TLSOptions
  /// The file to which `tls.certificateAuthorities` is renewed from outside, or nil if it stays as it is.
  public var certificateAuthorityFile: String?
  /// Who we are, beyond a certificate.
  public var credentials: Credentials
  /// The namespace that is ours, or `default`.
  public var namespace: String

  /// Who we are.
  public enum Credentials: Hashable, Sendable, CustomStringConvertible {
    /// Nobody, or the holder of a certificate.
    case none
    /// A bearer token that stays as it is.
    case token(String)
    /// A bearer token in a file that is renewed from outside (KEP-1205).
    case tokenFile(String)
    /// User name and password.
    case basic(user: String, password: String)

    /// The kind of credentials, without a secret.
    public var description: String {
      switch self {
      case .none: "none"
      case .token: "token"
      case .tokenFile(let path): "token file \(path)"
      case .basic(let user, _): "user \(user)"
      }
    }
  }

  /// A configuration made of its parts.
  public init(
    server: String, tls: TLSOptions = .system, certificateAuthorityFile: String? = nil,
    credentials: Credentials = .none, namespace: String = "default"
  ) {
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    self.tls = tls
    self.certificateAuthorityFile = certificateAuthorityFile
    self.credentials = credentials
    self.namespace = namespace
  }

  /// The server and the kind of credentials, without a secret.
  public var description: String { "\(server) (\(credentials))" }
}

/// Why no configuration can be had: one line that names the file, the place in it and the way out.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error of that text.
  public init(_ description: String) {
    self.description = description
  }
}
