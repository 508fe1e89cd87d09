// SPDX-License-Identifier: Apache-2.0

import KubernetesCore
import ObservabilityAPI

/// Whether a user name or password can stand in a URL as it is.
///
/// The node-agent takes its credentials only from the userinfo of its URL, into which Kubernetes puts the Secret's
/// value without encoding it. Go's net/url refuses the whole URL if the userinfo holds anything but
/// `A-Za-z0-9-._:~!$&'()*+,;=%@` (`validUserinfo`), and the agent would exit; what separates the parts of a URL is
/// refused here as well.
public enum URLSafeCredential {
  /// Which of the two it is.
  public enum Part: Hashable, Sendable {
    /// The user name, which ends at the first colon.
    case username
    /// The password, which may hold colons.
    case password
  }

  /// Checks a value.
  ///
  /// - Parameters:
  ///   - key: the Secret's key, for the message.
  ///   - secret: the Secret as `namespace/name`, for the message.
  /// - Throws: ``CredentialError``, whose text names the key and never the value.
  public static func check(
    _ value: String, as part: Part, key: String, secret: String?
  ) throws(CredentialError) {
    let place = secret.map { "key \"\(key)\" of Secret \($0)" } ?? "the \(key)"
    if part == .username, value.isEmpty { throw CredentialError("\(place) is empty: it must hold a user name") }
    let other = part == .username ? "-._~!$&'()*+,;=%" : "-._~!$&'()*+,;=%:"
    if let edge = Self.edge(value) { throw CredentialError("\(place) \(edge)") }
    guard value.utf8.allSatisfy({ $0.isASCIIAlphanumeric || other.utf8.contains($0) }) else {
      let kind = part == .username ? "a user name" : "a password"
      throw CredentialError(
        "\(place) holds a character (such as @, / or a space) that \(kind) inside a URL cannot have: "
          + "percent-encode it\(secret == nil ? "" : " in the Secret")")
    }
    guard PercentEncoding.decode(value) != nil else {
      throw CredentialError(
        "\(place) holds a % that is not followed by two hexadecimal digits: write %25 for a percent sign")
    }
  }

  /// What surrounds the value by mistake: editors and `echo` end a file with a line break, and what is copied
  /// brings spaces along.
  private static func edge(_ value: String) -> String? {
    guard let first = value.unicodeScalars.first, let last = value.unicodeScalars.last else { return nil }
    let remedy = "write the Secret again without it (printf '%s' instead of echo, or kubectl's --from-literal)"
    if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(last) { return "ends with a line break: \(remedy)" }
    if first == "\u{FEFF}" { return "begins with a byte order mark, as some editors put it into files: \(remedy)" }
    if first.properties.isWhitespace { return "begins with white space: \(remedy)" }
    if last.properties.isWhitespace { return "ends with white space: \(remedy)" }
    if value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "holds a line break or another control character: \(remedy)"
    }
    return nil
  }

  /// The value that the server will be sent: the escapes of a value that passed ``check(_:as:key:secret:)`` replaced.
  public static func decoded(_ value: String) -> String { PercentEncoding.decode(value) ?? value }
}

/// Why a credential cannot stand in a URL.
public struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The Secret's key, what is wrong with its value, and the remedy.
  public let description: String

  init(_ description: String) { self.description = description }
}
