// SPDX-License-Identifier: Apache-2.0

import KubernetesCore

/// A user name and a password for HTTP's Basic scheme (RFC 7617). Printing one shows neither.
public struct BasicCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The user name, not encoded.
  public let username: String
  /// The password, not encoded.
  public let password: String

  /// Credentials made of their parts.
  public init(username: String, password: String) {
    self.username = username
    self.password = password
  }

  /// The value of the `Authorization` header.
  public var authorization: String {
    "Basic " + Base64.encode("\(username):\(password)".utf8)
  }

  /// Neither name nor password.
  public var description: String { "<credentials>" }
  /// Neither name nor password.
  public var debugDescription: String { description }
  /// Empty, so that dumping shows nothing either.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
