// SPDX-License-Identifier: Apache-2.0

import CleanText
import HTTPTransport
import KubernetesCore

/// How to reach one API server, and as whom.
public struct ClusterConfiguration: Hashable, Sendable, CustomStringConvertible {
  /// The server's URL without a slash at its end.
  public var server: String
  /// How the server is authenticated; our own certificate too, if that is how we are.
  public var tls: TLSOptions
  /// The file to which `tls.certificateAuthorities` is renewed from outside, or nil if it stays as it is.
  public var certificateAuthorityFile: String?
  /// The files to which our certificate in `tls` is renewed from outside, or nil if it stays as it is.
  public var clientCertificateFiles: KeyPairFiles?
  /// Who we are, beyond a certificate.
  public var credentials: Credentials
  /// Whom we ask the server to take us for.
  public var impersonation: Impersonation?
  /// The namespace that is ours, or `default`.
  public var namespace: String
  /// The proxy on the way, or nil for none.
  public var proxy: ProxyOptions?
  /// Whether lists may come compressed: less to send, more to compute. Near the server it may be better off.
  public var acceptsCompression: Bool

  /// Who we are.
  public enum Credentials: Hashable, Sendable, CustomStringConvertible {
    /// Anonymous, or identified by a client certificate.
    case none
    /// A bearer token that stays as it is.
    case token(String)
    /// A bearer token in a file that is renewed from outside (KEP-1205).
    case tokenFile(String)
    /// User name and password.
    case basic(user: String, password: String)
    /// What a program tells, which is run whenever that has expired (KEP-541).
    case plugin(CredentialPlugin)

    /// The kind of credentials, without a secret.
    public var description: String {
      switch self {
      case .none: "none"
      case .token: "token"
      case .tokenFile(let path): "token file \(path)"
      case .basic(let user, _): "user \(user)"
      case .plugin(let plugin): "\(plugin)"
      }
    }
  }

  /// Where a certificate and its private key stand, as PEM.
  public struct KeyPairFiles: Hashable, Sendable {
    /// The certificate's path.
    public var certificate: String
    /// The key's path.
    public var key: String

    /// Files of these paths.
    public init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  /// A configuration made of its parts.
  public init(
    server: String, tls: TLSOptions = .system, certificateAuthorityFile: String? = nil,
    clientCertificateFiles: KeyPairFiles? = nil, credentials: Credentials = .none,
    impersonation: Impersonation? = nil, namespace: String = "default", proxy: ProxyOptions? = nil,
    acceptsCompression: Bool = true
  ) {
    self.server = String(server.reversed().drop { $0 == "/" }.reversed())
    self.tls = tls
    self.certificateAuthorityFile = certificateAuthorityFile
    self.clientCertificateFiles = clientCertificateFiles
    self.credentials = credentials
    self.impersonation = impersonation
    self.namespace = namespace
    self.proxy = proxy
    self.acceptsCompression = acceptsCompression
  }

  /// The server and the kind of credentials, without a secret.
  public var description: String { "\(server) (\(credentials))" }
}

/// Why there is no configuration: one printable line that names the file, the field in it and the remedy.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error of that text, cleaned: it may quote files and the command line.
  public init(_ description: String) {
    self.description = description.cleaned(bytes: 4096)
  }
}
