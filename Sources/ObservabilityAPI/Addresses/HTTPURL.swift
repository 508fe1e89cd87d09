// SPDX-License-Identifier: Apache-2.0

/// An address of a backend: `https://user:password@host:8480/path?query` (RFC 3986 section 3).
///
/// The one reader of URLs: validation, rendering and the backend check all use it. It refuses what Go's `net/url` and
/// libcurl read differently, and changes nothing but the case of the scheme. Printing a URL never shows the login in it.
public struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
  /// The schemes that are spoken.
  public enum Scheme: String, Hashable, Sendable {
    case http, https

    /// The port that is meant if none is given.
    public var defaultPort: Int { self == .http ? 80 : 443 }
  }

  /// What stands before the `@`, as written. Printing it shows nothing.
  public struct UserInfo: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text, which may hold a password.
    public let text: String
    /// Nothing of the text.
    public var description: String { "<login>" }
    /// Nothing of the text.
    public var debugDescription: String { description }
    /// Empty, so that dumping shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
  }

  /// The longest URL that is accepted, in bytes.
  public static let limit = 2048

  /// The scheme.
  public let scheme: Scheme
  /// The login, if the URL carries one.
  public let userInfo: UserInfo?
  /// The host as written, an IPv6 address in brackets.
  public let host: String
  /// The port, if one is given.
  public let port: Int?
  /// The path with its leading slash, or nothing.
  public var path: String
  /// What follows the question mark, if there is one.
  public var query: String?

  /// Reads a URL.
  ///
  /// - Throws: ``HTTPURLError``, which names the part that is wrong and never shows a login.
  public init(_ text: String) throws(HTTPURLError) {
    var parser = HTTPURLParser(text)
    scheme = try parser.scheme()
    userInfo = parser.userInfo().map { UserInfo(text: $0) }
    (host, port) = try parser.authority()
    path = parser.path
    query = parser.query
  }

  /// The port that is connected to.
  public var effectivePort: Int { port ?? scheme.defaultPort }

  /// Host and port as written, for the `Host` header and for people.
  public var authority: String { port.map { "\(host):\($0)" } ?? host }

  /// Scheme, host and port.
  public var origin: String { "\(scheme.rawValue)://\(authority)" }

  /// What follows ``origin``: path and query.
  public var target: String { path + (query.map { "?" + $0 } ?? "") }

  /// The URL without its login, as it is requested and as it may be printed.
  public var description: String { origin + target }

  /// The URL with one more query parameter, which must be percent-encoded.
  public func adding(query parameter: String) -> HTTPURL {
    var url = self
    url.query = query.map { $0.isEmpty ? parameter : $0 + "&" + parameter } ?? parameter
    return url
  }
}

/// Why a text is not a URL that is accepted.
public struct HTTPURLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The part of a URL that is wrong.
  public enum Part: Hashable, Sendable {
    case scheme, host, port
    /// A host that looks like one: an IPv6 address that is none, or a name that is too long.
    case address
    /// A character, in whatever part, that must be percent-encoded, a fragment, or the length.
    case text
  }

  /// The part that is wrong.
  public let part: Part
  /// What is wrong and the remedy, as a phrase: `the port "0" is not a number from 1 to 65535`.
  public let description: String

  init(_ part: Part, _ description: String) {
    self.part = part
    self.description = description
  }
}
