// SPDX-License-Identifier: Apache-2.0

/// The address of a backend: `http://user:password@host:8480/path?query`.
///
/// Parsed strictly after RFC 3986, so that what is accepted here means the same to the agent's Go and to libcurl.
/// Nothing that this type prints holds the credentials.
public struct BackendURL: Hashable, Sendable, CustomStringConvertible {
  /// The schemes that are spoken.
  public enum Scheme: String, Hashable, Sendable {
    case http, https

    /// The port that is meant if none is given.
    public var defaultPort: Int { self == .http ? 80 : 443 }
  }

  /// The longest address that is accepted, in bytes.
  public static let limit = 2048

  /// The scheme.
  public let scheme: Scheme
  /// The user name and password, decoded, if the address carries them.
  public let credentials: BasicCredentials?
  /// The host as it is written, an IPv6 address in brackets.
  public let host: String
  /// The port, if one is given.
  public let port: Int?
  /// The path with its leading slash, or nothing.
  public var path: String
  /// What follows the question mark, if there is one.
  public var query: String?

  /// The port that is connected to.
  public var effectivePort: Int { port ?? scheme.defaultPort }

  /// Host and port as they stand in the address, for the `Host` header and for people.
  public var authority: String { port.map { "\(host):\($0)" } ?? host }

  /// Scheme, host and port.
  public var origin: String { "\(scheme.rawValue)://\(authority)" }

  /// The address without its credentials, as it is requested and as it may be printed.
  public var description: String { origin + path + (query.map { "?" + $0 } ?? "") }

  /// The address with one more query parameter, which must be percent-encoded.
  public func adding(query parameter: String) -> BackendURL {
    var url = self
    url.query = query.map { $0.isEmpty ? parameter : $0 + "&" + parameter } ?? parameter
    return url
  }

  /// The address with the path, which begins with a slash, put behind its own.
  public func appending(path suffix: String) -> BackendURL {
    var url = self
    url.path = (path.hasSuffix("/") ? String(path.dropLast()) : path) + suffix
    return url
  }

  /// The same host with another path and no query.
  public func replacing(path: String) -> BackendURL {
    var url = self
    (url.path, url.query) = (path, nil)
    return url
  }

  /// Reads an address.
  ///
  /// - Throws: ``BackendURLError``, whose text names the part that is wrong and never shows credentials.
  public init(_ text: String) throws(BackendURLError) {
    var parser = BackendURLParser(text)
    scheme = try parser.scheme()
    credentials = try parser.credentials()
    (host, port) = try parser.authority()
    path = parser.path
    query = parser.query
  }
}

/// Why a text is not the address of a backend.
public struct BackendURLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The part that is wrong and the way out, as a phrase: `the port "0" is not a number from 1 to 65535`.
  public let description: String

  init(_ description: String) { self.description = description }
}
