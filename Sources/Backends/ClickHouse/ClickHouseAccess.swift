// SPDX-License-Identifier: Apache-2.0

/// Where a ClickHouse answers, and as whom it is queried.
///
/// Nothing that this type prints holds the password.
public struct ClickHouseAccess: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The host's name or address; an IPv6 address with or without brackets.
  public var host: String
  /// The port of the HTTP interface, which the operator queries.
  public var httpPort: Int
  /// The port of the native protocol, which the collector and Coroot use.
  public var nativePort: Int
  /// Whether both ports speak TLS.
  public var isTLS: Bool
  /// The user.
  public var user: String
  /// The user's password; empty for none.
  public var password: String
  /// The certificate authorities to trust, as PEM; nil for the system's.
  public var certificateAuthorities: [UInt8]?

  /// Access made of its parts.
  public init(
    host: String, httpPort: Int, nativePort: Int, isTLS: Bool, user: String, password: String,
    certificateAuthorities: [UInt8]?
  ) {
    self.host = host
    self.httpPort = httpPort
    self.nativePort = nativePort
    self.isTLS = isTLS
    self.user = user
    self.password = password
    self.certificateAuthorities = certificateAuthorities
  }

  /// Host and HTTP port, as messages name them: `chendpoint-clickhouse-x.tenant-root.svc:8123`.
  public var address: String { "\(authorityHost):\(httpPort)" }

  /// The host as it stands in a URL.
  private var authorityHost: String { host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host }

  /// The root of the HTTP interface.
  var url: String { "\(isTLS ? "https" : "http")://\(address)/" }

  /// Address and user, without the password.
  public var description: String { "ClickHouse \(user)@\(address)" }
  /// Address and user, without the password.
  public var debugDescription: String { description }
  /// Empty, so that dumping does not show the password either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
