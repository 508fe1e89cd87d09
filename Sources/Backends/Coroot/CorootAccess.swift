// SPDX-License-Identifier: Apache-2.0

public import ObservabilityAPI

/// Where a Coroot server answers, and the password of its user `admin`.
public struct CorootAccess: Hashable, Sendable {
  /// The only user that the operator logs in as, which every server has.
  public static let user = "admin"

  /// The root of the server: `http://coroot.namespace.svc:8080`. A path is that of `URL_BASE_PATH`.
  public var url: HTTPURL
  /// The password of user `admin`.
  public var password: CorootSecret

  /// Access made of its parts.
  public init(url: HTTPURL, password: CorootSecret) {
    self.url = url
    self.password = password
  }

  /// The URL of an API path, which begins with a slash. A double slash would be redirected (Coroot's router cleans paths).
  func url(of path: String) -> String {
    url.origin + (url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path) + path
  }
}

/// A text that nothing prints: a password, or the value of a session cookie.
public struct CorootSecret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The text itself.
  public let text: String

  /// A secret of that text.
  public init(_ text: String) { self.text = text }

  /// Nothing of the text.
  public var description: String { "<secret>" }
  /// Nothing of the text.
  public var debugDescription: String { description }
  /// Empty, so that dumping shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
